"""A real SMTP server in the test process, which can also refuse, stall and hang up."""

import email
import email.policy
import socket
from contextlib import contextmanager

from aiosmtpd.controller import Controller

LOOPBACK = '127.0.0.1'


def closed_port():
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


class MailServer:
    """Receives messages until it is told to answer otherwise.

    ``messages`` holds what was accepted, as :class:`email.message.EmailMessage` with the addresses
    of the envelope in ``X-Rcpt``; ``offered`` counts what was offered, refused or not.
    """

    def __init__(self):
        self.messages = []
        self.offered = 0
        self.accept()

    # --- behaviour -------------------------------------------------------------------------

    def accept(self):
        self._rcpt, self._data, self._hangs_up = {}, None, False

    def refuse_recipient(self, address, answer='550 5.1.1 No such user here'):
        self._rcpt[address] = answer

    def refuse_message(self, answer='554 5.7.1 Looks like spam'):
        self._data = answer

    def be_busy(self):
        self._data = '451 4.3.2 Try again later'

    def hang_up(self):
        self._hangs_up = True

    # --- hooks of aiosmtpd -----------------------------------------------------------------

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self._rcpt:
            self.offered += 1
            return self._rcpt[address]
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        self.offered += 1
        if self._hangs_up:
            server.transport.abort()
            return '421 Bye'
        if self._data:
            return self._data
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        message['X-Rcpt'] = ', '.join(envelope.rcpt_tos)
        self.messages.append(message)
        return '250 OK'


@contextmanager
def mail_server():
    """Yield a running server, with its ``port``."""
    server = MailServer()
    server.port = closed_port()
    controller = Controller(server, hostname=LOOPBACK, port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
