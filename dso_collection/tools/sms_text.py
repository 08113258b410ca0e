"""How long an SMS is: its encoding, its characters and the parts in which it travels."""

from typing import NamedTuple

#: The basic alphabet of GSM 03.38, one septet each, and its extension, two septets each.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("^{}\\[~]|€\f")

#: Characters of a message that travels alone, and of each part of a longer one.
LIMITS = {'GSM-7': (160, 153), 'UCS-2': (70, 67)}


class SmsSize(NamedTuple):
    """Encoding, length in its units, and number of parts."""

    encoding: str
    length: int
    parts: int


def sms_size(text):
    """Return the size of a text as an SMS.

    :rtype: SmsSize
    """
    if GSM.issuperset(set(text) - GSM_EXTENSION):
        encoding, length = 'GSM-7', len(text) + sum(char in GSM_EXTENSION for char in text)
    else:
        encoding, length = 'UCS-2', len(text.encode('utf-16-le')) // 2
    alone, part = LIMITS[encoding]
    return SmsSize(encoding, length, 1 if length <= alone else -(-length // part))
