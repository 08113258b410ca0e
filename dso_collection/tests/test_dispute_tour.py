from datetime import timedelta

from odoo.tests import tagged

from .common_tours import AgendaTourCase


@tagged('post_install', '-at_install')
class TestDisputeTour(AgendaTourCase):
    """A dispute from its follow-up on the agenda to its outcome, in a browser."""

    def test_dispute_to_resolved(self):
        lines = self.env['account.move.line']
        line = lines.search([('partner_id.name', '=', "Azure Interior"), ('debit', '>', 0)])
        reason = self.env.ref('dso_collection.dso_dispute_reason_price')
        action = line._dso_qualify(
            self.env.ref('dso_collection.dso_status_dispute'),
            {'dispute': {'reason_id': reason.id}, 'follow_up': {'date': self.today}},
        )
        dispute = action.dispute_id
        self.start_tour('/odoo', 'dso_collection_dispute', login='collector')
        self.assertEqual((dispute.state, dispute.outcome), ('resolved', 'due'))
        first, second = dispute.follow_up_ids
        self.assertEqual((first.note, first.done_by_id), ("Sales asks the driver", self.collector))
        self.assertEqual(second.date_planned, self.today + timedelta(days=3))
        self.assertEqual(second.state, 'done')
        self.assertEqual(line.dso_status_category, 'dispute_resolved')
