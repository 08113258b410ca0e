"""The dialog in which people qualify items, the quick promise, and what lists show of both."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CollectionCase, jan
from .common_replies import ReplyCase


class QualifyCase(CollectionCase):
    """A collector, and a customer with two overdue items and one that is not due."""

    FIRST_DAY = jan(12)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.create_customer(ref="AZ1")
        cls.invoice = cls.create_invoice(cls.customer, jan(5), posted=jan(1))
        cls.second = cls.create_invoice(cls.customer, jan(8), amount=300, posted=jan(1))
        cls.later = cls.create_invoice(cls.customer, jan(30), amount=70, posted=jan(1))
        cls.line, cls.second_line = cls.receivables(cls.invoice), cls.receivables(cls.second)
        cls.plan(cls.customer)
        cls.reader = cls.create_user('reader')
        cls.collector = cls.create_user('collector')

    def status(self, name):
        return self.env.ref(f'dso_collection.dso_status_{name}')

    def dialog(self, records, user=None, **context):
        context = {'active_model': records._name, 'active_ids': records.ids, **context}
        return self.env['dso.qualify'].with_user(user or self.collector).with_context(**context)

    def qualify(self, records, **values):
        """Fill in the dialog on records and apply it; a status is given by its name."""
        with Form(self.dialog(records)) as form:
            for name, value in values.items():
                form[name] = self.status(value) if name == 'status_id' else value
        form.record.action_apply()
        return form.record


@tagged('post_install', '-at_install')
class TestQualifyDialog(QualifyCase):
    # --- which items -----------------------------------------------------------------------

    def test_items_of_each_source(self):
        for records, expected in (
            (self.line | self.second_line, self.line | self.second_line),
            (self.second, self.second_line),
            (self.customer, self.line | self.second_line),
        ):
            with self.subTest(source=records._name):
                form = Form(self.dialog(records))
                self.assertEqual({line.id for line in form.line_ids}, set(expected.ids))
                self.assertEqual(len(form.choice_ids), 3)

    def test_items_of_a_group(self):
        member = self.create_customer("Azure Exterior")
        other = self.receivables(self.create_invoice(member, jan(6), posted=jan(1)))
        member.group_account_id = self.customer
        form = Form(self.dialog(self.customer))
        self.assertIn(other.id, [line.id for line in form.line_ids])

    def test_disputed_items_are_not_proposed(self):
        self.qualify(self.line, status_id='dispute', reason_id=self.reason)
        form = Form(self.dialog(self.customer))
        self.assertEqual([line.id for line in form.line_ids], self.second_line.ids)

    @property
    def reason(self):
        return self.env.ref('dso_collection.dso_dispute_reason_price')

    # --- what it says ----------------------------------------------------------------------

    def test_summary_per_currency(self):
        euros = self.create_invoice(
            self.customer, jan(6), amount=500, posted=jan(1), currency_id=self.eur.id
        )
        form = Form(self.dialog(self.line | self.receivables(euros)))
        self.assertIn("Azure Interior", form.summary)
        self.assertIn("$\xa01,000.00", form.summary)
        self.assertIn("500.00\xa0€", form.summary)
        self.assertFalse(form.promise_amount)

    def test_status_fills_in_the_follow_up(self):
        form = Form(self.dialog(self.line))
        self.assertEqual((form.then, form.action_type), ('action', 'call'))
        self.assertEqual(form.action_date, jan(19))
        form.status_id = self.status('promise')
        self.assertEqual(form.then, 'scenario')
        form.status_id = self.status('litigation')
        self.assertEqual((form.then, form.action_type), ('action', 'litigation'))
        self.assertEqual(form.action_name, "Hand over the litigation file")

    def test_reason_fills_in_the_dispute(self):
        self.reason.owner_id = self.reader
        form = Form(self.dialog(self.line))
        form.status_id = self.status('dispute')
        form.reason_id = self.reason
        self.assertEqual((form.owner_id, form.department), (self.reader, "Sales"))
        self.assertEqual((form.target_date, form.action_date), (jan(26), jan(26)))
        self.assertEqual(form.dispute_amount, 1000)

    # --- what it does ----------------------------------------------------------------------

    def test_status_with_comment_and_owner(self):
        self.qualify(
            self.line, comment="Order number missing", owner_id=self.reader, then='scenario'
        )
        entry = self.env['dso.item.status'].search([('move_id', '=', self.invoice.id)])
        self.assertEqual((entry.comment, entry.owner_id), ("Order number missing", self.reader))
        self.assertEqual((entry.author_id, entry.date), (self.collector, jan(12)))
        self.assertFalse(self.customer.action_ids.filtered(lambda a: a.origin == 'specific'))

    def test_specific_action(self):
        self.qualify(self.line, then='action', action_type='task', action_date=jan(15))
        [action] = self.customer.action_ids.filtered(lambda a: a.origin == 'specific')
        self.assertEqual((action.action_type, action.date_planned), ('task', jan(15)))
        self.assertEqual(action.item_ids.move_id, self.invoice)

    def test_promise(self):
        self.qualify(
            self.customer, status_id='promise', promise_date=jan(20), grace_days=2, tolerance=10
        )
        promise = self.line.dso_promise_id
        self.assertEqual((promise.date, promise.amount), (jan(20), 1300))
        self.assertEqual((promise.grace_days, promise.tolerance), (2, 10))
        self.assertTrue(promise.pauses)
        self.assertEqual(promise.item_ids.move_id, self.invoice | self.second)

    def test_instalments(self):
        with Form(self.dialog(self.customer)) as form:
            form.status_id = self.status('promise')
            form.promise_date = jan(20)
            form.promise_kind = 'plan'
            found = [(part['date'], part['amount']) for part in form.instalment_ids._records]
            equal = [(str(jan(20)), 433.33), ('2027-02-20', 433.33), ('2027-03-20', 433.34)]
            self.assertEqual([(str(day), amount) for day, amount in found], equal)
            form.instalment_count = 2
            form.instalment_unit = 'week'
            with form.instalment_ids.edit(0) as part:
                part.amount = 1000
            with form.instalment_ids.edit(1) as part:
                part.amount = 300
        form.record.action_apply()
        promises = self.env['dso.promise'].search(
            [('customer_id', '=', self.customer.id)], order='date'
        )
        self.assertEqual([(p.date, p.amount) for p in promises], [(jan(20), 1000), (jan(27), 300)])
        self.assertEqual(promises.plan_id, promises[0])

    def test_dispute(self):
        self.qualify(
            self.line,
            status_id='dispute',
            reason_id=self.reason,
            dispute_amount=400,
            comment="Wrong price",
        )
        dispute = self.line.dso_dispute_id
        self.assertEqual((dispute.amount, dispute.comment), (400, "Wrong price"))
        self.assertEqual(dispute.action_id.date_planned, jan(26))

    # --- refusals --------------------------------------------------------------------------

    def test_refusals(self):
        other = self.create_invoice(self.create_customer("Deco"), jan(6))
        company = self.create_company()
        stranger = self.create_customer("Elsewhere", company=company)
        elsewhere = self.receivables(self.create_invoice(stranger, jan(6)))
        manager = self.env.user
        for lines, values, words in (
            (self.line.browse(), {}, "at least one"),
            (
                self.line | self.receivables(other),
                {'status_id': 'promise', 'promise_date': jan(20)},
                "several customers",
            ),
            (self.line | elsewhere, {}, "several companies"),
        ):
            form = Form(self.dialog(lines, user=manager))
            for name, value in values.items():
                form[name] = self.status(value) if name == 'status_id' else value
            with self.subTest(words=words), self.assertRaisesRegex(UserError, words):
                form.save().action_apply()
        self.assertFalse(self.env['dso.promise'].search([('customer_id', '=', self.customer.id)]))

    def test_readers_do_not_qualify(self):
        with self.assertRaises(AccessError):
            Form(self.dialog(self.line, user=self.reader)).save()
        with self.assertRaises(AccessError):
            self.line.with_user(self.reader).action_dso_promise(7)


@tagged('post_install', '-at_install')
class TestQuickPromise(QualifyCase):
    """Two clicks: what the customer has overdue is paid in some days."""

    def test_customer_pays_what_is_overdue(self):
        taken = self.customer.with_user(self.collector).action_promise(7)
        promise = self.line.dso_promise_id
        self.assertEqual((promise.date, promise.amount), (jan(19), 1300))
        self.assertEqual(promise.item_ids.move_id, self.invoice | self.second)
        self.assertEqual(promise.taken_by_id, self.collector)
        self.assertEqual(taken['params']['promise_ids'], promise.ids)
        self.assertIn("$\xa01,300.00", taken['params']['message'])

    def test_chosen_items_alone(self):
        self.second_line.with_user(self.collector).action_dso_promise(14)
        self.assertEqual(self.second_line.dso_promise_date, jan(26))
        self.assertFalse(self.line.dso_promise_id)

    def test_undo(self):
        self.line._dso_qualify(self.status('document_sent'))
        line = self.line.with_user(self.collector)
        ids = line.action_dso_promise(7)['params']['promise_ids']
        promise = self.env['dso.promise'].with_user(self.collector).browse(ids)
        with self.assertRaisesRegex(UserError, "Only what you recorded"):
            promise.with_user(self.env.user).action_undo()
        promise.action_undo()
        self.assertEqual(promise.state, 'cancelled')
        self.assertEqual(self.line.dso_status_id, self.status('document_sent'))
        self.assertFalse(self.line.dso_promise_id)
        history = self.env['dso.item.status'].search([('move_id', '=', self.invoice.id)])
        self.assertEqual(history.mapped('is_current'), [False, True])

    def test_undo_brings_back_what_was_replaced(self):
        first, second = (
            self.env['dso.promise'].browse(
                self.line.action_dso_promise(days)['params']['promise_ids']
            )
            for days in (5, 9)
        )
        self.assertEqual((first.state, first.replaced_by_id), ('cancelled', second))
        second.action_undo()
        self.plan()
        self.assertEqual((first.state, first.settled_on), ('open', False))
        self.assertEqual(self.line.dso_promise_id, first)
        self.assertEqual(self.line.dso_status_category, 'promise')

    def test_undo_of_the_first_status(self):
        ids = self.line.action_dso_promise(7)['params']['promise_ids']
        self.go_to(jan(14))
        promise = self.env['dso.promise'].browse(ids)
        with self.assertRaisesRegex(UserError, "today"):
            promise.action_undo()
        self.go_to(jan(12))
        promise.action_undo()
        self.assertFalse(self.line.dso_status_id)

    def test_one_promise_per_customer_of_a_group_and_currency(self):
        member = self.create_customer("Azure Exterior")
        other = self.receivables(self.create_invoice(member, jan(6), posted=jan(1)))
        member.group_account_id = self.customer
        euros = self.receivables(
            self.create_invoice(
                self.customer, jan(6), amount=500, posted=jan(1), currency_id=self.eur.id
            )
        )
        self.customer.with_user(self.collector).action_promise(7)
        promises = (self.line | other | euros).dso_promise_id
        found = {(p.customer_id, p.currency_id, p.amount) for p in promises}
        self.assertEqual(
            found,
            {
                (self.customer, self.usd, 1300),
                (member, self.usd, 1000),
                (self.customer, self.eur, 500),
            },
        )

    def test_refusals(self):
        other = self.receivables(self.create_invoice(self.create_customer("Deco"), jan(6)))
        for days in (-1, 366, "7", None):
            with self.subTest(days=days), self.assertRaisesRegex(UserError, "0 to 365"):
                self.line.action_dso_promise(days)
        with self.assertRaisesRegex(UserError, "several customers"):
            (self.line | other).action_dso_promise(7)
        self.env['dso.status'].search([('category', '=', 'promise')]).active = False
        with self.assertRaisesRegex(UserError, "no status of category Promise"):
            self.line.action_dso_promise(7)


@tagged('post_install', '-at_install')
class TestStatusesOfItems(QualifyCase):
    """Lists show, group and search what was said about items."""

    def test_grouped_by_status(self):
        self.line._dso_qualify(self.status('litigation'))
        lines = self.env['account.move.line'].with_user(self.collector)
        domain = [('id', 'in', self.customer.open_line_ids.ids)]
        for name, found in (
            ('dso_status_id', self.status('litigation')),
            ('dso_status_category', 'litigation'),
        ):
            groups = lines._read_group(domain, [name], ['amount_residual:sum', '__count'])
            self.assertEqual({(g[0] or False): g[1:] for g in groups}[found], (1000, 1))
            self.assertEqual(sum(group[2] for group in groups), 3)
        groups = lines.formatted_read_group(domain, ['dso_status_id'], ['__count'])
        self.assertEqual(sum(group['__count'] for group in groups), 3)

    def test_history_of_item_invoice_and_customer(self):
        self.line._dso_qualify(self.status('in_progress'))
        self.line._dso_qualify(self.status('litigation'))
        self.second_line._dso_qualify(self.status('in_progress'))
        history = self.env['dso.item.status']
        for action, count in (
            (self.line.action_dso_open_statuses(), 2),
            (self.invoice.action_dso_open_statuses(), 2),
            (self.customer.action_open_statuses(), 3),
        ):
            self.assertEqual(history.search_count(action['domain']), count)
        self.assertEqual(self.invoice.dso_status_count, 2)

    def test_columns_cost_the_same_for_many_items(self):
        self.line._dso_qualify(self.status('promise'), {'promise': {'date': jan(20)}})
        ids = self.customer.open_line_ids.ids
        lines, one = (
            self.env['account.move.line'].with_user(self.collector).browse(found)
            for found in (ids, ids[:1])
        )
        names = ['dso_status_id', 'dso_promise_date', 'dso_dispute_reason_id', 'dso_exclusion']
        lines.read(names)
        self.assertEqual(self.queries(one.read, names), self.queries(lines.read, names))

    def test_panel_shows_statuses(self):
        self.line._dso_qualify(self.status('promise'), {'promise': {'date': jan(20)}})
        task = self.env['dso.action'].create({'customer_id': self.customer.id})
        panel = task.with_user(self.collector).get_panel()
        item = panel['items'][0]
        self.assertEqual((item['status'], item['category']), ("Promise to pay", 'promise'))
        self.assertEqual(item['promised'], "01/20/2027")
        self.assertTrue(panel['can_qualify'])
        self.assertFalse(task.with_user(self.reader).get_panel()['can_qualify'])

    def test_screens_open_for_every_group(self):
        for role, user in (('reader', self.reader), ('collector', self.collector)):
            for model in ('dso.status', 'dso.item.status', 'account.move.line', 'dso.customer'):
                with self.subTest(role=role, model=model):
                    views = [(False, kind) for kind in ('list', 'form', 'search', 'kanban')]
                    self.env[model].with_user(user).get_views(views)


@tagged('post_install', '-at_install')
class TestQualifyReply(ReplyCase):
    """A reply is dealt with by what it says about items."""

    def dialog(self, reply):
        context = {'active_model': 'dso.reply', 'active_ids': reply.ids}
        return self.env['dso.qualify'].with_user(self.collector).with_context(**context)

    def test_validate_and_qualify(self):
        self.sent()
        reply = self.answer("We pay on Friday")
        line = self.receivables(self.invoice)
        with Form(self.dialog(reply)) as form:
            self.assertEqual(form.comment, "We pay on Friday")
            self.assertEqual([item.id for item in form.line_ids], line.ids)
            form.status_id = self.env.ref('dso_collection.dso_status_promise')
            form.promise_date = jan(15)
        form.record.action_apply()
        self.assertEqual((reply.state, reply.handled_by_id), ('validated', self.collector))
        self.assertEqual((line.dso_promise_date, line.dso_promise_id.amount), (jan(15), 1000))

    def test_follow_up_of_a_reply(self):
        self.sent()
        reply = self.answer("The order number is missing")
        with Form(self.dialog(reply)) as form:
            form.status_id = self.env.ref('dso_collection.dso_status_document_sent')
        form.record.action_apply()
        self.assertEqual(reply.state, 'planned')
        self.assertEqual(reply.follow_up_id.name, "Has the document arrived?")
        self.assertEqual(reply.follow_up_id.note, "The order number is missing")
