import unittest

from ..tools.criteria import find_forbidden


class TestCriteria(unittest.TestCase):
    """The text of criteria is a domain with days relative to today, and nothing else."""

    def test_allowed(self):
        for text in (
            "[]",
            "['|', ('overdue', '>', -1.5), '!', ('collector_id', '=', False)]",
            "[('action_ids', 'any', [('state', 'in', ('done', 'error'))])]",
            "[('user_id', '=', uid), ('day', '<', current_date)]",
            "[('day', '>=', (context_today() - relativedelta(days=10)).strftime('%Y-%m-%d'))]",
            "[('on', '<', datetime.datetime.combine(context_today(), datetime.time(0, 0)))]",
            "[('on', '<', (datetime.datetime.now() - datetime.timedelta(days=1)).isoformat())]",
            "\n  [('day', '=', context_today().replace(day=1))]\n",
        ):
            with self.subTest(text):
                self.assertFalse(find_forbidden(text))

    def test_forbidden(self):
        for text, part in {
            "[('x', '=', '{0.__self__}'.format(context_today))]": 'format',
            "[('x', '=', ''.format_map(context_today))]": 'format_map',
            "[('x', '=', '%s' % context_today)]": "'%s' % context_today",
            "[('x', '=', f'{context_today}')]": "f'{context_today}'",
            "[('x', '=', 9 ** 9 ** 9)]": '9 ** 9 ** 9',
            "[('x', '=', 'a' * 10)]": "'a' * 10",
            "[('x', 'in', [n for n in (1, 2)])]": '[n for n in (1, 2)]',
            "[('x', '=', (lambda: 1)())]": 'lambda: 1',
            "[('x', '=', datetime.sys)]": 'sys',
            "[('x', '=', uid.env)]": 'env',
            "[('x', '=', [1][0])]": '[1][0]',
            "[('x', '=', 'a'.replace('a', 'aa'))]": "'a'.replace('a', 'aa')",
        }.items():
            with self.subTest(text):
                self.assertEqual(find_forbidden(text), part)

    def test_no_expression(self):
        for text in ("", "[('overdue', '>'", "import os"):
            with self.subTest(text), self.assertRaises(SyntaxError):
                find_forbidden(text)
