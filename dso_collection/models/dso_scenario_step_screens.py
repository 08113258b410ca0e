from odoo import api, models


class DsoScenarioStep(models.Model):
    """What opens from a step: its message as a customer would get it."""

    _inherit = 'dso.scenario.step'

    # === TEXTS === #

    @api.model
    @api.readonly
    def get_hashtags(self):
        """Return the hashtags that a text may hold, for the picker of its editor.

        :rtype: list[dict]
        """
        self.check_access('read')
        return [
            {'name': name, 'label': hashtag.label, 'is_block': hashtag.is_block}
            for name, hashtag in self.env['dso.hashtag']._hashtags().items()
        ]

    # === PREVIEW === #

    def get_preview(self, customer_id=None, lang=None):
        """Return what the preview of a step shows; writes nothing.

        :param int customer_id: id of the customer account; default: one that fits
        :param str lang: code of an active language; default: that of the recipient
        :rtype: dict
        """
        self.ensure_one()
        customer = self.env['dso.customer'].browse(customer_id or [])
        return self.env['dso.preview']._read(self, customer, lang)

    def send_test(self, customer_id, lang, kind):
        """Send the user a message of a step, as the customer account would get it.

        :param int customer_id: id of the customer account
        :param str lang: code of an active language
        :param str kind: ``email`` or ``sms``
        :return: a sentence that tells where it goes
        :rtype: str
        """
        self.ensure_one()
        customer = self.env['dso.customer'].browse(customer_id)
        return self.env['dso.preview']._send_test(self, customer, lang, kind)

    # === ACTION METHODS === #

    def action_preview(self):
        """Open the preview of a step."""
        self.ensure_one()
        return {
            'type': 'ir.actions.client',
            'tag': 'dso_collection.preview',
            'params': {'step_id': self.id},
        }

    def action_open_email_text(self):
        """Open the email of a step where it is written."""
        return self._open_text(self.mail_template_id, 'dso_collection.mail_template_view_form')

    def action_open_sms_text(self):
        """Open the SMS of a step where it is written."""
        return self._open_text(self.sms_template_id, 'dso_collection.sms_template_view_form')

    def action_open_letter_text(self):
        """Open the letter of a step where it is written."""
        return self._open_text(self.letter_template_id, 'dso_collection.mail_template_view_form')

    def _open_text(self, text, view):
        """Return the action that opens a text in a dialog with what it needs and no more.

        :param text: a ``mail.template`` or ``sms.template``
        :param str view: xml id of the form
        """
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Text of %(step)s", step=self.name),
            'res_model': text._name,
            'res_id': text.id,
            'views': [(self.env.ref(view).id, 'form')],
            'target': 'new',
        }
