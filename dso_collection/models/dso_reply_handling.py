from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..const import ACTION_TYPES, FOLLOW_UP_TYPES

#: States from which a reply may be answered.
ANSWERABLE = ('new', 'validated', 'planned')


class DsoReply(models.Model):
    """What collectors do with replies, one or many: each waits until one of these was done."""

    _inherit = 'dso.reply'

    # === DOMAINS === #

    @api.model
    def _domain_of_collectors(self, collectors):
        """Replies for some collectors: of their customers, of those that are collected through
        them, for which their actions wait, and those that are nobody's.

        :param res.users collectors: the collectors
        """
        return (
            Domain('customer_id', '=', False)
            | Domain('customer_id.collector_id', '=', False)
            | Domain('customer_id.collector_id', 'in', collectors.ids)
            | Domain('customer_id.group_account_id.collector_id', 'in', collectors.ids)
        )

    @api.model
    @api.readonly
    def get_agenda_counter(self, domain=None):
        """Count the replies that wait, for the tab of the agenda.

        :param list domain: what people search for in the tab; without it what the tab begins with:
            a collector's own replies, all for a manager
        :rtype: int
        """
        if domain is None:
            is_manager = self.env.user.has_group('dso_collection.group_dso_manager')
            domain = Domain.TRUE if is_manager else self._domain_mine()
        return self.search_count(Domain(domain) & Domain('state', '=', 'new'))

    # === ACTION METHODS === #

    def action_validate(self):
        """Take replies to notice: nothing else is to be done about them."""
        self._check_assigned()
        self._update_state(('new',), 'validated')
        return True

    def action_discard(self, reason):
        """Put replies aside that are none, with the reason.

        :param str reason: why, for those who look for them later
        """
        if not (reason or '').strip():
            raise UserError(self.env._("Give a reason to discard a reply."))
        self._update_state(('new',), 'discarded', {'reason': reason})
        return True

    def action_follow_up(self, action_type, date, note=None):
        """Plan a call or a task for the customer account of each reply.

        :param str action_type: one of :data:`const.FOLLOW_UP_TYPES`
        :param date: a date or its ISO string, not in the past
        :param str note: what is to be done
        """
        self._check_assigned()
        self._check_follow_up(action_type, fields.Date.to_date(date))
        replies = self.sorted('id')
        actions = self.env['dso.action'].create(
            [
                {
                    'customer_id': reply.customer_id.id,
                    'action_type': action_type,
                    'date_planned': date,
                    'note': note,
                }
                for reply in replies
            ]
        )
        replies._update_state(('new', 'validated', 'answered'), 'planned')
        for reply, action in zip(replies, actions, strict=True):
            reply.sudo().follow_up_id = action
        return True

    def action_answer(self):
        """Open the mail composer on the customer accounts, addressed to who wrote each reply."""
        self._check_handling()
        self._check_assigned()
        self._check_state(ANSWERABLE)
        self._find_authors()
        context = {
            'default_model': 'dso.customer',
            'default_res_ids': self.customer_id.ids,
            'default_composition_mode': 'comment',
            'default_email_layout_xmlid': 'mail.mail_notification_light',
            'dso_reply_ids': self.ids,
        }
        if len(self.customer_id) == 1:  # else the composer knows by itself, for each
            latest = self.sorted('date')[-1]
            context |= {
                'default_parent_id': latest.mail_message_id.id,
                'default_partner_ids': self.author_id.ids,
                'default_subject': latest._get_answer_subject(),
            }
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Answer"),
            'res_model': 'mail.compose.message',
            'views': [(False, 'form')],
            'target': 'new',
            'context': context,
        }

    def action_assign(self, customer):
        """Give unassigned replies to a customer account; their messages move to its chatter.

        :param dso.customer customer: the account, or its id
        """
        self._check_handling()
        if isinstance(customer, int):
            customer = self.env['dso.customer'].browse(customer)
        customer.ensure_one().check_access('write')
        if self.customer_id:
            raise UserError(
                self.env._(
                    "Some of these replies have a customer account already: take them out of the "
                    "selection."
                )
            )
        replies = self.sudo()  # messages and attachments change their document
        replies.write({'customer_id': customer.id, 'company_id': customer.company_id.id})
        place = {'model': 'dso.customer', 'res_id': customer.id}
        replies.mail_message_id.write({**place, 'record_name': customer.display_name})
        replies.attachment_ids.write({'res_model': 'dso.customer', 'res_id': customer.id})
        return True

    def action_open_customer(self):
        """Open the customer account of a reply."""
        self.ensure_one()
        self._check_assigned()
        return self.customer_id.action_open()

    # === CHECKS === #

    def _check_handling(self):
        self.check_access('read')
        self.env['dso.customer']._check_collect_access()

    def _check_assigned(self):
        if any(not reply.customer_id for reply in self):
            raise UserError(
                self.env._(
                    "Some of these replies have no customer account yet: assign them first, or "
                    "discard them."
                )
            )

    def _check_state(self, allowed):
        if any(reply.state not in allowed for reply in self):
            raise UserError(
                self.env._(
                    "Some of these replies are dealt with already: take them out of the selection."
                )
            )

    def _check_follow_up(self, action_type, date):
        if action_type not in FOLLOW_UP_TYPES:
            types = dict(ACTION_TYPES)
            raise UserError(
                self.env._(
                    "%(type)s cannot be planned on a reply: choose a call or a task.",
                    type=types.get(action_type, action_type),
                )
            )
        if not date:
            raise UserError(self.env._("Give the follow-up a date."))
        if any(date < company._dso_today() for company in self.company_id):
            raise UserError(
                self.env._("A follow-up cannot be planned in the past: choose today or later.")
            )

    # === BUSINESS METHODS === #

    def _update_state(self, allowed, target, vals=None):
        """Write a new state, the only place that does.

        :param tuple allowed: states from which ``target`` may be reached
        :param str target: the new state
        :param dict vals: written with it
        """
        self._check_handling()
        self._check_state(allowed)
        self.sudo().write(
            {
                **(vals or {}),
                'state': target,
                'handled_on': fields.Datetime.now(),
                'handled_by_id': self.env.uid,
            }
        )

    def _dso_items_to_qualify(self):
        """Return the items of which customers speak in their replies.

        :rtype: account.move.line
        """
        return self.customer_id._dso_items_to_qualify()

    def _qualify(self, lines, status, values):
        """Qualify items by what a customer wrote about them; the replies are dealt with.

        :param lines, status, values: see :meth:`account.move.line._dso_qualify`
        :rtype: dso.action
        """
        self._check_assigned()
        actions = lines._dso_qualify(status, values)
        waiting = self.filtered(lambda reply: reply.state == 'new')
        follow_up = {'follow_up_id': actions[:1].id}
        waiting._update_state(
            ('new',), 'planned' if actions else 'validated', follow_up if actions else None
        )
        return actions

    # === BUSINESS METHODS - ANSWERING === #

    def _get_answer_subject(self):
        subject = self.subject or ''
        return subject if subject.lower().startswith('re:') else f'Re: {subject}'.strip()

    def _find_authors(self):
        """Give each reply a contact who can be written to, a new one of its customer if need be."""
        unknown = self.filtered(lambda reply: not reply.author_id)
        for customer, replies in unknown.grouped('customer_id').items():
            contacts = customer._partner_find_from_emails(
                {customer: replies.mapped('email_from')},
                additional_values={
                    email_normalize(reply.email_from): {'parent_id': customer.partner_id.id}
                    for reply in replies
                },
            )[customer.id]
            by_email = {contact.email_normalized: contact for contact in contacts}
            for reply in replies:
                contact = by_email.get(email_normalize(reply.email_from))
                reply.sudo().author_id = contact
        mute = self.filtered(lambda reply: not reply.author_id.email_normalized)[:1]
        if mute:
            raise UserError(
                self.env._(
                    "%(sender)s has no address that can be answered: call instead.",
                    sender=mute.author_id.name or mute.email_from or mute.display_name,
                )
            )

    @api.model
    def _get_being_answered(self, customers):
        """Return the replies of these customer accounts to which the composer of this context
        writes.

        :rtype: dso.reply
        """
        ids = self.env.context.get('dso_reply_ids') or []
        if not self.env.user.has_group('dso_collection.group_dso_collector'):
            return self.browse()
        return self.search([('id', 'in', ids), ('customer_id', 'in', customers.ids)])

    def _take_answer(self, message):
        """Note a message as the answer to those of these replies whose sender gets it.

        :param mail.message message: what was posted on the customer account
        """
        if message.subtype_id.internal:
            return
        answered = self.filtered(
            lambda reply: reply.author_id in message.partner_ids and reply.state in ANSWERABLE
        )
        if answered:
            answered._update_state(ANSWERABLE, 'answered', {'answer_id': message.id})
