"""Qualifying items: statuses with their history, and what each category brings along."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CollectionCase, jan


@tagged('post_install', '-at_install')
class TestQualify(CollectionCase):
    FIRST_DAY = jan(12)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.create_customer()
        cls.invoice = cls.create_invoice(cls.customer, jan(5), posted=jan(1))
        cls.line = cls.receivables(cls.invoice)
        cls.plan()
        cls.reader = cls.create_user('reader')
        cls.collector = cls.create_user('collector')

    def status(self, name):
        return self.env.ref(f'dso_collection.dso_status_{name}')

    def reason(self, name='price'):
        return self.env.ref(f'dso_collection.dso_dispute_reason_{name}')

    # --- history ---------------------------------------------------------------------------

    def test_history_keeps_what_was_said(self):
        lines = self.line.with_user(self.collector)
        lines._dso_qualify(self.status('in_progress'), {'comment': "Will look for it"})
        self.go_to(jan(14))
        lines._dso_qualify(self.status('litigation'), {'owner_id': self.reader.id})
        history = self.env['dso.item.status'].search([('move_id', '=', self.invoice.id)])
        self.assertEqual(history.mapped('date'), [jan(14), jan(12)])
        self.assertEqual(history.mapped('is_current'), [True, False])
        self.assertEqual(history.author_id, self.collector)
        self.assertEqual(history[0].owner_id, self.reader)
        self.assertEqual(
            (history[1].comment, history[1].amount_residual), ("Will look for it", 1000)
        )
        self.assertEqual(self.line.dso_status_id, self.status('litigation'))

    def test_history_cannot_be_forged(self):
        self.line._dso_qualify(self.status('in_progress'))
        entry = self.env['dso.item.status'].search([], limit=1)
        for records in (entry.with_user(self.collector), entry):
            with self.assertRaises(UserError):
                records.write({'comment': "Never said"})
            with self.assertRaises(UserError):
                records.unlink()
        with self.assertRaises(AccessError):
            entry.with_user(self.collector).write({'is_current': False})

    # --- categories ------------------------------------------------------------------------

    def test_promise(self):
        values = {'promise': {'date': jan(19)}, 'comment': "In a week"}
        self.line._dso_qualify(self.status('promise'), values)
        promise = self.line.dso_promise_id
        self.assertEqual((promise.date, promise.amount, promise.state), (jan(19), 1000, 'open'))
        self.assertEqual(promise.item_ids.move_id, self.invoice)
        self.assertEqual(self.line.dso_status_category, 'promise')

    def test_dispute_always_has_a_follow_up(self):
        values = {'dispute': {'reason_id': self.reason().id, 'amount': 400}}
        action = self.line._dso_qualify(self.status('dispute'), values)
        dispute = self.line.dso_dispute_id
        self.assertEqual((dispute.amount, dispute.department), (400, "Sales"))
        self.assertEqual(dispute.action_id, action)
        self.assertEqual((action.origin, action.state), ('specific', 'planned'))
        self.assertEqual(action.item_ids.move_id, self.invoice)

    def test_searches(self):
        other = self.receivables(self.create_invoice(self.customer, jan(6)))
        self.line._dso_qualify(self.status('litigation'))
        lines = self.env['account.move.line']
        litigated = lines.search([('dso_status_category', '=', 'litigation')])
        self.assertEqual(litigated, self.line)
        unset = lines.search([('dso_status_id', '=', False), ('id', 'in', (self.line | other).ids)])
        self.assertEqual(unset, other)
        self.assertFalse(lines.search([('dso_dispute_id', '!=', False)]))

    # --- refusals --------------------------------------------------------------------------

    def test_refusals(self):
        qualify, status = self.line._dso_qualify, self.status('promise')
        other = self.receivables(self.create_invoice(self.create_customer("Deco"), jan(6)))
        credit = self.receivables(self.create_credit_note(self.customer, 10))
        reason = {'reason_id': self.reason().id}
        for lines, status, values, words in (
            (self.line.browse(), 'in_progress', {}, "at least one"),
            (self.line | other, 'promise', {'promise': {'date': jan(19)}}, "several customers"),
            (self.line | credit, 'dispute', {'dispute': reason}, "Credits"),
            (self.line, 'promise', {}, "day"),
            (self.line, 'dispute', {}, "reason"),
            (self.invoice.line_ids - self.line, 'in_progress', {}, "no open item"),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(UserError, words):
                lines._dso_qualify(self.status(status), values)
        qualify(self.status('dispute'), {'dispute': reason})
        for name in ('dispute', 'dispute_resolved'):
            with self.assertRaisesRegex(UserError, "in dispute already"):
                qualify(self.status(name), {'dispute': reason})

    def test_readers_do_not_qualify(self):
        with self.assertRaises(AccessError):
            self.line.with_user(self.reader)._dso_qualify(self.status('in_progress'))

    # --- configuration ---------------------------------------------------------------------

    def test_only_managers_configure(self):
        for model, values in (
            ('dso.status', {'name': "Called twice", 'category': 'in_progress'}),
            ('dso.dispute.reason', {'name': "Wrong colour"}),
        ):
            records = self.env[model]
            record = records.search([], limit=1)
            for group in ('reader', 'collector'):
                user = self.create_user(group, login=f'{group}_{model}')
                with self.subTest(model=model, group=group):
                    self.assertTrue(record.with_user(user).name)
                    with self.assertRaises(AccessError):
                        records.with_user(user).create(values)
                    with self.assertRaises(AccessError):
                        record.with_user(user).name = "Renamed"
            manager = self.create_user('manager', login=f'manager_{model}')
            created = records.with_user(manager).create(values)
            created.name = "Renamed"
            created.unlink()
