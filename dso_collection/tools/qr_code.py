"""QR codes as pictures, for what people scan from paper."""

import io

from PIL import Image
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

#: Pixels of a module, which is the smallest square of a code.
MODULE_SIZE = 6

#: White modules around a code, which scanners need.
QUIET_ZONE = 4


def png(text):
    """Return a text as QR code.

    Core's barcodes need a program for pictures that not every system has; this needs none.

    :rtype: bytes
    """
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    count = code.getModuleCount()
    size = count + 2 * QUIET_ZONE
    picture = Image.new('1', (size, size), 1)
    for row in range(count):
        for column in range(count):
            if code.isDark(row, column):
                picture.putpixel((column + QUIET_ZONE, row + QUIET_ZONE), 0)
    picture = picture.resize((size * MODULE_SIZE, size * MODULE_SIZE), Image.Resampling.NEAREST)
    file = io.BytesIO()
    picture.save(file, 'PNG')
    return file.getvalue()
