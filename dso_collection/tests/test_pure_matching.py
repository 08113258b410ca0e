import unittest

from ..tools.matching import by_text, match


class TestMatching(unittest.TestCase):
    """Which record a text means: the first level that knows it, and only what can be used."""

    def match(self, value, *levels, refused=()):
        found = match([value], levels, lambda record: 'archived' if record in refused else None)
        return found[value]

    def test_one(self):
        self.assertEqual(self.match('a', {'a': ['x']}), ('x', None))

    def test_unknown(self):
        self.assertEqual(self.match('b', {'a': ['x']}), (None, 'unknown'))
        self.assertEqual(self.match('b', {'b': []}, {'b': None}), (None, 'unknown'))

    def test_first_level_decides(self):
        self.assertEqual(self.match('a', {'b': ['w']}, {'a': ['x']}, {'a': ['y']}), ('x', None))

    def test_ambiguous(self):
        self.assertEqual(self.match('a', {'a': ['x', 'y']}), (None, 'ambiguous'))

    def test_same_record_twice_is_one(self):
        self.assertEqual(self.match('a', {'a': ['x', 'x']}), ('x', None))

    def test_only_what_can_be_used_counts(self):
        self.assertEqual(self.match('a', {'a': ['x', 'y']}, refused='x'), ('y', None))

    def test_problem_of_the_only_one(self):
        self.assertEqual(self.match('a', {'a': ['x']}, refused='x'), ('x', 'archived'))

    def test_refused_record_hides_lower_levels(self):
        found = self.match('a', {'a': ['x']}, {'a': ['y']}, refused='x')
        self.assertEqual(found, ('x', 'archived'))

    def test_index(self):
        self.assertEqual(by_text(['ab', 'ac', 'b'], lambda text: text[0])['a'], ['ab', 'ac'])
