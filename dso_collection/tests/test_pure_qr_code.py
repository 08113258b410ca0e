"""QR codes without a database, read module by module."""

import io
import unittest

from PIL import Image
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

from ..tools import qr_code

LINK = "https://seller.example.com/dso_collection/pay/12/1?access_token=" + 64 * "a"

#: The square in three corners by which scanners find a code.
FINDER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]


class TestQrCode(unittest.TestCase):
    def read(self, text):
        """Modules of a picture, without what is white around them."""
        picture = Image.open(io.BytesIO(qr_code.png(text))).convert('1')
        self.assertEqual(picture.width, picture.height)
        step, border = qr_code.MODULE_SIZE, qr_code.QUIET_ZONE
        count = picture.width // step
        rows = [
            "".join(
                str(int(not picture.getpixel((x * step + step // 2, y * step + step // 2))))
                for x in range(count)
            )
            for y in range(count)
        ]
        edge = "0" * count
        self.assertEqual((rows[:border], rows[-border:]), (border * [edge], border * [edge]))
        return [row[border:-border] for row in rows[border:-border]]

    def test_modules(self):
        rows = self.read(LINK)
        self.assertEqual([row[:7] for row in rows[:7]], FINDER)
        self.assertEqual([row[-7:] for row in rows[:7]], FINDER)
        self.assertEqual([row[:7] for row in rows[-7:]], FINDER)
        self.assertNotEqual(rows, self.read(LINK[:-1] + "b"))
        expected = QRCode(None, QRErrorCorrectLevel.M)
        expected.addData(LINK)
        expected.make()
        for y, row in enumerate(rows):
            for x, dark in enumerate(row):
                self.assertEqual(dark == "1", bool(expected.isDark(y, x)))

    def test_long_text(self):
        self.assertGreater(len(self.read(3 * LINK)), len(self.read(LINK)))
