import logging

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import split_every
from odoo.tools.pdf import merge_pdf

from ..const import AUTOMATIC_MODES, LETTER_TYPES
from ..tools.search import search_flag

_logger = logging.getLogger(__name__)

#: Letters looked at again per transaction by the scheduled action.
BATCH_SIZE = 200


class DsoActionMessage(models.Model):
    """Letters on their way: produced, printed, posted by somebody.

    Between production and posting days may pass. What the books no longer justify is taken back as
    long as nobody has printed it; what lies on a desk is asked about before it counts as posted.
    """

    _name = 'dso.action.message'
    _inherit = ['dso.action.message', 'dso.mine.mixin']

    document_id = fields.Many2one(
        'ir.attachment', readonly=True, index='btree_not_null', ondelete='set null'
    )
    printed_on = fields.Datetime(readonly=True)
    posted_on = fields.Datetime(readonly=True)
    posted_by_id = fields.Many2one('res.users', readonly=True)
    customer_id = fields.Many2one(related='action_id.customer_id', string="Customer Account")
    collector_id = fields.Many2one(related='action_id.collector_id')
    currency_id = fields.Many2one(related='action_id.currency_id')
    amount = fields.Monetary(related='action_id.amount')
    is_waiting = fields.Boolean(compute='_compute_is_waiting', search='_search_is_waiting')
    caution = fields.Char(
        compute='_compute_caution', help="What has changed since the letter was written."
    )

    # === COMPUTE METHODS === #

    @api.depends('kind', 'delivery')
    def _compute_is_waiting(self):
        waiting = self.filtered_domain(self._domain_waiting_letters())
        for message in self:
            message.is_waiting = message in waiting

    @api.model
    def _search_is_waiting(self, operator, value):
        return search_flag(operator, value, self._domain_waiting_letters)

    @api.model
    def _domain_waiting_letters(self):
        """Letters that somebody has to print or to post."""
        return Domain('kind', 'in', LETTER_TYPES) & Domain('delivery', '=', 'queued')

    @api.model
    def _domain_revocable_letters(self):
        """Letters that do not leave any more when the books have changed."""
        return self._domain_waiting_letters() & Domain('printed_on', '=', False)

    @api.model
    def _domain_evidence(self):
        """Override: so are letters on a desk, and those that will be printed as they are stored."""
        return (
            super()._domain_evidence()
            | Domain('printed_on', '!=', False)
            | self._domain_waiting_letters()
        )

    @api.depends('delivery', 'action_id')
    def _compute_caution(self):
        changes = self.filtered('is_waiting').sudo()._get_changes()  # no more than the reason
        for message in self:
            message.caution = changes.get(message.id, "")

    # === ACTION METHODS === #

    def action_print(self):
        """Print letters as one document, in the order of these records.

        Letters that were printed before are printed again as they are stored.
        """
        self.check_access('read')
        letters = self.sudo().filtered('document_id')
        if letters != self.sudo():
            raise UserError(
                self.env._("Only letters can be printed: take the others out of the selection.")
            )
        if letters.filtered('is_waiting'):
            self.action_id._check_collector()
            letters._withdraw_outdated_letters()
        gone = letters.filtered(lambda letter: letter.failure_code == 'withdrawn')
        letters -= gone
        letters.filtered(lambda letter: letter.is_waiting and not letter.printed_on).write(
            {'printed_on': fields.Datetime.now()}
        )
        result = {
            'type': 'ir.actions.act_url',
            'url': f"/dso_collection/letters/{','.join(map(str, letters.ids))}",
            'target': 'new',
        }
        return gone._notify_withdrawn(result if letters else None) if gone else result

    def _notify_withdrawn(self, result):
        """Return a notification that tells which letters were taken back, then a result."""
        names = ", ".join(self.customer_id.mapped('display_name'))
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'warning',
                'message': self.env._(
                    "Withdrawn, as the books have changed since: letter to %(names)s.", names=names
                ),
                'sticky': True,
                'next': result or {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }

    def action_mark_posted(self, anyway=False):
        """Record that letters were posted: the contact with the customer is of this day.

        :param bool anyway: whether letters count whose items were paid since they were written
        :return: a dialog that tells what has changed since, when something has
        """
        letters = self._check_waiting()
        unprinted = letters.filtered(lambda letter: not letter.printed_on)
        if unprinted:
            raise UserError(
                self.env._(
                    "The letter to %(customer)s was not printed yet: print it first.",
                    customer=unprinted[0].customer_id.display_name,
                )
            )
        letters.customer_id._plan()
        if not anyway and letters._get_changes():
            return {
                'type': 'ir.actions.act_window',
                'name': self.env._("Letters That Have Changed"),
                'res_model': 'dso.letter.post',
                'view_mode': 'form',
                'target': 'new',
                'context': {'default_message_ids': letters.ids},
            }
        letters.write(
            {
                'delivery': 'sent',
                'posted_on': fields.Datetime.now(),
                'posted_by_id': self.env.uid,
            }
        )
        letters.action_id.with_user(self.env.user).sudo()._set_sent()
        return True

    def action_withdraw(self):
        """Take letters back that will not be posted; their actions are planned again.

        Automatic ones wait for a confirmation, or the letter would be written again at once.
        """
        letters = self._check_waiting()
        letters._take_back()
        letters.action_id._wait_again('withdrawn')
        return True

    def _check_waiting(self):
        """Return these letters, locked, for a collector who may say what became of them."""
        self.action_id._check_collector()
        letters = self.sudo().try_lock_for_update()
        if letters != self.sudo():
            raise UserError(self.env._("Somebody else works on these letters: try again."))
        if any(not letter.is_waiting for letter in letters):
            raise UserError(
                self.env._(
                    "Only letters that wait to be posted can be marked or withdrawn: take the "
                    "others out of the selection."
                )
            )
        return letters

    # === BUSINESS METHODS === #

    def _get_document(self):
        """Return letters as they are stored, as one document in the order of these records.

        :return: nothing when there is none
        :rtype: bytes
        """
        self.check_access('read')
        # Whoever may read the action may read what was sent for it.
        documents = [letter.document_id.raw for letter in self.sudo() if letter.document_id]
        return merge_pdf(documents) if len(documents) > 1 else b''.join(documents)

    @api.model
    def _withdraw_unjustified(self):
        """Take back what waits to be printed and what the books no longer justify (spec 3.16).

        In committed batches; what somebody works on keeps nobody waiting.

        :return: whether time is left
        :rtype: bool
        """
        revocable = self.search(self._domain_revocable_letters())
        for batch in split_every(BATCH_SIZE, revocable.ids, self.browse):
            try:
                with self.env.cr.savepoint():
                    batch._withdraw_outdated_letters()
            except psycopg2.OperationalError as error:
                _logger.info("Letters %s left for later: %s", batch.ids, str(error).strip())
            if not self.env['ir.cron']._commit_progress():
                return False
        return True

    def _withdraw_outdated_letters(self):
        """Take back the letters among these that can still be and that have changed."""
        self.filtered_domain(self._domain_revocable_letters())._withdraw_outdated()


class DsoAction(models.Model):
    """The side of an action that is printed."""

    _inherit = 'dso.action'

    has_letter_waiting = fields.Boolean(compute='_compute_has_letter_waiting')

    @api.depends('sent_message_ids.delivery')
    def _compute_has_letter_waiting(self):
        for action in self:
            action.has_letter_waiting = any(action.sent_message_ids.mapped('is_waiting'))

    def action_print_letter(self):
        """Write the letters of actions, unless that is done, and print them."""
        open_actions = self.filtered(lambda action: action.state in ('planned', 'error'))
        result = open_actions.action_send_now() if open_actions else None
        letters = self.sent_message_ids.filtered(lambda m: m.document_id and m.delivery != 'failed')
        return letters.action_print() if letters else result

    def action_mark_posted(self):
        """Record that the letters of actions were posted."""
        return self.sent_message_ids.filtered('is_waiting').action_mark_posted()

    def action_withdraw_letter(self):
        """Take the letters of actions back before they are posted."""
        return self.sent_message_ids.filtered('is_waiting').action_withdraw()

    def _wait_again(self, reason):
        """Let automatic actions of these wait for a confirmation before they go.

        :param str reason: one of ``const.CONFIRM_REASONS``
        """
        waiting = self.filtered(
            lambda a: a.state in ('planned', 'error') and a.mode in AUTOMATIC_MODES
        )
        waiting.sudo().write(
            {
                'confirmed_on': False,
                'confirmed_by_id': False,
                'confirmed_amount': 0.0,
                'confirm_reason': reason,
            }
        )
