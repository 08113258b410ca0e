import logging
from datetime import timedelta

import psycopg2
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize_all, formataddr, split_every

from ..tools.delivery import MAX_WORDS

_logger = logging.getLogger(__name__)

#: Actions checked, written and committed together.
BATCH_SIZE = 200

#: An action that has been sending for longer, without a message under way, is lost.
LOST_AFTER = timedelta(hours=24)

#: Texts of an email that come from its template.
TEXT_FIELDS = ('subject', 'body_html', 'email_cc')


class DsoDispatch(models.AbstractModel):
    """Write and queue the messages of due actions: one way for cron, button and selection.

    Per batch: lock, look at the books again, write the messages, queue them; then the mail module
    sends, one transaction each, and :meth:`dso.action.message._settle` reads what came of it.
    A batch commits as a whole or not at all, so that no message is ever queued twice or forgotten.
    """

    _name = 'dso.dispatch'
    _description = "Dispatch of Collection Messages"

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_dispatch(self):
        """Read results, then send what is due in every company that has started."""
        if not self.env['dso.action.message']._settle_all():
            return
        self.env['dso.action']._set_lost(before=fields.Datetime.now() - LOST_AFTER)
        companies = self.env['res.company'].search(
            [
                ('parent_id', '=', False),
                ('dso_started_on', '!=', False),
                ('dso_paused', '=', False),
            ]
        )
        for company in companies:
            if not self._dispatch_company(company):
                return

    def _dispatch_company(self, company):
        """Send what is due in a company, in committed batches; tell whether time is left.

        :rtype: bool
        """
        commit_progress = self.env['ir.cron']._commit_progress
        domain = self.env['dso.action']._domain_sendable(company, company._dso_today())
        actions = self.env['dso.action'].search(domain)
        commit_progress(remaining=len(actions))
        for batch in split_every(BATCH_SIZE, actions.ids, self.env['dso.action'].browse):
            opening = company._dso_next_opening()
            if opening > fields.Datetime.now():
                self._dispatch_soon(at=opening)
                return bool(commit_progress(remaining=0))
            if company.dso_paused:  # by a manager, while we send
                break
            self._dispatch_safely(batch, domain)
            if not commit_progress(len(batch)):
                return False
        return bool(commit_progress(remaining=0))

    def _dispatch_safely(self, actions, domain):
        """Send a batch; one that fails is halved, so that one bad action keeps nobody waiting."""
        try:
            with self.env.cr.savepoint():
                self._dispatch(actions, domain)
        except psycopg2.OperationalError as error:
            # Somebody works on the same actions; they are looked at again in the next run.
            _logger.info("Actions %s left for later: %s", actions.ids, str(error).strip())
        except Exception as error:
            if len(actions) == 1:
                _logger.exception("Action %s cannot be sent", actions.id)
                actions.exists()._set_error('render', self._get_cause(error))
                return
            middle = len(actions) // 2
            self._dispatch_safely(actions[:middle], domain)
            self._dispatch_safely(actions[middle:], domain)

    # === BATCH === #

    @api.model
    def _dispatch(self, actions, domain):
        """Queue the messages of actions that the books still justify (spec 3.16).

        :param dso.action actions: actions to send
        :param Domain domain: what an action must fulfil after its customer account was planned anew
        :return: the actions that are being sent now
        """
        # A message needs the templates, users and queue that no collector has access to.
        actions = actions.sudo().try_lock_for_update()
        actions.customer_id._plan()
        checked = actions.search(
            Domain('id', 'in', actions.ids) & Domain('customer_id.on_hold', '=', False) & domain
        )
        sent = actions.browse()
        for company, batch in checked.grouped('company_id').items():
            dispatch = self.sudo().with_company(company)
            sent |= dispatch._dispatch_batch(batch.with_env(dispatch.env))
        if sent:
            self._send_soon()
        return sent.with_env(self.env)

    def _dispatch_batch(self, actions):
        """Write and queue the messages of actions of one company; return those that are sent.

        :rtype: dso.action
        """
        actions = self._refuse(actions, 'no_sender', lambda a: not a._get_sender())
        actions = self._refuse(actions, 'no_recipient', lambda a: not a.recipient)
        actions = self._refuse(
            actions, 'invalid_recipient', lambda a: not email_normalize_all(a.recipient)
        )
        actions = self._withdraw_earlier(actions)
        actions -= actions._get_outdated_edits()  # somebody has to look at them again
        self.env['dso.planner']._snapshot_items(actions)
        texts = self._render(actions)
        actions = actions.filtered(lambda action: action.id in texts)
        if actions:
            self._create_messages(actions, texts)
            actions._set_sending()
        return actions

    def _refuse(self, actions, code, is_refused):
        """Put the actions that fulfil a test in error; return the others."""
        refused = actions.filtered(is_refused)
        if refused:
            refused._set_error(code)
        return actions - refused

    def _withdraw_earlier(self, actions):
        """Cancel what is left of earlier tries; return the actions of which none is under way."""
        messages = actions.sent_message_ids.mail_message_id
        if not messages:
            return actions
        mails = self.env['mail.mail'].search(
            [
                ('mail_message_id', 'in', messages.ids),
                ('state', 'in', ('outgoing', 'exception')),
            ]
        )
        withdrawn = mails.try_lock_for_update(allow_referencing=True)
        withdrawn.cancel()
        busy = (mails - withdrawn).mail_message_id
        return actions.filtered(lambda a: not a.sent_message_ids.mail_message_id & busy)

    @api.model
    def _withdraw_queued(self, companies):
        """Take back what waits in the mail queue of companies that were paused.

        The actions are planned again and go when sending is resumed. A mail that is being handed
        to a server in this moment is locked, and goes.
        """
        queued = self.env['dso.action.message'].sudo()  # a manager has no access to the queue
        queued = queued.search(
            [('delivery', '=', 'queued'), ('action_id.company_id', 'in', companies.root_id.ids)]
        )
        mails = queued.env['mail.mail'].search(
            [('mail_message_id', 'in', queued.mail_message_id.ids), ('state', '=', 'outgoing')]
        )
        mails = mails.try_lock_for_update(allow_referencing=True)
        messages = queued.filtered(lambda m: m.mail_message_id in mails.mail_message_id)
        messages.action_id.filtered(lambda a: a.state == 'sending')._set_planned()
        mails.cancel()

    # === TEXTS === #

    def _render(self, actions):
        """Return the texts of emails, in the language of their recipients.

        Actions whose text cannot be produced are put in error and left out.

        :return: texts by field of the template, by id of the action
        :rtype: dict[int, dict[str, str]]
        """
        texts = {}
        groups = actions.grouped(lambda a: (a._get_mail_template(), a._get_message_lang()))
        for (template, lang), group in groups.items():
            if template:
                texts.update(self._render_group(template, lang, group))
            else:
                group._set_error('render', self.env._("the step has no text"))
        for action in actions.filtered(lambda a: a.id in texts):
            texts[action.id].update(action._get_edited_texts())
        return texts

    @api.model
    def _preview(self, action):
        """Return the texts with which an email would leave now, and why it has none.

        :rtype: tuple[dict, str]
        """
        # Who may read the action may read what its message says.
        dispatch = self.sudo().with_company(action.company_id)
        action = action.with_env(dispatch.env)
        template = action._get_mail_template()
        if not template:
            return action._get_edited_texts(), self.env._("The step has no text: choose one there.")
        try:
            texts = dispatch._render_texts(template, action._get_message_lang(), action)[action.id]
        except UserError as error:
            return action._get_edited_texts(), self._get_cause(error)
        return {**texts, **action._get_edited_texts()}, ""

    def _render_group(self, template, lang, actions):
        """Render one template in one language; halve what fails until the bad ones are found."""
        try:
            return self._render_texts(template, lang, actions)
        except UserError as error:
            if len(actions) == 1:
                actions._set_error('render', self._get_cause(error))
                return {}
            middle = len(actions) // 2
            return {
                **self._render_group(template, lang, actions[:middle]),
                **self._render_group(template, lang, actions[middle:]),
            }

    def _render_texts(self, template, lang, actions):
        with self.env.cr.savepoint():  # an expression may break the transaction
            rendered = {
                field: template._render_field(field, actions.ids, set_lang=lang)
                for field in TEXT_FIELDS
            }
        return {
            action_id: {field: rendered[field][action_id] for field in TEXT_FIELDS}
            for action_id in actions.ids
        }

    def _get_cause(self, error):
        """Return what really went wrong; core wraps it into the whole template and a trace."""
        while error.__cause__:
            error = error.__cause__
        lines = str(error).strip().splitlines()
        return lines[0][:MAX_WORDS] if lines else type(error).__name__

    # === MESSAGES === #

    def _create_messages(self, actions, texts):
        """Create messages, mails and notifications, each kind at once.

        Core's notifications are what keeps two queue workers from sending the same mail: whoever
        sends locks them first.
        """
        reply_tos = self._get_reply_tos(actions)
        messages = self.env['mail.message'].create(
            [
                self._prepare_message(action, texts[action.id], reply_tos[action.customer_id.id])
                for action in actions
            ]
        )
        mails = self.env['mail.mail'].create(
            [
                self._prepare_mail(action, message, texts[action.id])
                for action, message in zip(actions, messages, strict=True)
            ]
        )
        self.env['mail.notification'].create(
            [
                values
                for action, mail in zip(actions, mails, strict=True)
                for values in self._prepare_notifications(action, mail)
            ]
        )
        self.env['dso.action.message'].create(
            [
                {
                    'action_id': action.id,
                    'kind': 'email',
                    'mail_message_id': message.id,
                    'partner_id': action.recipient_id.id,
                    'recipient': action.recipient,
                }
                for action, message in zip(actions, messages, strict=True)
            ]
        )

    def _get_reply_tos(self, actions):
        """Return the reply addresses by id of the customer account."""
        senders = {action.customer_id.id: action._get_sender() for action in actions}
        return actions.customer_id._notify_get_reply_to_batch(
            defaults={key: sender.email_formatted for key, sender in senders.items()},
            author_ids={key: sender.partner_id.id for key, sender in senders.items()},
        )

    def _prepare_message(self, action, texts, reply_to):
        """Return the values of the message, which stands on the customer account like replies."""
        template, company = action._get_mail_template(), action.company_id
        sender = action._get_sender()
        return {
            'model': 'dso.customer',
            'res_id': action.customer_id.id,
            'message_type': 'email_outgoing',
            'subtype_id': self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment'),
            'subject': " ".join((texts['subject'] or "").splitlines()),  # a header is one line
            'body': texts['body_html'],
            'author_id': sender.partner_id.id,
            'email_from': sender.email_formatted,
            'reply_to': reply_to,
            'outgoing_email_to': action.recipient,
            'record_company_id': company.id,
            'record_alias_domain_id': company.alias_domain_id.id,
            'mail_server_id': template.mail_server_id.id,
            'email_add_signature': False,
            'attachment_ids': [Command.link(id_) for id_ in template.attachment_ids.ids],
        }

    def _prepare_mail(self, action, message, texts):
        """Return the values of the mail: one for all addresses, which is one SMTP transaction."""
        return {
            'mail_message_id': message.id,
            'is_notification': True,
            'email_to': self._format_recipients(action),
            'email_cc': texts['email_cc'],
            'body_html': texts['body_html'],
            'auto_delete': False,
            'headers': repr({'X-Odoo-Objects': f'dso.customer-{action.customer_id.id}'}),
        }

    def _format_recipients(self, action):
        """Return the addresses of an action, with the name when they are of one person."""
        addresses = email_normalize_all(action.recipient)
        name = action.recipient_id.name
        if len(addresses) == 1 and name:
            return formataddr((name, addresses[0]))
        return ", ".join(addresses)

    def _prepare_notifications(self, action, mail):
        """Return the values of one notification per address, as bounces come back per address."""
        partner = action.recipient_id
        return [
            {
                'author_id': mail.author_id.id,
                'mail_message_id': mail.mail_message_id.id,
                'mail_mail_id': mail.id,
                'notification_type': 'email',
                'notification_status': 'ready',
                'is_read': True,
                'mail_email_address': address,
                'res_partner_id': partner.id if partner.email_normalized == address else False,
            }
            for address in dict.fromkeys(email_normalize_all(action.recipient))
        ]

    # === WAKING UP === #

    @api.model
    def _send_soon(self, at=None):
        """Let the mail queue run after the commit, or at a moment."""
        self._trigger('mail.ir_cron_mail_scheduler_action', at)

    @api.model
    def _dispatch_soon(self, at=None):
        """Let the dispatch run after the commit, or at a moment."""
        self._trigger('dso_collection.ir_cron_dispatch', at)

    def _trigger(self, xmlid, at):
        cron = self.env.ref(xmlid, raise_if_not_found=False)
        if not cron:
            return
        triggers = self.env['ir.cron.trigger'].sudo()  # whoever sends may wake the queue
        if at and triggers.search_count([('cron_id', '=', cron.id), ('call_at', '=', at)], limit=1):
            return
        cron.sudo()._trigger(at)
