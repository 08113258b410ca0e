"""The postal service of Odoo, which nobody reaches from a test: takes, refuses or stays silent."""

import base64

from odoo.exceptions import AccessError


class PostalService:
    """Takes letters until it is told to answer otherwise.

    ``letters`` holds what was accepted, as sent: address, document and so on.
    """

    def __init__(self):
        self.letters = []
        self.accept()

    # --- behaviour -------------------------------------------------------------------------

    def accept(self):
        self.letters.clear()
        self._error, self._is_silent = None, False

    def refuse(self, error):
        """Answer so to every letter, such as ``CREDIT_ERROR``."""
        self._error = error

    def be_silent(self):
        self._is_silent = True

    # --- the address that Odoo calls -------------------------------------------------------

    def jsonrpc(self, url, method='call', params=None, timeout=15):
        if self._is_silent:
            raise AccessError("The service did not answer")
        documents = [self._take(document) for document in params['documents']]
        return {'request_code': 200, 'request': {'documents': documents}}

    def _take(self, document):
        if self._error:
            return {'letter_id': document['letter_id'], 'error': self._error}
        document = {**document, 'pdf_bin': base64.b64decode(document['pdf_bin'])}
        self.letters.append(document)
        return {'letter_id': document['letter_id'], 'sent': True, 'send_id': len(self.letters)}
