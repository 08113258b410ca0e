"""The logo of the demo's companies, drawn here: a file would need a licence and a place."""

import base64
import io

from PIL import Image, ImageDraw, ImageFont

SIZE = (420, 110)
DARK = (38, 50, 56)
LIGHT = (255, 179, 0)


def draw(text):
    """Return a logo, a lamp and a name, as an image field takes it.

    :rtype: bytes
    """
    image = Image.new('RGBA', SIZE, (255, 255, 255, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((12, 18, 86, 92), fill=LIGHT)
    pen.pieslice((12, 18, 86, 92), 30, 150, fill=DARK)
    pen.text((106, 26), text, fill=DARK, font=ImageFont.load_default(52))
    buffer = io.BytesIO()
    image.save(buffer, 'PNG')
    return base64.b64encode(buffer.getvalue())
