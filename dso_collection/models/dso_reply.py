import logging

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html_sanitize
from odoo.tools.mail import email_split_tuples

from ..const import REPLY_KINDS, REPLY_STATES
from ..tools import quotes

_logger = logging.getLogger(__name__)

#: What a customer wrote is evidence: nobody changes it, whatever happens to the rest.
EVIDENCE = frozenset(['kind', 'email_from', 'subject', 'date', 'excerpt', 'message_ref'])

#: Longest text kept beside the message itself.
MAX_EXCERPT = 4000


class DsoReply(models.Model):
    """What a customer answered, by email or as a comment, until somebody has dealt with it.

    The message stands in the chatter of the customer account. One that fits no account stands here,
    on the reply itself, until it is assigned.
    """

    _name = 'dso.reply'
    _description = "Reply of a Customer"
    _inherit = ['mail.thread', 'dso.mine.mixin']
    _order = 'date desc, id desc'

    # === Who wrote what === #
    customer_id = fields.Many2one(
        'dso.customer',
        string="Customer Account",
        readonly=True,
        index='btree_not_null',
        ondelete='restrict',
    )
    partner_id = fields.Many2one(related='customer_id.partner_id', string="Customer")
    customer_code = fields.Char(related='customer_id.code')
    company_id = fields.Many2one(
        'res.company',
        readonly=True,
        index='btree_not_null',
        ondelete='restrict',
        help="Empty as long as nobody knows to which company an unassigned reply belongs.",
    )
    collector_id = fields.Many2one(related='customer_id.collector_id')
    kind = fields.Selection(REPLY_KINDS, required=True, readonly=True, default='email')
    author_id = fields.Many2one('res.partner', string="Contact", readonly=True, ondelete='set null')
    email_from = fields.Char(string="Sender", readonly=True)
    sender_name = fields.Char(string="From", compute='_compute_sender_name')
    subject = fields.Char(readonly=True)
    date = fields.Datetime(string="Received On", required=True, readonly=True)
    excerpt = fields.Text(readonly=True, help="What was written, without the quoted history.")
    message_ref = fields.Char(string="Message-ID", readonly=True)
    mail_message_id = fields.Many2one(
        'mail.message', readonly=True, index='btree_not_null', ondelete='set null'
    )
    body = fields.Html(related='mail_message_id.body', string="Whole Message")
    attachment_ids = fields.Many2many(related='mail_message_id.attachment_ids')
    action_id = fields.Many2one(
        'dso.action',
        string="Answers To",
        readonly=True,
        index='btree_not_null',
        ondelete='restrict',
        help="Action whose message was answered.",
    )
    action_type = fields.Selection(related='action_id.action_type')

    # === What came of it === #
    state = fields.Selection(REPLY_STATES, required=True, readonly=True, default='new')
    handled_on = fields.Datetime(readonly=True)
    handled_by_id = fields.Many2one('res.users', readonly=True, ondelete='restrict')
    reason = fields.Char(readonly=True, help="Why the reply was discarded.")
    follow_up_id = fields.Many2one(
        'dso.action',
        string="Follow-up",
        readonly=True,
        index='btree_not_null',
        ondelete='restrict',
    )
    answer_id = fields.Many2one(
        'mail.message', readonly=True, index='btree_not_null', ondelete='set null'
    )

    # The gateway of two workers may take the same email at once.
    _unique_message = models.UniqueIndex('(message_ref, COALESCE(company_id, 0))')
    # What waits is a small part of a table that grows with the history.
    _waiting = models.Index("(customer_id) WHERE state = 'new'")

    # === COMPUTE METHODS === #

    @api.depends('subject', 'email_from', 'author_id')
    def _compute_display_name(self):
        for reply in self:
            reply.display_name = reply.subject or reply.author_id.name or reply.email_from

    @api.depends('email_from', 'author_id')
    def _compute_sender_name(self):
        for reply in self:
            [(name, email), *_more] = email_split_tuples(reply.email_from or '') or [('', '')]
            reply.sender_name = name or reply.author_id.name or email or reply.email_from

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        replies = super().create(vals_list)
        replies._plan_customers()
        return replies

    def write(self, vals):
        if not EVIDENCE.isdisjoint(vals):
            raise UserError(
                self.env._("What a customer wrote is part of the history and cannot be changed.")
            )
        result = super().write(vals)
        if 'customer_id' in vals or vals.get('state') == 'discarded':
            self._plan_customers()
        return result

    def _plan_customers(self):
        """Replan who has written: a reply is a contact (spec 3.6), a discarded one is not."""
        self.env['dso.planner']._mark_customers(self.customer_id)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "What a customer wrote is part of the history and cannot be deleted: discard it."
            )
        )

    # === BUSINESS METHODS - RECEIVING === #

    @api.model
    def _receive(self, message, customer):
        """Let what was posted on a customer account wait for its collector.

        :param mail.message message: an email or a comment from outside
        :param dso.customer customer: the account in whose chatter it stands
        :return: the reply; nothing when this message was taken before
        :rtype: dso.reply
        """
        replies = self.sudo()  # the gateway and customers of the portal have no right to replies
        if replies._is_known(message.message_id, customer.company_id):
            return replies.browse()
        action = replies._find_action(message, customer)
        return replies._create_once(
            {
                **self._prepare_content(
                    message.email_from or message.author_id.email_formatted,
                    message.subject,
                    message.date,
                    message.body,
                ),
                'kind': 'email' if message.message_type == 'email' else 'comment',
                'author_id': message.author_id.id,
                'message_ref': message.message_id,
                'mail_message_id': message.id,
                'customer_id': customer.id,
                'company_id': customer.company_id.id,
                'action_id': action.id,
            }
        )

    @api.model
    def _receive_unassigned(self, msg_dict, company, is_automatic=False):
        """Keep an email that fits no customer account; its message is posted on the reply.

        :param dict msg_dict: what the gateway has read from the email
        :param res.company company: company to which it was written, empty when unknown
        :param bool is_automatic: answer of a machine, kept but waiting for nobody
        :rtype: dso.reply
        """
        replies = self.sudo()  # whoever runs the gateway
        known = replies._is_known(msg_dict['message_id'], company)
        if known:
            return known
        vals = {
            **self._prepare_content(
                *(msg_dict.get(name) for name in ('email_from', 'subject', 'date', 'body'))
            ),
            'message_ref': msg_dict['message_id'],
            'company_id': company.id,
        }
        if is_automatic:
            vals |= self._prepare_discarded(self.env._("Automatic answer"))
        if reply := replies._create_once(vals):
            return reply
        twice = self._prepare_discarded(self.env._("Received twice"))
        return replies.create({**vals, **twice, 'message_ref': False})

    def _is_known(self, message_ref, company):
        """Return the reply of a message that was taken before.

        :rtype: dso.reply
        """
        known = Domain('message_ref', '=', message_ref) & Domain('company_id', '=', company.id)
        return self.search(known, limit=1) if message_ref else self.browse()

    def _create_once(self, vals):
        """Create a reply, unless another worker takes the same email at this moment.

        An email to two of our addresses comes twice at once. An error would send the later one back
        to a customer whose answer has arrived.

        :rtype: dso.reply
        """
        try:
            with self.env.cr.savepoint():
                return self.create(vals)
        except psycopg2.errors.UniqueViolation:
            _logger.info("Email %s came twice at once", vals['message_ref'])
            return self.browse()

    def _prepare_discarded(self, reason):
        """Return what keeps a reply from waiting for anybody."""
        return {'state': 'discarded', 'reason': reason, 'handled_on': fields.Datetime.now()}

    @api.model
    def _prepare_content(self, email_from, subject, date, body):
        """Return the copies of what was written, which stay whatever becomes of the message."""
        now = fields.Datetime.now()
        marked = html_sanitize(body or '')  # marks quotes
        return {
            'email_from': email_from,
            'subject': subject,
            # Clocks of senders go wrong; nothing has been written tomorrow.
            'date': min(fields.Datetime.to_datetime(date) or now, now),
            'excerpt': quotes.own_words(marked)[:MAX_EXCERPT],
        }

    def _find_action(self, message, customer):
        """Return the action whose message was answered, directly or further up in the thread.

        What the email refers to besides may be a message to another customer account.
        """
        references = self.env.context.get('dso_inbound', {}).get('references', [])
        parents = message.sudo().parent_id
        answered = Domain('mail_message_id.message_id', 'in', references)
        answered |= Domain('mail_message_id', 'in', (parents | parents.parent_id).ids)
        answered &= Domain('action_id.customer_id', '=', customer.id)
        found = self.env['dso.action.message'].sudo().search(answered, limit=1, order='id desc')
        return found.action_id

    def _message_post_after_hook(self, message, msg_values):
        """Override of `mail`: the email of an unassigned reply is posted on it."""
        result = super()._message_post_after_hook(message, msg_values)
        if not self.mail_message_id:
            self.sudo().write({'mail_message_id': message.id, 'author_id': message.author_id.id})
        return result
