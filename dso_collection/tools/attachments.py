"""Which files go along with a message of limited size."""

import re
from typing import NamedTuple

#: Bytes that a line of an encoded file carries, and its length with the line break.
LINE_CARRIES, LINE_TAKES = 57, 78

#: Bytes around a file: the headers of its part, among them its name twice.
PART_TAKES = 1024

#: Bytes of the headers of a message, as the mail module estimates them.
MESSAGE_TAKES = 10 * 1024

MEGABYTE = 1024 * 1024

#: What file systems or the headers of a message refuse in the name of a file.
UNNAMEABLE = re.compile(r'[\\/:*?"<>|\s\x00-\x1f\x7f]+')

#: Characters of the name of a file, without its extension.
MAX_NAME = 120


class File(NamedTuple):
    """A file that may be attached."""

    name: str
    size: int  # bytes before encoding
    id: int = 0  # of the attachment, 0 as long as it is not made


def file_name(text):
    """Return a text as it may stand in the name of a file.

    :rtype: str
    """
    return UNNAMEABLE.sub(' ', text)[:MAX_NAME].strip()


def encoded_size(size):
    """Return the bytes that a file takes in a message, which are a third more than its own.

    :rtype: int
    """
    return -(-size // LINE_CARRIES) * LINE_TAKES + PART_TAKES


def room_beside(megabytes, body):
    """Return the bytes that are left for files beside the text of an email.

    :param float megabytes: size that the whole message may have
    :param str body: HTML, which goes along as plain text too
    :rtype: int
    """
    text = encoded_size(len((body or '').encode()))
    return int(megabytes * MEGABYTE) - MESSAGE_TAKES - 2 * text


def choose(files, room):
    """Return which files go along: in their order, each that still fits.

    :param list files: :class:`File`, the most important first
    :param int room: bytes for all of them, encoded
    :return: what goes along, and what is left out
    :rtype: tuple[list[File], list[File]]
    """
    chosen, left_out = [], []
    for file in files:
        size = encoded_size(file.size)
        if size <= room:
            chosen.append(file)
            room -= size
        else:
            left_out.append(file)
    return chosen, left_out
