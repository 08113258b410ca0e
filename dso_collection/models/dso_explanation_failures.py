from odoo import models


class DsoExplanation(models.AbstractModel):
    """What is wrong with a message, and what to do."""

    _inherit = 'dso.explanation'

    def _explain_error(self, action):
        """Return what is wrong with an action and what to do, nothing when nothing is.

        :rtype: str
        """
        name = (action.recipient_id or action.partner_id).display_name
        return self._explain_failure(action.error_code, name, action.recipient, action.error_detail)

    def _explain_failure(self, code, name, recipient, detail):
        """Return what keeps a message from arriving and what to do, nothing when nothing does.

        :param str code: one of ``const.ERROR_CODES``, or nothing
        :param str name: of whom it addresses
        :param str recipient: addresses or number
        :param str detail: words of the server
        :rtype: str
        """
        if not code:
            return ""
        recipient, detail = recipient or "", detail or ""
        texts = {
            **self._recipient_failures(name, recipient),
            **self._sending_failures(recipient, detail),
            **self._sms_failures(recipient, detail),
            'address': self.env._(
                "%(recipient)s has had a scenario message on that day already: this one did not "
                "go there.",
                recipient=recipient,
            ),
            'withdrawn': self.env._(
                "The message was withdrawn before it left: %(detail)s.", detail=detail
            )
            if detail
            else self.env._("The message was withdrawn before it left."),
            'paused': self.env._(
                "Sending was paused before the message left: it is written again when sending is "
                "resumed."
            ),
        }
        return texts[code]

    def _recipient_failures(self, name, recipient):
        return {
            'no_recipient': self.env._(
                "%(name)s has no e-mail address: enter one on the contact.", name=name
            ),
            'invalid_recipient': self.env._(
                "The e-mail address of %(name)s is not valid: correct it on the contact.",
                name=name,
            ),
            'no_phone': self.env._(
                "%(name)s has no phone number: enter one on the contact.", name=name
            ),
            'invalid_phone': self.env._(
                "No SMS can be sent to the phone number of %(name)s: correct it on the contact, "
                "with its country code.",
                name=name,
            ),
            'no_address': self.env._(
                "The postal address of %(name)s is incomplete: enter street, zip and city on the "
                "contact.",
                name=name,
            ),
            'blacklisted': self.env._(
                "%(name)s (%(recipient)s) is on the blacklist: remove the address or number "
                "there, or choose another contact.",
                name=name,
                recipient=recipient,
            ),
        }

    def _sending_failures(self, recipient, detail):
        return {
            'bounced': self.env._(
                "The last message to %(recipient)s came back: correct the address or choose "
                "another contact.",
                recipient=recipient,
            ),
            'refused': self.env._(
                "The mail server refused the message to %(recipient)s: %(detail)s. Correct the "
                "cause, then retry.",
                recipient=recipient,
                detail=detail,
            ),
            'no_sender': self.env._(
                "There is no sender: give the collector an e-mail address or choose a collection "
                "sender in the settings, then retry."
            ),
            'render': self.env._(
                "The text could not be produced: %(detail)s. Correct the template, then retry.",
                detail=detail,
            ),
            'connection': self.env._(
                "The mail server could not be reached: %(detail)s. Check the outgoing mail server, "
                "then retry.",
                detail=detail,
            ),
            'lost': self.env._("The message was removed before it was sent: retry."),
        }

    def _sms_failures(self, recipient, detail):
        return {
            'sms_credit': self.env._(
                "There is no credit left for SMS: buy credit in the settings, then retry."
            ),
            'sms_account': self.env._(
                "There is no account for SMS: register in the settings, then retry."
            ),
            'sms_country': self.env._(
                "The SMS service does not serve the country of %(recipient)s: choose another "
                "contact or complete the action by hand.",
                recipient=recipient,
            ),
            'sms_refused': self.env._(
                "The SMS to %(recipient)s was not delivered: %(detail)s. Correct the number or "
                "choose another contact, then retry.",
                recipient=recipient,
                detail=detail or "–",
            ),
            'sms_connection': self.env._(
                "The SMS service did not answer, and may have sent the message to %(recipient)s "
                "all the same: ask there before you retry.",
                recipient=recipient,
            ),
        }
