"""Nothing is fetched while what others wrote is printed; without a database."""

from unittest import TestCase

from ..tools.printable import printable

PICTURE = 'data:image/png;base64,AAAA'


class TestPrintable(TestCase):
    def test_text_stays(self):
        self.assertEqual(printable('<p>Pay <b>now</b></p>'), '<div><p>Pay <b>now</b></p></div>')
        self.assertEqual(printable('Pay &lt;now&gt;'), '<div>Pay &lt;now&gt;</div>')

    def test_nothing(self):
        for body in (None, '', ' ', '<!-- -->'):
            self.assertNotIn('--', printable(body))

    def test_pictures(self):
        self.assertIn(PICTURE, printable(f'<img src="{PICTURE}">'))
        known = printable('<img src="https://a/logo.png" alt="A">', {'/logo.png': PICTURE})
        self.assertIn(PICTURE, known)
        self.assertEqual(
            printable('<img src="https://a/other.png" alt="A">'), '<div><img alt="A"></div>'
        )

    def test_nothing_is_fetched(self):
        for body in (
            '<img src="https://evil/x.png">',
            '<img src="file:///etc/passwd">',
            '<img srcset="https://evil/x.png 2x">',
            '<table background="https://evil/x.png"></table>',
            '<p style="background: URL(https://evil/x.png)">a</p>',
            '<p style="background: u\\72l(https://evil/x.png)">a</p>',
            '<iframe src="https://evil"></iframe>',
            '<object data="https://evil"></object>',
            '<link rel="stylesheet" href="https://evil/x.css">',
            '<style>@import "https://evil/x.css"</style>',
            '<script src="https://evil/x.js"></script>',
            '<input type="image" src="https://evil/x.png">',
            '<svg><image href="https://evil/x.png"/></svg>',
            '<svg><image xlink:href="https://evil/x.png"/></svg>',
        ):
            with self.subTest(body):
                self.assertNotIn('evil', printable(body).replace('passwd', 'evil'))

    def test_links_stay(self):
        self.assertIn('href="https://a/pay"', printable('<a href="https://a/pay">Pay</a>'))
