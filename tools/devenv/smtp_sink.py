"""An SMTP server that keeps each message as a file and passes nothing on.

`python -m devenv.smtp_sink PORT FOLDER`
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP


class Keep:
    """Writes what arrives."""

    def __init__(self, folder):
        self.folder = folder
        self.numbers = itertools.count(1)

    async def handle_DATA(self, server, session, envelope):
        recipients = ', '.join(envelope.rcpt_tos)
        head = f'X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {recipients}\r\n'
        first = re.sub(r'[^\w.@+-]', '_', envelope.rcpt_tos[0])
        moment = time.strftime('%Y%m%d-%H%M%S')
        path = self.folder / f'{moment}-{next(self.numbers):04d}-{first}.eml'
        # A reader sees whole messages only.
        self.folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix('.part')
        part.write_bytes(head.encode() + envelope.content)
        os.replace(part, path)
        return '250 kept'


async def serve(port, folder):
    folder.mkdir(parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    handler = Keep(folder)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname='localhost', enable_SMTPUTF8=True), '127.0.0.1', port
    )
    async with server:
        await server.serve_forever()


if __name__ == '__main__':
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
