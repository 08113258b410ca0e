"""What customers of the demo dispute, what came of it, and who was handed over to a lawyer."""

from datetime import timedelta
from typing import NamedTuple

from odoo.fields import Domain


class Story(NamedTuple):
    """The oldest item of a customer that may be chased on a day, and what people said about it."""

    code: str
    day: int
    reason: str  # end of the xml id of a reason, or ``litigation``
    share: float  # disputed part of the item
    comment: str
    settled: int | None = None  # day of the outcome
    outcome: str = ''
    note: str = ''
    credited: int | None = None  # a credit note over the disputed part; after those of the ledger


STORIES = (
    Story(
        *('C1031', -40, 'delivery', 1.0, "Two pallets were missing, says their warehouse."),
        *(-24, 'due', "The carrier has the signature for all pallets; they accept it."),
    ),
    Story(
        *('C1010', -30, 'order_number', 1.0, "Their system takes no invoice without an order."),
        *(-22, 'due', "Sent again with the number of the order."),
    ),
    Story(
        *('C1021', -36, 'price', 0.2, "The framework contract grants 20 %."),
        *(-1, 'credit_note', "Sales confirms the discount."),
        credited=-1,
    ),
    Story('C1045', -14, 'quality', 0.25, "The drivers in the atrium flicker.", credited=-1),
    Story('C1016', -10, 'quantity', 0.5, "Half of the bollards stand on another site."),
    Story('C1002', -8, 'duplicate', 1.0, "Believes to have paid this one in spring."),
    Story('C1024', -12, 'litigation', 1.0, "Every promise broken: the lawyer takes over."),
)


class Disputes:
    """Brings the stories into the books, day by day."""

    def __init__(self, env, clock, get_account):
        """
        :param get_account: returns the customer account of a code, for its collector
        """
        self._env = env
        self._clock = clock
        self._get_account = get_account
        self._disputes = {}  # story → its dispute

    def happen(self, day, since):
        """Record what was said, credited and settled after ``since`` and up to ``day``."""
        for story in STORIES:
            if since < story.day <= day:
                self._record(story)
            dispute = self._disputes.get(story)
            if dispute and story.credited and since < story.credited <= day:
                self._credit(dispute, story)
            if dispute and story.settled and since < story.settled <= day:
                credit_note = dispute.proposed_credit_note_id
                dispute.action_settle(story.outcome, credit_note_id=credit_note.id, note=story.note)
        self._clock.end_day()

    def _record(self, story):
        account = self._get_account(story.code)
        item = account.open_line_ids.filtered(
            lambda line: line.amount_residual > 0 and not line.dso_exclusion
        ).sorted('date_maturity')[:1]
        if not item:
            return
        if story.reason == 'litigation':
            values = {'comment': story.comment, 'follow_up': {'delay': 10}}
            item._dso_qualify(self._status('litigation'), values)
            return
        reason = self._env.ref(f'dso_collection.dso_dispute_reason_{story.reason}')
        amount = item.currency_id.round(item.amount_residual_currency * story.share)
        target = account.company_id._dso_today() + timedelta(days=reason.delay)
        given = {'reason_id': reason.id, 'amount': amount, 'target_date': target}
        values = {'comment': story.comment, 'dispute': given}
        action = item._dso_qualify(self._status('dispute'), values)
        self._disputes[story] = action.dispute_id

    def _credit(self, dispute, story):
        """Post a credit note over the disputed part, made by accounting."""
        invoice = dispute.sudo().item_ids.move_id
        today = dispute.company_id._dso_today()
        credit_note = invoice._reverse_moves([{'invoice_date': today, 'date': today}])
        for line in credit_note.invoice_line_ids:
            line.quantity *= story.share
        credit_note.action_post()
        open_items = (credit_note | invoice).line_ids.filtered(
            lambda line: line.account_type == 'asset_receivable' and not line.reconciled
        )
        open_items.reconcile()

    def _status(self, category):
        return self._env['dso.status'].search(Domain('category', '=', category), limit=1)
