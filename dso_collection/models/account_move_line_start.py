from datetime import date

from odoo import models
from odoo.exceptions import UserError


class AccountMoveLine(models.Model):
    """Items that accounting has excluded from follow-up, as Odoo does with imported balances."""

    _inherit = 'account.move.line'

    def action_dso_take_in(self):
        """Let collection chase items that are excluded from follow-up (spec 3.20).

        Of an invoice Odoo takes in all instalments. The document tells who did it. How old they are
        decides on their customer accounts, as it did at the start.
        """
        self.check_access('read')
        self.env['res.company']._dso_check_manager(
            self.env._("Only collection managers take items in: ask one of them.")
        )
        # Managers of collection may not write journal items; this says who is chased, not what is
        # booked, and accounting finds it in the chatter.
        items = self.sudo()
        excluded = items.filtered_domain(self.env['dso.insight']._domain_no_followup())
        if excluded != items:
            raise UserError(
                self.env._(
                    "Some of these items are paid, or are not excluded from follow-up: take them "
                    "out of the selection."
                )
            )
        self._dso_note_taken_in(items)
        items.no_followup = False
        self._dso_decide_taken_in(items)
        self.env['dso.planner']._plan_pending()
        return True

    def _dso_note_taken_in(self, items):
        """Tell of items that are taken in, in their documents and in the log of the start."""
        text = self.env._("Taken into collection: no longer excluded from follow-up.")
        author = self.env.user.partner_id.id
        items.move_id._message_log_batch(
            bodies=dict.fromkeys(items.move_id.ids, text), author_id=author
        )
        for company, taken in items.grouped(lambda item: item.company_id.root_id).items():
            values = {'item_count': len(taken), 'amount': sum(taken.mapped('amount_residual'))}
            self.env['dso.start.log']._note(company, 'take_in', [values])

    def _dso_decide_taken_in(self, items):
        """Let old items that are taken in decide as items of their age did at the start."""
        oldest = {}
        for item, customer in items._dso_customers().items():
            unit = customer.group_account_id or customer
            oldest[unit] = min(oldest.get(unit, date.max), item._dso_due_date())
        units = {unit: due for unit, due in oldest.items() if unit}
        items.env['dso.customer']._decide_late(units)
