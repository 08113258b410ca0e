"""Hashtags and statements without a database."""

from datetime import date
from unittest import TestCase

from markupsafe import Markup

from ..engine.statement import Line, Statement, by_account, nets, subtotals
from ..tools import hashtags

EUR, USD = 1, 2
TODAY = date(2027, 1, 15)


class TestFind(TestCase):
    def test_names_in_order_and_once(self):
        text = "#items_amount, again #items_amount and (#collector_name)"
        self.assertEqual(hashtags.found_in_text(text), ['items_amount', 'collector_name'])

    def test_the_longest_name_counts(self):
        self.assertEqual(hashtags.found_in_text("#items_amount_overdue."), ['items_amount_overdue'])

    def test_other_uses_of_the_sign(self):
        text = "No. #12, C#sharp, https://example.com/page#section, &#xE9; and #"
        self.assertEqual(hashtags.found_in_text(text), [])

    def test_text_without_spaces_between_words(self):
        self.assertEqual(hashtags.found_in_text("担当#collector_name様"), ['collector_name'])

    def test_expressions_of_a_subject_are_code(self):
        self.assertEqual(hashtags.found_in_text("{{ '#nothing' }} #items_amount"), ['items_amount'])

    def test_known_ones_of_a_source_are_marked(self):
        text = '<a title="#items_amount">#items_amount_overdue</a> #other_name'
        self.assertEqual(
            hashtags.marked(text, {'items_amount', 'items_amount_overdue'}, 'x_'),
            '<a title="#x_items_amount">#x_items_amount_overdue</a> #other_name',
        )

    def test_only_what_a_reader_of_html_sees(self):
        html = (
            '<style>#head_line { color: #ffffff }</style><!-- #remark_here -->'
            '<p style="color: #abcdef" t-if="a > b"><a href="#top_part">#items_list</a></p>'
        )
        self.assertEqual(hashtags.found_in_html(html), ['items_list'])


class TestReplace(TestCase):
    values = {
        'items_amount': "<b>1</b>",
        'items_amount_overdue': "2",
        'items_list': Markup('<table><tr></tr></table>'),
        'collector_email': 'a"b@example.com',
    }

    def html(self, text):
        return hashtags.replace_in_html(
            text, self.values, lambda name: str(self.values[name]), self.values.get
        )

    def test_text(self):
        text = "#items_amount of #items_amount_overdue, #other_name"
        replaced = hashtags.replace_in_text(text, self.values, self.values.get)
        self.assertEqual(replaced, "<b>1</b> of 2, #other_name")

    def test_texts_are_escaped_in_html(self):
        self.assertEqual(self.html("<p>#items_amount</p>"), "<p>&lt;b&gt;1&lt;/b&gt;</p>")

    def test_attributes_are_escaped(self):
        self.assertEqual(
            self.html('<a href="mailto:#collector_email">x</a>'),
            '<a href="mailto:a&#34;b@example.com">x</a>',
        )

    def test_a_table_alone_in_a_paragraph_replaces_it(self):
        text = '<p>A</p><p style="x"> #items_list <br/></p><p>B</p>'
        self.assertEqual(self.html(text), '<p>A</p><table><tr></tr></table>\n<p>B</p>')

    def test_tables_in_paragraphs_that_follow_each_other(self):
        table = '<table><tr></tr></table>'
        text = '<p>#items_list</p><p>#items_list</p>'
        self.assertEqual(self.html(text), f'{table}\n{table}\n')

    def test_what_a_value_contains_is_not_replaced_again(self):
        values = {'collector_name': "#items_list", 'items_list': "no"}
        self.assertEqual(
            hashtags.replace_in_text("#collector_name", values, values.get), "#items_list"
        )


def line(id_, due, residual, currency=EUR):
    return Line(
        1, id_, 10 + id_, f'INV/{id_}', TODAY, date(2027, 1, due), currency, residual, residual
    )


class TestStatement(TestCase):
    lines = [
        line(1, 20, 100.0),
        line(2, 10, 300.0),
        line(3, 5, -50.0),
        line(4, 1, 70.0, USD),
        line(5, 1, -90.0, USD),
    ]

    def numbers(self, kind, selected=frozenset()):
        listed = Statement(self.lines, selected, TODAY).listed(kind)
        return [entry.id for entry in listed]

    def test_items_by_due_date_then_credits(self):
        self.assertEqual(self.numbers('all'), [4, 2, 1, 3, 5])

    def test_overdue(self):
        self.assertEqual(self.numbers('overdue'), [4, 2, 3, 5])

    def test_credits_ask_for_nothing_that_is_not_due(self):
        self.assertEqual(self.numbers('not_due'), [1])

    def test_selected_by_document_and_due_date(self):
        self.assertEqual(self.numbers('selected', frozenset([(11, date(2027, 1, 20))])), [1, 3, 5])

    def test_nothing_selected_yet(self):
        self.assertEqual(self.numbers('selected'), [4, 2, 3, 5])

    def test_subtotals_per_currency(self):
        totals = [(currency, total) for currency, _lines, total in subtotals(self.lines)]
        self.assertEqual(totals, [(EUR, 350.0), (USD, -20.0)])

    def test_a_currency_in_credit_asks_for_nothing(self):
        self.assertEqual(nets(self.lines), [(EUR, 350.0)])

    def test_group_account_first_then_by_code(self):
        entries = [
            line(id_, 1, 10.0)._replace(account_id=account, code=code)
            for id_, account, code in ((1, 9, 'B'), (2, 8, 'A'), (3, 1, 'Z'), (4, 9, 'B'))
        ]
        accounts = [[entry.id for entry in part] for part in by_account(entries)]
        self.assertEqual(accounts, [[3], [2], [1, 4]])
