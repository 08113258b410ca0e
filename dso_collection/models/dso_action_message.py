import logging
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..const import ACTION_TYPES, AUTOMATIC_MODES, DELIVERIES, ERROR_CODES, MESSAGE_TYPES
from ..tools import delivery

_logger = logging.getLogger(__name__)

#: Messages settled per transaction by the scheduled action.
BATCH_SIZE = 500

#: Messages that have reached the customer, or still may.
ALIVE = frozenset(['queued', 'sent'])

#: What became of messages that have left.
LEFT = ('sent', 'bounced')

#: Settling in the transaction of the mail queue waits no longer for somebody else.
LOCK_TIMEOUT = '200ms'


class DsoActionMessage(models.Model):
    """One message of an action, and what became of it.

    The mail module keeps that on its own records; :meth:`_settle` reads it there and may be called
    at any time, any number of times. In the transaction in which a server has taken a message
    nothing of ours may fail or wait, because a rollback would send it again: there
    :meth:`_settle_or_later` leaves what it cannot do at once to the scheduled action.
    """

    _name = 'dso.action.message'
    _description = "Message of a Collection Action"
    _order = 'id'

    action_id = fields.Many2one(
        'dso.action', required=True, readonly=True, index=True, ondelete='restrict'
    )
    company_id = fields.Many2one(related='action_id.company_id')
    kind = fields.Selection(
        [item for item in ACTION_TYPES if item[0] in MESSAGE_TYPES], required=True, readonly=True
    )
    mail_message_id = fields.Many2one(
        'mail.message', readonly=True, index='btree_not_null', ondelete='set null'
    )
    # In sudo: whoever may read the action may read what was sent for it.
    subject = fields.Char(related='mail_message_id.subject')
    body = fields.Html(related='mail_message_id.body', string="Text")
    sent_on = fields.Datetime(related='mail_message_id.date')
    partner_id = fields.Many2one('res.partner', readonly=True, ondelete='set null')
    recipient = fields.Char(readonly=True)
    cc = fields.Char(string="Copies To", readonly=True)
    delivery = fields.Selection(DELIVERIES, required=True, readonly=True, default='queued')
    failure_code = fields.Selection(ERROR_CODES, readonly=True)
    failure_reason = fields.Char(readonly=True, help="Words of the server or of the provider.")
    failure = fields.Char(compute='_compute_failure', help="What is wrong, and what to do.")
    retries = fields.Integer(readonly=True)
    automatic = fields.Boolean(readonly=True, help="Sent by the scheduled action, not by a person.")
    day = fields.Date(
        readonly=True,
        help="Day on which the message has left, or a letter was written, in the time zone of the "
        "company.",
    )

    # === Attachments === #
    attachment_ids = fields.Many2many(
        related='mail_message_id.attachment_ids', string="Attachments"
    )
    left_out = fields.Char(readonly=True, help="Files for which the message had no room.")
    missing = fields.Char(readonly=True, help="Listed invoices of which no PDF existed.")
    attachment_note = fields.Char(
        compute='_compute_attachment_note',
        string="Not Attached",
        help="What should have gone along with the message and did not.",
    )

    # The scheduled action looks at what is under way, a few rows of a growing history.
    _queued = models.Index("(mail_message_id) WHERE delivery = 'queued'")

    # The messages of a day are counted before each batch.
    _automatic = models.Index("(day) WHERE automatic")

    # So does it at what a pause has taken back.
    _paused = models.Index("(action_id) WHERE failure_code = 'paused'")

    # === COMPUTE METHODS === #

    @api.depends('failure_code', 'failure_reason', 'recipient')
    def _compute_failure(self):
        explain = self.env['dso.explanation']
        for message in self:
            name = (message.partner_id or message.action_id.partner_id).display_name
            message.failure = explain._explain_failure(
                message.failure_code, name, message.recipient, message.failure_reason
            )

    @api.depends('left_out', 'missing')
    @api.depends_context('lang')
    def _compute_attachment_note(self):
        for message in self:
            message.attachment_note = self.env['dso.attachment']._explain(
                message.left_out, message.missing
            )

    # === BUSINESS METHODS === #

    @api.model
    def _create_failed(self, parcels):
        """Record the messages that cannot go out beside those of the same action that can."""
        return self.create(
            [
                {
                    'action_id': parcel.action.id,
                    'kind': parcel.kind,
                    'partner_id': parcel.contact.id,
                    'recipient': parcel.recipient,
                    'delivery': 'failed',
                    'failure_code': parcel.code,
                    'failure_reason': parcel.cause,
                }
                for parcel in parcels
            ]
        )

    def _withdraw(self):
        """Cancel what has not left yet; return the messages that are leaving right now."""
        busy = self.browse()
        for kind, messages in self.grouped('kind').items():
            busy |= self.env['dso.channel']._of(kind)._withdraw(messages)
        return busy

    def _take_back(self):
        """Withdraw messages and put their actions back on the agenda, but for what is leaving and
        for actions on which somebody else works: the last look comes back to those.

        :return: those that are withdrawn now
        :rtype: dso.action.message
        """
        free = self.action_id.try_lock_for_update(allow_referencing=True)
        return self.filtered(lambda message: message.action_id in free)._take_back_locked()

    def _take_back_locked(self):
        sending = self.action_id.filtered(lambda action: action.state == 'sending')
        busy = self._withdraw()
        sending.filtered(
            lambda action: ALIVE.isdisjoint(action.sent_message_ids.mapped('delivery'))
        )._set_planned()
        withdrawn = self - busy
        # Core knows of a cancelled message only that it has not left.
        withdrawn.filtered(lambda m: m.failure_code == 'lost').write({'failure_code': 'withdrawn'})
        # Nothing may be left of an action that was done because another message had arrived.
        withdrawn.filtered(lambda message: message.action_id not in sending)._report_unreached()
        return withdrawn

    @api.model
    def _withdraw_reminders(self, lines):
        """Take back reminders that have not left yet and ask for items that people have just taken
        out of the scenario; their actions are planned again without these items.

        A message that is being handed over in this moment is locked, and goes; a printed letter may
        have been posted.

        :param account.move.line lines: items that are in no scenario any more
        """
        queued = self.sudo().search(  # a collector has no access to the queue
            [
                ('delivery', '=', 'queued'),
                ('printed_on', '=', False),
                ('action_id.origin', '=', 'scenario'),
                ('action_id.item_ids.line_id', 'in', lines.ids),
            ]
        )
        if queued:
            queued._take_back()

    def _set_paused(self):
        """Remember what a pause has taken back of actions that are not planned again."""
        self.filtered(lambda message: message.action_id.state in ('sending', 'done')).write(
            {'delivery': 'failed', 'failure_code': 'paused', 'failure_reason': False}
        )

    @api.model
    def _domain_evidence(self):
        """Messages that nobody changes or deletes, nor what went along with them."""
        return Domain('delivery', 'in', LEFT)

    @api.model
    def _refuse_if_sent(self, domain):
        """Refuse to change or delete what was sent or printed for an action: it is evidence.

        Superuser mode does not lift the guard, as with the actions.

        :param Domain domain: messages of which something would be changed
        """
        sent = self.sudo().search(domain & self._domain_evidence(), limit=1)
        if sent:
            action = sent.action_id
            raise UserError(
                self.env._(
                    "The message of %(action)s to %(customer)s is part of the history of "
                    "collection and can neither be changed nor deleted.",
                    action=action.display_name,
                    customer=action.customer_id.display_name,
                )
            )

    def _settle_or_later(self):
        """Settle these messages without failing the running transaction, now or soon."""
        if not self:
            return
        self.env.flush_all()  # what others wrote must fail for itself
        try:
            with self.env.cr.savepoint():
                self._set_lock_timeout(LOCK_TIMEOUT)
                self._settle()
                self.env.flush_all()
                self.env['dso.planner']._defer_pending()  # planned at once for many messages
                self._set_lock_timeout('0')
        except psycopg2.OperationalError as error:
            _logger.info("Result of messages left for later: %s", str(error).strip())
            self.env['dso.dispatch']._dispatch_soon()
        except Exception:  # a message that has left must never be sent again
            _logger.exception("Result of messages %s left for later", self.ids)
            self.env['dso.dispatch']._dispatch_soon()

    def _set_lock_timeout(self, value):
        self.env.cr.execute(SQL("SELECT set_config('lock_timeout', %s, true)", value))

    def _settle(self):
        """Bring messages and their actions up to what became of the mails."""
        if not self:
            return
        actions = self.action_id.try_lock_for_update(allow_referencing=True)
        messages = self.filtered(lambda m: m.action_id in actions and m.delivery != 'bounced')
        if actions != self.action_id:
            self.env['dso.dispatch']._dispatch_soon()
        for fate, group in messages._get_fates().items():
            group._apply(fate)

    def _get_fates(self):
        """Return what became of these messages, read at once.

        :rtype: dict[delivery.Fate, dso.action.message]
        """
        fates = {}
        for kind, messages in self.grouped('kind').items():
            for message, fate in self.env['dso.channel']._of(kind)._read_fates(messages).items():
                fates[fate] = fates.get(fate, self.browse()) | message
        return fates

    # === RESULTS === #

    def _apply(self, fate):
        """Write one result on the messages that share it.

        :param delivery.Fate fate: what became of them
        """
        if fate.is_retried:
            self._retry(fate.words)
        elif fate.delivery == 'sent':
            self._report_sent()
        elif fate.delivery == 'failed':
            self._report_failed(fate)
        elif fate.delivery == 'bounced':
            self._report_bounced(fate)

    def _report_sent(self):
        fresh = self.filtered(lambda message: message.delivery != 'sent')
        fresh.write({'delivery': 'sent', 'failure_code': False, 'failure_reason': False})
        self.env['dso.belt']._move_to_today(fresh)
        # Whoever pressed the button has done it; the scheduled action sends as the system.
        for user, messages in fresh.grouped('create_uid').items():
            messages.action_id.with_user(user).sudo()._set_sent()

    def _report_failed(self, fate):
        fresh = self.filtered(lambda message: message.delivery == 'queued')
        fresh.write({'delivery': 'failed', 'failure_code': fate.code, 'failure_reason': fate.words})
        fresh._report_unreached()

    def _report_bounced(self, fate):
        self.write({'delivery': 'bounced', 'failure_code': fate.code, 'failure_reason': fate.words})
        self._report_unreached()

    def _report_unreached(self):
        """Tell the actions of which no message has arrived, nor may arrive any more."""
        unreached = self.action_id.filtered(
            lambda action: ALIVE.isdisjoint(action.sent_message_ids.mapped('delivery'))
        )
        unreached.filtered(
            lambda action: 'bounced' in action.sent_message_ids.mapped('delivery')
        )._set_bounced()
        for (code, words), actions in unreached.grouped(lambda a: a._get_failure()).items():
            actions._set_undelivered(code, words)

    def _retry(self, words):
        """Put the mails of messages back into the queue, after a pause that grows."""
        mails = self.env['mail.mail'].search(
            [('mail_message_id', 'in', self.mail_message_id.ids), ('state', '=', 'exception')]
        )
        mails = mails.try_lock_for_update(allow_referencing=True)
        messages = self.filtered(
            lambda m: m.delivery == 'queued' and m.mail_message_id in mails.mail_message_id
        )
        for moment, group in messages.grouped(lambda m: m._get_retry_moment()).items():
            waiting = group.mail_message_id
            again = mails.filtered(lambda mail, waiting=waiting: mail.mail_message_id in waiting)
            again.write({'state': 'outgoing', 'scheduled_date': moment})
            self.env['dso.dispatch']._send_soon(at=moment)
        failed = self.env['mail.notification'].search(
            [
                ('mail_message_id', 'in', messages.mail_message_id.ids),
                ('notification_status', '=', 'exception'),
            ]
        )
        failed.write(
            {'notification_status': 'ready', 'failure_type': False, 'failure_reason': False}
        )
        for retries, group in messages.grouped('retries').items():
            group.write({'retries': retries + 1, 'failure_reason': words})

    def _get_retry_moment(self):
        """Return when to offer a message again: automatic ones inside the sending window."""
        minutes = delivery.RETRY_MINUTES[self.retries]
        moment = fields.Datetime.now() + timedelta(minutes=minutes)
        if self.action_id.mode in AUTOMATIC_MODES:
            return self.company_id._dso_next_opening(moment)
        return moment

    # === SCHEDULED ACTION === #

    @api.model
    def _settle_all(self):
        """Settle what is not settled yet, in committed batches; tell whether time is left.

        :rtype: bool
        """
        for batch in split_every(BATCH_SIZE, self._get_unsettled(), self.browse):
            batch._settle_or_later()
            if not self.env['ir.cron']._commit_progress():
                return False
        return True

    @api.model
    def _get_unsettled(self):
        """Return the ids of messages that have left the queue without a result of ours.

        :rtype: list[int]
        """
        unsettled = SQL(
            """SELECT message.id FROM dso_action_message message
            LEFT JOIN mail_mail mail ON mail.mail_message_id = message.mail_message_id
            LEFT JOIN sms_sms sms ON sms.mail_message_id = message.mail_message_id
            WHERE message.delivery = 'queued' AND (
                (message.kind = 'email' AND (mail.id IS NULL OR mail.state <> 'outgoing'))
                OR (message.kind = 'sms' AND (sms.id IS NULL OR sms.state <> 'outgoing')))
            ORDER BY message.id"""
        )
        return [row[0] for row in self.env.execute_query(unsettled)]
