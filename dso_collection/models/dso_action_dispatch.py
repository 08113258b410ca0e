from functools import partial

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize, email_normalize_all, formataddr
from odoo.tools.mail import email_split_tuples

from ..const import AUTOMATIC_MODES, CLOSED_STATES, MESSAGE_TYPES, OPEN_STATES
from ..tools.search import search_flag

#: Placeholders in texts beside the hashtags.
TEXT_EXPRESSIONS = (
    'object.addressee',
    'object.company_id.name',
    'object.leader_number',
    'object.message_lang',
)


class DsoAction(models.Model):
    """The side of an action that is sent: who signs, to whom, and what came of it."""

    _inherit = 'dso.action'

    goes_next = fields.Boolean(
        string="Goes Out on the Next Sending Day",
        compute='_compute_goes_next',
        search='_search_goes_next',
        help="Automatic message of the next day after today on which the company sends, whether it "
        "is confirmed or not.",
    )

    channels = fields.Char(
        compute='_compute_channels', help="Types of what an action is made of, separated by commas."
    )

    # Placeholders of texts: expressions without any logic, which everybody may write.
    addressee = fields.Char(
        compute='_compute_addressee', help="Name of the contact to whom a message goes."
    )
    message_lang = fields.Char(compute='_compute_message_lang')

    # === COMPUTE METHODS === #

    @api.depends('action_type', 'step_id', 'state', 'sent_message_ids.kind')
    def _compute_channels(self):
        for action in self:
            kinds = action._get_further_types()
            if action.state in CLOSED_STATES:  # the step may have changed since
                kinds = action.sent_message_ids.mapped('kind')
            action.channels = ",".join(dict.fromkeys([action.action_type, *kinds]))

    @api.depends('recipient_id.name', 'partner_id.name')
    def _compute_addressee(self):
        for action in self:
            action.addressee = action.recipient_id.name or action.partner_id.name

    @api.depends('recipient_id.lang', 'partner_id.lang')
    def _compute_message_lang(self):
        for action in self:
            action.message_lang = action._get_message_lang()

    @api.depends('state', 'mode', 'held', 'date_planned')
    def _compute_goes_next(self):
        going = self.filtered_domain(self._domain_goes_next(self.company_id))
        for action in self:
            action.goes_next = action in going

    @api.model
    def _search_goes_next(self, operator, value):
        companies = self.env.companies.root_id
        return search_flag(operator, value, partial(self._domain_goes_next, companies))

    # === DOMAINS === #

    @api.model
    def _domain_goes_next(self, companies):
        """Automatic actions of the next sending day of each company, confirmed or not.

        :param res.company companies: root companies
        """
        days = Domain.OR(
            Domain('company_id', '=', company.id)
            & Domain('date_planned', '>', company._dso_today())
            & Domain('date_planned', '<=', company._dso_next_sending_day())
            for company in companies.sudo()  # a branch user may not read its root
        )
        return (
            days
            & Domain('state', '=', 'planned')
            & Domain('mode', 'in', AUTOMATIC_MODES)
            & Domain('held', '=', False)
        )

    @api.model
    def _domain_sendable_by_hand(self):
        """Messages that a person may send now: date, window and confirmation are his decision.

        What stops every message still does: a hold, a company that has not started or is paused.
        """
        return (
            Domain('state', '=', 'planned')
            & Domain('action_type', 'in', MESSAGE_TYPES)
            & Domain('held', '=', False)
            & Domain('company_id.dso_started_on', '!=', False)
            & Domain('company_id.dso_paused', '=', False)
        )

    # === ACTION METHODS === #

    def action_send_now(self):
        """Send messages at once, after the same look at the books as by the scheduled action.

        :return: a notification that tells what was sent, and why the rest was not
        """
        self._check_collector()
        self._check_all_open()
        self._check_sendable_by_hand()
        self.filtered(lambda action: action.state == 'error')._set_planned()
        dispatch = self.env['dso.dispatch']
        sent = dispatch._dispatch(self, self._domain_sendable_by_hand())
        return self._notify_sent(sent)

    def action_retry(self):
        """Plan actions in error again; they are written anew and go when the plan lets them."""
        self._check_collector()
        if any(action.state != 'error' for action in self):
            raise UserError(
                self.env._(
                    "Only actions in error are retried: take the others out of the selection."
                )
            )
        self._set_planned()
        self.env['dso.planner']._plan_pending()
        self.env['dso.dispatch']._dispatch_soon()
        return True

    def _check_sendable_by_hand(self):
        """Refuse what no look at the books could make sendable, with one sentence."""
        if any(action.action_type not in MESSAGE_TYPES for action in self):
            raise UserError(
                self.env._("Only messages are sent from here: complete the other actions instead.")
            )
        for company in self.company_id.sudo():  # a branch user may not read its root
            if not company.dso_started_on:
                raise UserError(
                    self.env._(
                        "Collection is not started in %(company)s: nothing is sent before.",
                        company=company.name,
                    )
                )
            if company.dso_paused:
                raise UserError(
                    self.env._(
                        "Sending is paused in %(company)s: resume it in the settings first.",
                        company=company.name,
                    )
                )

    def _notify_sent(self, sent):
        """Return a notification that tells which of these actions are on their way."""
        left = (self - sent).exists()
        lines = [
            self.env._(
                "%(customer)s: %(reason)s", customer=action.customer_id.display_name, reason=reason
            )
            for action, reason in left._get_unsent(sent).items()
        ]
        if gone := len(self) - len(sent) - len(left):
            lines.append(
                self.env._("%(count)s no longer stood up to the books and fell away.", count=gone)
            )
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'warning' if lines else 'success',
                'message': "\n".join(
                    [self.env._("Messages on their way: %(count)s.", count=len(sent)), *lines]
                ),
                'sticky': bool(lines),
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }

    def _get_unsent(self, sent=None):
        """Return why the actions that a person wanted to send are not on their way.

        :param dso.action sent: those that are; default: those that are being sent
        :rtype: dict[dso.action, str]
        """
        if sent is None:
            sent = self.filtered(lambda action: action.state == 'sending')
        left = self - sent
        outdated = left._get_outdated_edits()
        reached = left._get_reached()
        return {action: action._explain_not_sent(outdated, reached) for action in left}

    def _explain_not_sent(self, outdated, reached):
        if self.state == 'sending':
            return self.env._("it is being sent already.")
        if self in outdated:
            return self.env._(
                "the open items have changed since its text was edited: look at it again."
            )
        if self in reached and self.state == 'planned':
            return self.env['dso.explanation']._explain_reached(self)
        return self.error_message or self.explanation or self.env._("the plan has changed.")

    # === BUSINESS METHODS - MESSAGE === #

    @api.model
    def mail_allowed_qweb_expressions(self):
        """Override of `mail`: what people may write in texts who are no template editors."""
        return (*super().mail_allowed_qweb_expressions(), *TEXT_EXPRESSIONS)

    @api.model
    def _mail_template_default_values(self):
        """Return with what a new text of an email begins; a hook of `mail`."""
        return {
            'lang': '{{ object.message_lang }}',
            'subject': '{{ object.company_id.name }}: #items_amount_overdue',
            'body_html': Markup(
                '<p>{dear}</p><p>{request}</p><p>#items_list_overdue</p>'
                '<p>{regards}<br/>#collector_name</p>'
            ).format(
                dear=self.env._("Dear %(name)s,", name=Markup('<t t-out="object.addressee"/>')),
                request=self.env._("Please settle #items_amount_overdue:"),
                regards=self.env._("Kind regards,"),
            ),
        }

    def _get_further_types(self):
        """Return the kinds of messages that go out beside that of the action's own type.

        :rtype: list[str]
        """
        self.ensure_one()
        further = self.step_id._get_further_types()
        return [kind for kind in further if kind != self.action_type]  # it may have become one

    def _get_message_types(self):
        """Return the kinds of messages of an action, that of its own type first."""
        own = [self.action_type] if self.action_type in MESSAGE_TYPES else []
        return [*own, *self._get_further_types()]

    def _get_failure(self):
        """Return what an action in error says when none of its messages has arrived.

        :return: code and words of the message of its own type, else of the last one
        :rtype: tuple[str, str]
        """
        messages = self.sent_message_ids
        own = messages.filtered(lambda message: message.kind == self.action_type)
        told = (own or messages)[-1:]
        return told.failure_code or 'lost', told.failure_reason or ''

    def _get_signatory(self):
        """Return whom the customer may turn to: the collector, else the company's sender."""
        return self.collector_id or self.company_id.dso_sender_id

    def _get_sender(self):
        """Return the user in whose name an action is sent, the first with a valid address."""
        for user in (self.collector_id, self.company_id.dso_sender_id):
            if email_normalize(user.email):
                return user
        return self.env['res.users']

    def _get_cc_partners(self):
        """Return who gets a copy of the email: as the step says, else as the company does."""
        step, company = self.step_id, self.company_id
        if step.cc_rule == 'step':
            with_salesperson, partners = step.cc_salesperson, step.cc_partner_ids
        else:
            with_salesperson, partners = company.dso_cc_salesperson, company.dso_cc_partner_ids
        if with_salesperson:
            people = [self.partner_id.user_id, self.leader_move_id.invoice_user_id]
            working = [user.partner_id for user in people if user.active]
            partners = partners.union(*working[:1])
        return partners.filtered('active')  # who has left learns nothing of customers any more

    def _get_cc(self, recipient, text):
        """Return the addresses of the copies of an email, each once and none of its recipients.

        :param str recipient: addresses to which the email itself goes
        :param str text: addresses that the template gives
        :rtype: str
        """
        taken, copies = set(email_normalize_all(recipient)), {}
        partners = [(partner.name, partner.email or '') for partner in self._get_cc_partners()]
        for name, email in [*email_split_tuples(text or ''), *partners]:
            address = email_normalize(email)
            if address and address not in taken:  # a wrong one keeps no customer waiting
                copies.setdefault(address, name)
        return ", ".join(formataddr((name, address)) for address, name in copies.items())

    def _get_message_lang(self, contact=None):
        """Return the language of the recipient, else of the customer, else of the company.

        :param res.partner contact: whom a message addresses; default: the action's own recipient
        :rtype: str
        """
        if chosen := self.env.context.get('dso_lang'):  # in a preview
            return chosen
        return self.partner_id._dso_choose_lang(
            contact or self.recipient_id, self.partner_id, self.company_id.partner_id
        )

    # === BUSINESS METHODS - STATE MACHINE === #

    def _set_sent(self):
        """Complete actions whose message a mail server has taken.

        From any open state: what has left has left, even if the action was being retried.
        """
        reached = self.filtered(lambda action: action.state in OPEN_STATES)
        reached._set_done('sent', delivery='sent')
        taken_back = self.filtered(lambda a: a.state == 'done' and a.delivery == 'bounced')
        taken_back.sudo().write({'delivery': 'sent'})
        self.env['dso.planner']._mark_customers(taken_back.customer_id)

    def _set_undelivered(self, code, detail):
        """Put actions whose message could not be delivered in error."""
        sending = self.filtered(lambda action: action.state == 'sending')
        sending.sudo().write({'delivery': 'failed'})
        sending._set_error(code, detail)

    def _set_bounced(self):
        """Take back completed actions whose message came back: they count no longer."""
        done = self.filtered(lambda action: action.state == 'done')
        done.sudo().write({'delivery': 'bounced'})
        self.env['dso.planner']._mark_customers(done.customer_id)

    @api.model
    def _set_lost(self, before):
        """Put actions in error that have been sending for long without any message under way.

        :param datetime before: moment since which they must have been sending
        """
        lost = self.search(
            [
                ('state', '=', 'sending'),
                ('write_date', '<', fields.Datetime.to_string(before)),
                ('sent_message_ids', 'not any', [('delivery', '=', 'queued')]),
            ]
        )
        lost._set_undelivered('lost', False)
