from odoo import api, models
from odoo.addons.sms.tools.sms_tools import sms_content_to_rendered_html

from ..tools import delivery

#: Spaces of amounts and dates that are not in the alphabet of SMS.
PLAIN_SPACES = str.maketrans(dict.fromkeys("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", " "))


class DsoChannelSms(models.AbstractModel):
    """SMS through the queue and the provider of Odoo's `sms`."""

    _name = 'dso.channel.sms'
    _description = "Collection by SMS"
    _inherit = ['dso.channel']

    _template_field = 'sms_template_id'
    _text_fields = ('body',)
    _queue = 'sms.ir_cron_sms_scheduler_action'
    _notification_type = 'sms'

    def _get_obstacle(self, action, recipient):
        return '' if recipient else 'no_phone'

    # === TEXTS === #

    def _render_texts(self, template, lang, actions):
        """Override to write plain spaces: one that does not break halves what an SMS can hold."""
        texts = super()._render_texts(template, lang, actions)
        return {
            action_id: {field: self._tidy(text) for field, text in fields.items()}
            for action_id, fields in texts.items()
        }

    @api.model
    def _tidy(self, text):
        return text.translate(PLAIN_SPACES)

    # === MESSAGES === #

    def _create_messages(self, parcels):
        """Create messages, SMS, notifications and what ties the provider's reports to them."""
        messages = self.env['mail.message'].create(
            [self._prepare_message(parcel) for parcel in parcels]
        )
        queued = self.env['sms.sms'].create(
            [
                self._prepare_sms(parcel, message)
                for parcel, message in zip(parcels, messages, strict=True)
            ]
        )
        notifications = self.env['mail.notification'].create(
            [self._prepare_notification(sms) for sms in queued]
        )
        self.env['sms.tracker'].create(
            [
                {'sms_uuid': sms.uuid, 'mail_notification_id': notification.id}
                for sms, notification in zip(queued, notifications, strict=True)
            ]
        )
        return self._create_rows(parcels, messages)

    def _prepare_message(self, parcel):
        return {
            **super()._prepare_message(parcel),
            'message_type': 'sms',
            'body': sms_content_to_rendered_html(parcel.texts['body']),
        }

    def _prepare_sms(self, parcel, message):
        return {
            'mail_message_id': message.id,
            'body': parcel.texts['body'],
            'number': parcel.recipient,
            'partner_id': parcel.contact.id,
        }

    def _prepare_notification(self, sms):
        return {
            'author_id': sms.mail_message_id.author_id.id,
            'mail_message_id': sms.mail_message_id.id,
            'res_partner_id': sms.partner_id.id,
            'notification_type': 'sms',
            'notification_status': 'ready',
            'is_read': True,
            'sms_id_int': sms.id,
            'sms_number': sms.number,
        }

    def _withdraw(self, messages):
        queued = self._read_queue(messages).filtered(lambda sms: sms.state in ('outgoing', 'error'))
        free, busy = self._lock_queue(messages, queued)
        free.action_set_canceled()
        return busy

    # === RESULTS === #

    def _read_queue(self, messages):
        return self.env['sms.sms'].search(
            [('mail_message_id', 'in', messages.mail_message_id.ids), ('to_delete', '=', False)]
        )

    def _get_fate(self, message, notifications, queued):
        notification = notifications[:1]
        return delivery.sms_fate(
            notification.notification_status or '',
            notification.failure_type or '',
            notification.failure_reason or '',
            bool(queued) and queued.state == 'outgoing',
            message.delivery == 'sent',
        )
