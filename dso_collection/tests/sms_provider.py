"""The SMS service of Odoo, which nobody reaches from a test: takes, refuses or stays silent."""

from odoo.exceptions import AccessError


class SmsProvider:
    """Takes messages until it is told to answer otherwise.

    ``messages`` holds what was accepted, as number and text.
    """

    def __init__(self):
        self.messages = []
        self.accept()

    # --- behaviour -------------------------------------------------------------------------

    def accept(self):
        self._answer, self._refused = 'success', {}

    def refuse(self, number, answer):
        """Answer so to messages for a number, such as ``wrong_number_format``."""
        self._refused[number] = answer

    def answer(self, state):
        """Answer so to every message, such as ``insufficient_credit``."""
        self._answer = state

    def be_silent(self):
        self._answer = None

    # --- the address that Odoo calls -------------------------------------------------------

    def contact(self, endpoint, params, timeout=15):
        if self._answer is None:
            raise AccessError("The service did not answer")
        return [
            self._take(number, message['content'])
            for message in params['messages']
            for number in message['numbers']
        ]

    def _take(self, number, text):
        state = self._refused.get(number['number'], self._answer)
        if state in ('success', 'processing'):
            self.messages.append((number['number'], text))
        return {'uuid': number['uuid'], 'state': state, 'credit': 1}
