"""Which files go along with a message, without a database."""

import base64
from unittest import TestCase

from ..tools.attachments import MEGABYTE, File, choose, encoded_size, file_name, room_beside


class TestAttachments(TestCase):
    def names(self, files):
        return [file.name for file in files]

    def test_size_is_that_of_the_encoded_file(self):
        for size in (0, 1, 56, 57, 58, 100_000):
            encoded = base64.encodebytes(b'x' * size).replace(b'\n', b'\r\n')
            self.assertGreaterEqual(encoded_size(size), len(encoded))
            self.assertLess(encoded_size(size), len(encoded) + 1200)

    def test_all_that_fits(self):
        files = [File('a', 1000), File('b', 2000)]
        self.assertEqual(choose(files, MEGABYTE), (files, []))

    def test_in_order_each_that_still_fits(self):
        files = [File('large', 600_000), File('larger', 700_000), File('small', 1000)]
        chosen, left_out = choose(files, MEGABYTE)
        self.assertEqual(
            (self.names(chosen), self.names(left_out)), (['large', 'small'], ['larger'])
        )

    def test_name_of_a_file(self):
        """No path, no second header of a message."""
        self.assertEqual(file_name('A/B\\C: "D"\r\nX\x00?  '), 'A B C D X')
        self.assertEqual(len(file_name('n' * 500)), 120)

    def test_no_room(self):
        self.assertEqual(choose([File('a', 1)], room_beside(0, '')), ([], [File('a', 1)]))

    def test_text_takes_room(self):
        self.assertLess(room_beside(1, 'é' * 1000), room_beside(1, 'e' * 1000))
        self.assertLess(room_beside(1, ''), MEGABYTE)
