from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..const import CLOSED_STATES, MESSAGE_TYPES
from ..engine import dispute_sql

#: Days after which somebody looks at a dispute again whose day has passed.
FOLLOW_UP_DAYS = 7


class DsoDispute(models.Model):
    """How a dispute ends: people tell its outcome, one by one; the books only suggest it."""

    _inherit = 'dso.dispute'

    proposal = fields.Selection(
        [
            ('credit_note', "Credit note posted"),
            ('cleared', "Nothing open any more"),
            ('reopen', "Credit note cancelled"),
        ],
        compute='_compute_proposal',
        search='_search_proposal',
        help="What has happened in the books since, for somebody to decide.",
    )
    proposed_credit_note_id = fields.Many2one(
        'account.move', string="Posted Credit Note", compute='_compute_proposal'
    )
    notice = fields.Char(compute='_compute_notice')

    # === COMPUTE METHODS === #

    @api.depends('state', 'outcome', 'credit_note_id.state', 'item_ids')
    def _compute_proposal(self):
        self.env.flush_all()
        rows = self.env.execute_query(dispute_sql.proposals(self.ids))
        found = {dispute_id: values for dispute_id, *values in rows}
        for dispute in self:
            dispute.proposal, dispute.proposed_credit_note_id = found.get(
                dispute._origin.id, (False, False)
            )

    @api.model
    def _search_proposal(self, operator, value):
        if operator != 'in':
            return NotImplemented
        self.env.flush_all()
        rows = self.env.execute_query(dispute_sql.proposals())
        found = Domain('id', 'in', [row[0] for row in rows if row[1] in value])
        return found | Domain('id', 'not in', [row[0] for row in rows]) if False in value else found

    @api.depends('proposal')
    @api.depends_context('lang')
    def _compute_notice(self):
        for dispute in self:
            # Who may read the dispute may know what ends it.
            number = dispute.sudo().proposed_credit_note_id.name
            sentences = {
                'credit_note': self.env._(
                    "Credit note %(number)s was posted: does it resolve the dispute?", number=number
                ),
                'cleared': self.env._(
                    "Nothing is open any more on the disputed items: resolve the dispute."
                ),
                'reopen': self.env._(
                    "The credit note that resolved the dispute was cancelled: reopen it if the "
                    "customer still disputes."
                ),
            }
            dispute.notice = sentences.get(dispute.proposal, "")

    # === ACTION METHODS === #

    def action_settle(self, outcome, date=None, credit_note_id=None, note=None):
        """Complete the follow-up of one open dispute with what came of it.

        :param str outcome: ``open`` with a new date, ``credit_note`` or ``due``
        :param date: next day to look at a dispute that is still open, a date or its ISO string
        :param int credit_note_id: posted credit note that resolves it
        :param str note: what was said; kept with the action and with the status of the items
        """
        self._check_settle()
        if outcome == 'open':
            self._keep_open(fields.Date.to_date(date), note)
        elif outcome == 'credit_note':
            self._resolve(outcome, note, self._check_credit_note(credit_note_id))
        elif outcome == 'due':
            self._resolve(outcome, note)
        else:
            raise UserError(
                self.env._(
                    "Tell what came of the dispute: still open, resolved by a credit note, or due."
                )
            )
        return True

    def action_open_settle(self):
        """Open the dialog that asks for the outcome."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']
        return {
            **action._for_xml_id('dso_collection.dso_action_complete_action'),
            'name': self.env._("Outcome of the Dispute"),
            'context': {
                'active_model': 'dso.action',
                'active_ids': self.action_id.ids,
                'dialog_size': 'medium',
            },
        }

    def action_cancel(self):
        """Cancel disputes that were recorded in error: their items may be chased again."""
        for dispute in self:
            dispute._check_settle()
        disputes = self.sudo()  # columns of a dispute are written by its methods alone
        disputes.write({'state': 'cancelled'})
        follow_ups = disputes.action_id.filtered(lambda a: a.state not in CLOSED_STATES)
        follow_ups._set_cancelled('person', self.env._("The dispute was cancelled."))
        for dispute in self:
            dispute._record_status('in_progress', self.env._("Dispute cancelled"))
        return True

    def action_reopen(self):
        """Take up a dispute again, as when the credit note that resolved it was cancelled."""
        self.ensure_one()
        self._check_writable()
        if self.state == 'open':
            raise UserError(self.env._("This dispute is open."))
        lines = self._get_open_lines()
        if not lines:
            raise UserError(
                self.env._("Nothing is open any more on the disputed items: there is no dispute.")
            )
        if lines.dso_dispute_id:
            raise UserError(
                self.env._("These items are in another dispute already: go on with that one.")
            )
        today = self.company_id._dso_today()
        self.sudo().write(
            {
                'state': 'open',
                'outcome': False,
                'resolved_on': False,
                'resolution_days': 0,
                'credit_note_id': False,
                'target_date': max(filter(None, (self.target_date, today))),
            }
        )
        self._record_status('dispute', self.env._("Dispute reopened"))
        self._plan_follow_up()
        return True

    # === BUSINESS METHODS === #

    def _check_writable(self):
        self.check_access('write')
        self.env['dso.customer']._check_collect_access()

    def _check_settle(self):
        """Refuse what cannot be settled, with one sentence."""
        self._check_writable()
        if len(self) != 1:
            raise UserError(self.env._("Disputes are settled one by one: choose a single one."))
        if self.state != 'open':
            raise UserError(self.env._("This dispute is settled already: reopen it first."))

    def _check_credit_note(self, credit_note_id):
        """Return the posted credit note of this customer that resolves the dispute."""
        credit_note = self.env['account.move'].browse(credit_note_id).exists()
        credit_note.check_access('read')
        if not credit_note.filtered_domain(self._domain_credit_notes()):
            raise UserError(
                self.env._(
                    "Choose the posted credit note of %(customer)s that resolves the dispute.",
                    customer=self.customer_id.display_name,
                )
            )
        return credit_note

    def _domain_credit_notes(self):
        """Credit notes that may resolve a dispute."""
        return (
            Domain('move_type', '=', 'out_refund')
            & Domain('state', '=', 'posted')
            & Domain('commercial_partner_id', '=', self.partner_id.id)
            & Domain('company_id', 'child_of', self.company_id.id)
        )

    def _keep_open(self, date, note=None):
        """Complete the follow-up of a dispute that goes on until another day."""
        if not date or date < self.company_id._dso_today():
            raise UserError(self.env._("Choose when to look at the dispute again: today or later."))
        self.sudo().target_date = date
        self._complete_follow_up(note)

    def _resolve(self, outcome, note=None, credit_note=None):
        """End a dispute: its items may be chased again (docs/engine.md, 1)."""
        today = self.company_id._dso_today()
        opened = fields.Datetime.context_timestamp(
            self.with_context(tz=self.company_id.sudo().dso_tz), self.opened_on
        )
        self.sudo().write(
            {
                'state': 'resolved',
                'outcome': outcome,
                'credit_note_id': credit_note and credit_note.id,
                'resolved_on': today,
                'resolution_days': (today - opened.date()).days,
            }
        )
        self._record_status('dispute_resolved', note)
        self._complete_follow_up(note)

    def _complete_follow_up(self, note=None):
        """Complete the follow-up, or plan one when a person has completed none."""
        action = self.action_id.sudo()
        if action.state in CLOSED_STATES:
            self._plan_follow_up()
        elif action.state == 'sending':
            raise UserError(
                self.env._("The follow-up of the dispute is being sent: try again afterwards.")
            )
        else:
            action._set_done('done', note=note)

    def _record_status(self, category, comment=None):
        """Give the items of a dispute, open or not, the first status of a category; those in
        litigation stay there, whatever becomes of the dispute."""
        lines = self._get_lines()
        lines -= lines.filtered(lambda line: line.dso_status_category == 'litigation')
        if not lines:
            return
        status = self.env['dso.status'].search(
            Domain('category', '=', category)
            & Domain('company_id', 'in', (False, *self.company_id.ids)),
            limit=1,
        )
        if not status:
            labels = dict(
                self.env['dso.status']._fields['category']._description_selection(self.env)
            )
            raise UserError(
                self.env._(
                    "There is no status of the category %(category)s: create one in the "
                    "configuration first.",
                    category=labels[category],
                )
            )
        self.env['dso.item.status']._record(lines, status, comment=comment, dispute=self)

    def _get_open_lines(self):
        """Return the items of disputes that are open in the books, whatever became of the disputes.

        :rtype: account.move.line
        """
        lines = self._get_lines()
        lines = lines.filtered_domain(lines._domain_open_items())
        return lines.filtered(lambda line: line.amount_residual_currency > 0)

    def _get_lines(self):
        """Return the journal items of which disputes speak, in sudo: they were chosen before.

        :rtype: account.move.line
        """
        lines = self.env['account.move.line'].sudo()
        return lines.union(*lines._dso_items_of(self).values())

    # === FOLLOW-UP === #

    def _plan_follow_up(self):
        """Plan the next follow-up of each open dispute of which something is open in the books.

        An open dispute always has one (spec 8.3), so that it is not forgotten.
        """
        for dispute in self.sudo().filtered(lambda d: d.state == 'open'):
            lines = dispute._get_open_lines()
            if lines:
                values = dispute._prepare_follow_up()
                action = self.env['dso.action']._plan_specific(lines, values)
                dispute._set_follow_up(action)

    def _prepare_follow_up(self):
        """Return what the next follow-up is planned with: as the last one, but for messages."""
        last, today = self.action_id, self.company_id._dso_today()
        is_message = last.action_type in MESSAGE_TYPES
        date = self.target_date
        if not date or date < today or (is_message and date == today):
            date = today + timedelta(days=FOLLOW_UP_DAYS)
        return {
            'action_type': 'task' if is_message else last.action_type or 'task',
            'mode': 'manual',
            'name': self.env._("Resolve the dispute") if is_message else last.name,
            'date': date,
        }

    @api.model
    def _bring_forward(self, company):
        """Put the follow-ups of disputes on the agenda of today for which a credit note was posted
        since somebody last set their day.

        :param res.company company: a root company
        """
        today = company._dso_today()
        credited = self.sudo().search(
            Domain('company_id', '=', company.id)
            & Domain('state', '=', 'open')
            & Domain('action_id.state', '=', 'planned')
            & Domain('action_id.date_planned', '>', today)
            & Domain('proposal', '=', 'credit_note')
        )
        waiting = credited.filtered(
            lambda dispute: (
                dispute.proposed_credit_note_id.create_date
                > max(filter(None, (dispute.action_id.create_date, dispute.action_id.date_user_on)))
            )
        )
        waiting.action_id.write({'date_planned': today})

    @api.model
    def _restore_follow_ups(self, company):
        """Plan a follow-up for open disputes that have lost theirs, as when a payment that had
        cleared their items was taken back.

        :param res.company company: a root company
        """
        orphans = self.sudo().search(
            Domain('company_id', '=', company.id)
            & Domain('state', '=', 'open')
            & (Domain('action_id', '=', False) | Domain('action_id.state', 'in', CLOSED_STATES))
        )
        orphans._plan_follow_up()
