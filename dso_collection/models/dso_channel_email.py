from markupsafe import Markup
from odoo import Command, models
from odoo.tools import email_normalize_all, formataddr
from odoo.tools.misc import get_lang

from ..tools import delivery


class DsoChannelEmail(models.AbstractModel):
    """Emails: one mail has all addresses of an action, hence is one SMTP transaction."""

    _name = 'dso.channel.email'
    _description = "Collection by Email"
    _inherit = ['dso.channel']

    _template_field = 'mail_template_id'
    _text_fields = ('subject', 'body_html', 'email_cc')
    _notification_type = 'email'
    _queue = 'mail.ir_cron_mail_scheduler_action'

    def _get_obstacle(self, action, recipient):
        if not action._get_sender():
            return 'no_sender'
        if not recipient:
            return 'no_recipient'
        return '' if email_normalize_all(recipient) else 'invalid_recipient'

    # === TEXTS === #

    def _render_texts(self, template, lang, actions):
        """Override to tell the direction of the language: mail programs do not guess it."""
        texts = super()._render_texts(template, lang, actions)
        if get_lang(self.env, lang).direction == 'rtl':
            for text in texts.values():
                body = Markup(text['body_html'])
                text['body_html'] = Markup('<div dir="rtl">{}</div>').format(body)
        return texts

    # === MESSAGES === #

    def _write(self, parcels):
        """Override to find what goes along with each email."""
        return self.env['dso.attachment']._attach(super()._write(parcels))

    def _prepare_row(self, parcel):
        return {
            'left_out': parcel.files.name_left_out(),
            'missing': parcel.files.name_missing(),
        }

    def _create_messages(self, parcels):
        """Create messages, mails and notifications, each kind at once.

        Core's notifications are what keeps two queue workers from sending the same mail: whoever
        sends locks them first.
        """
        reply_tos = self._get_reply_tos(parcels)
        messages = self.env['mail.message'].create(
            [
                {
                    **self._prepare_message(parcel),
                    'reply_to': reply_tos[parcel.action.customer_id.id],
                }
                for parcel in parcels
            ]
        )
        mails = self.env['mail.mail'].create(
            [
                self._prepare_mail(parcel, message)
                for parcel, message in zip(parcels, messages, strict=True)
            ]
        )
        self.env['mail.notification'].create(
            [
                values
                for parcel, mail in zip(parcels, mails, strict=True)
                for values in self._prepare_notifications(parcel, mail)
            ]
        )
        return self._create_rows(parcels, messages, [{'cc': mail.email_cc} for mail in mails])

    def _get_reply_tos(self, parcels):
        """Return the reply addresses by id of the customer account."""
        actions = self.env['dso.action'].union(*(parcel.action for parcel in parcels))
        senders = {action.customer_id.id: action._get_sender() for action in actions}
        return actions.customer_id._notify_get_reply_to_batch(
            defaults={key: sender.email_formatted for key, sender in senders.items()},
            author_ids={key: sender.partner_id.id for key, sender in senders.items()},
        )

    def _prepare_message(self, parcel):
        action, texts = parcel.action, parcel.texts
        template = self._get_template(action)
        return {
            **super()._prepare_message(parcel),
            'message_type': 'email_outgoing',
            'subject': self._as_line(texts['subject']),
            'body': texts['body_html'],
            'email_from': action._get_sender().email_formatted,
            'outgoing_email_to': parcel.recipient,
            'record_alias_domain_id': action.company_id.alias_domain_id.id,
            'mail_server_id': template.mail_server_id.id,
            'email_add_signature': False,
            'attachment_ids': [
                *(Command.link(id_) for id_ in template.attachment_ids.ids),
                *(Command.link(file.id) for file in parcel.files.chosen),
            ],
        }

    def _prepare_mail(self, parcel, message):
        """Return the values of the mail: one for all addresses, which is one SMTP transaction."""
        return {
            'mail_message_id': message.id,
            'is_notification': True,
            'email_to': self._format_recipients(parcel),
            'email_cc': parcel.action._get_cc(parcel.recipient, parcel.texts['email_cc']),
            'body_html': parcel.texts['body_html'],
            'auto_delete': False,
            'headers': repr({'X-Odoo-Objects': f'dso.customer-{parcel.action.customer_id.id}'}),
        }

    def _format_recipients(self, parcel):
        """Return the addresses of a message, with the name when they are of one person."""
        addresses = email_normalize_all(parcel.recipient)
        name = parcel.contact.name
        if len(addresses) == 1 and name:
            return formataddr((name, addresses[0]))
        return ", ".join(addresses)

    def _prepare_notifications(self, parcel, mail):
        """Return the values of one notification per address, as bounces come back per address."""
        contact = parcel.contact
        return [
            {
                'author_id': mail.author_id.id,
                'mail_message_id': mail.mail_message_id.id,
                'mail_mail_id': mail.id,
                'notification_type': 'email',
                'notification_status': 'ready',
                'is_read': True,
                'mail_email_address': address,
                'res_partner_id': contact.id if contact.email_normalized == address else False,
            }
            for address in dict.fromkeys(email_normalize_all(parcel.recipient))
        ]

    def _withdraw(self, messages):
        mails = self._read_queue(messages).filtered(
            lambda mail: mail.state in ('outgoing', 'exception')
        )
        free, busy = self._lock_queue(messages, mails)
        free.cancel()
        return busy

    # === RESULTS === #

    def _read_queue(self, messages):
        return self.env['mail.mail'].search(
            [('mail_message_id', 'in', messages.mail_message_id.ids)]
        )

    def _get_fate(self, message, notifications, queued):
        mail = queued or self.env['mail.mail']
        failed = notifications.filtered(lambda n: n.notification_status in ('exception', 'bounce'))
        return delivery.fate(
            set(notifications.mapped('notification_status')),
            failed[:1].failure_type or '',
            failed[:1].failure_reason or mail.failure_reason or '',
            mail.state == 'outgoing',
            message.retries,
        )
