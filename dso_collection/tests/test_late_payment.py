"""Late payment from the books: what bears interest, what is shown, and by which policy."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation, UniqueViolation

from .common import jan
from .common_late import LateCase
from .common_queries import QueryCase


@tagged('post_install', '-at_install')
class TestLateItems(LateCase):
    """Which items bear interest, and how much of them (docs/late_payment.md)."""

    def test_one_item(self):
        invoice = self.create_invoice(self.customer, jan(10), 1000, posted=jan(1))
        self.assertEqual(self.interests(), {invoice.name: 10})
        self.assertEqual(self.compensations(), {invoice.name: 40})

    def test_due_today_is_not_late(self):
        self.create_invoice(self.customer, jan(20), posted=jan(1))
        self.assertFalse(self.late())

    def test_cut_at_partial_payments(self):
        """5 days on 1 000, 3 on 600, 2 on 500."""
        invoice = self.create_invoice(self.customer, jan(10), 1000, posted=jan(1))
        self.pay(self.customer, 400, invoice, day=jan(15))
        self.pay(self.customer, 100, invoice, day=jan(18))
        self.assertEqual(self.interests(), {invoice.name: 7.8})

    def test_payment_is_taken_back(self):
        invoice = self.create_invoice(self.customer, jan(10), 1000, posted=jan(1))
        payment = self.pay(self.customer, 400, invoice, day=jan(15))
        payment.remove_move_reconcile()
        self.assertEqual(self.interests(), {invoice.name: 10})

    def test_credit_note_reduces_from_the_first_day(self):
        invoice = self.create_invoice(self.customer, jan(10), 1000, posted=jan(1))
        credit = self.create_credit_note(self.customer, 400)
        (self.receivables(invoice) | self.receivables(credit)).reconcile()
        self.assertEqual(self.interests(), {invoice.name: 6})

    def test_instalments(self):
        """Interest for each from its own due date, compensation once."""
        due = [(50, jan(10)), (50, jan(16))]
        invoice = self.create_invoice(self.customer, due, 1000, posted=jan(1))
        late = self.late()
        self.assertEqual([float(entry.amount) for entry in late.interests], [5, 2])
        self.assertEqual(self.compensations(), {invoice.name: 40})

    def test_currency_of_the_item(self):
        invoice = self.create_invoice(
            self.customer, jan(10), 1000, posted=jan(1), currency_id=self.eur.id
        )
        paid = self.pay(self.customer, 400, invoice, currency=self.eur, day=jan(15))
        self.assertEqual(paid.currency_id, self.eur)
        late = self.late()
        self.assertEqual(self.interests(), {invoice.name: 8})
        self.assertEqual(late.interests[0].item.currency_id, self.eur.id)
        self.assertEqual(late.compensations[0].currency_id, self.usd.id)

    def test_what_is_not_chased_bears_nothing(self):
        flagged, blocked, chased = (
            self.create_invoice(self.customer, jan(10), 1000, posted=jan(1)) for _n in range(3)
        )
        self.receivables(flagged).no_followup = True
        blocked.payment_state = 'blocked'
        self.assertEqual(self.interests(), {chased.name: 10})
        self.assertEqual(self.compensations(), {chased.name: 40})

    def test_what_is_disputed_bears_nothing(self):
        """Neither as a whole nor in part, whatever is chased of the rest, until it is resolved."""
        invoice = self.create_invoice(self.customer, jan(10), posted=jan(1))
        self.plan()
        collector = self.create_user('collector')
        status = self.env['dso.status'].search([('category', '=', 'dispute')], limit=1)
        lines = self.receivables(invoice).with_user(collector)
        reason = self.env.ref('dso_collection.dso_dispute_reason_price')
        for partial in (False, True):
            with self.subTest(partial=partial), self.rolled_back():
                self.company.dso_dispute_partial = partial
                values = {'reason_id': reason.id, 'amount': 400 if partial else 1000}
                dispute = lines._dso_qualify(status, {'dispute': values}).dispute_id
                self.assertEqual(self.interests(), {})
                dispute.with_user(collector).action_settle('due')
                self.assertEqual(self.interests(), {invoice.name: 10})

    def test_credits_bear_nothing(self):
        self.create_credit_note(self.customer, 500, invoice_date=jan(1))
        self.pay(self.customer, 100, day=jan(2))
        self.assertFalse(self.late())

    def test_opening_entries_are_no_invoices(self):
        """What an opening balance consists of, nobody knows: interest, but no compensation."""
        entry = self.create_opening_entry(self.customer, jan(10))
        self.assertEqual(self.interests(), {entry.name: 10})
        self.assertEqual(self.compensations(), {})

    def test_paid_in_full(self):
        invoice = self.create_invoice(self.customer, jan(10), 1000, posted=jan(1))
        self.pay(self.customer, 1000, invoice)
        self.assertFalse(self.late())

    def test_compensation_by_the_debt_when_it_became_late(self):
        self.policy.compensation_ids = [Command.create({'from_amount': 1000, 'amount': 70})]
        early, late = (
            self.create_invoice(self.customer, jan(10), 1000, posted=jan(1)) for _n in range(2)
        )
        self.pay(self.customer, 1, early, day=jan(10))
        self.pay(self.customer, 1, late, day=jan(11))
        self.assertEqual(self.compensations(), {early.name: 40, late.name: 70})

    def test_debt_in_another_currency_by_its_booked_amount(self):
        """900 EUR booked at 1 000 USD reach the compensation from 1 000, neither more nor less."""
        self.policy.compensation_ids = [Command.create({'from_amount': 1000, 'amount': 70})]
        self.env['res.currency.rate'].create(
            {'name': jan(1), 'currency_id': self.eur.id, 'rate': 0.9, 'company_id': self.company.id}
        )
        for amount in (900, 899):
            invoice = self.create_invoice(
                self.customer, jan(10), amount, posted=jan(1), currency_id=self.eur.id
            )
            expected = 70 if amount == 900 else 40
            self.assertEqual(self.compensations()[invoice.name], expected)


@tagged('post_install', '-at_install')
class TestLatePolicies(LateCase):
    """By which policy, and what refuses it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.create_invoice(cls.customer, jan(10), 1000, posted=jan(1))

    def test_nothing_without_a_policy(self):
        self.company.dso_late_policy_id = False
        self.assertFalse(self.late())
        self.assertFalse(self.customer.late_text)

    def test_customer_with_a_policy_of_its_own(self):
        self.customer.late_policy_id = self.create_policy(rate=73, compensation=0)
        self.assertEqual(self.interests(), {self.invoice.name: 20})
        self.assertEqual(self.compensations(), {})

    def test_exempt_customer(self):
        self.customer.late_policy_id = self.policy
        self.customer.late_exempt = True
        self.assertFalse(self.late())

    def test_grace_and_year_of_360_days(self):
        self.policy.write({'grace_days': 1, 'day_count': '360'})
        # 1000 × 36.5 × 9 / 36000 = 9.125
        self.assertEqual(self.interests(), {self.invoice.name: 9.13})
        self.policy.grace_days = 10
        self.assertFalse(self.late().interests)
        self.assertFalse(self.late().compensations)

    def test_missing_rate_shows_no_amount(self):
        self.policy.rate_ids.date_to = jan(15)
        self.assertEqual(self.late().missing, jan(16))
        self.assertEqual((self.late().interests, self.late().compensations), ([], []))
        self.assertFalse(self.customer.late_text)
        for sentence in (self.customer.late_warning, self.policy.warning):
            self.assertIn("Terms of sale has no reference rate for 01/16/2027", sentence)
        self.policy.rate_ids = [Command.create({'date_from': jan(16), 'percent': 73})]
        self.assertEqual(self.interests(), {self.invoice.name: 15})
        self.assertFalse(self.policy.warning)

    def test_policy_without_rates(self):
        self.company.dso_late_policy_id = self.create_policy("Empty", rate=0)
        self.assertIn("Empty has no reference rate", self.customer.late_warning)

    def test_text_on_the_account(self):
        self.assertEqual(
            self.customer.late_text, "$\N{NBSP}10.00 interest and $\N{NBSP}40.00 compensation"
        )
        self.policy.compensation_ids = [Command.clear()]
        self.customer.invalidate_recordset()
        self.assertEqual(self.customer.late_text, "$\N{NBSP}10.00 interest")

    def test_compensation_in_another_currency_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Terms of sale is in EUR"):
            self.policy.currency_id = self.eur
        self.policy.currency_id = self.usd
        foreign = self.create_policy("Euros", currency_id=self.eur.id)
        with self.assertRaisesRegex(ValidationError, "Euros is in EUR.*are in USD: duplicate"):
            self.company.dso_late_policy_id = foreign
        with self.assertRaisesRegex(ValidationError, "Euros is in EUR"):
            self.customer.late_policy_id = foreign

    def test_policy_of_another_company_is_refused(self):
        theirs = self.create_policy("Theirs", company_id=self.create_company().id)
        with self.assertRaisesRegex(ValidationError, "Theirs belongs to Second Company"):
            self.customer.late_policy_id = theirs
        with self.assertRaisesRegex(ValidationError, "Theirs belongs to Second Company"):
            self.company.dso_late_policy_id = theirs
        self.customer.late_policy_id = self.policy
        with self.assertRaisesRegex(ValidationError, "belongs to Second Company"):
            self.policy.company_id = theirs.company_id

    @mute_logger('odoo.sql_db')
    def test_bad_numbers_are_refused(self):
        rate, tier = self.policy.rate_ids, self.policy.compensation_ids
        again = {'date_from': rate.date_from, 'percent': 1}
        for error, vals in (
            (CheckViolation, {'grace_days': -1}),
            (CheckViolation, {'rate_ids': [Command.update(rate.id, {'date_to': '2019-12-31'})]}),
            (CheckViolation, {'compensation_ids': [Command.update(tier.id, {'amount': -1})]}),
            (UniqueViolation, {'rate_ids': [Command.create(again)]}),
            (UniqueViolation, {'compensation_ids': [Command.create({'amount': 1})]}),
        ):
            with self.subTest(vals=vals), self.assertRaises(error), self.env.cr.savepoint():
                self.policy.write(vals)
                self.env.flush_all()

    def test_copy(self):
        copy = self.policy.copy()
        self.assertEqual(copy.name, "Terms of sale (copy)")
        self.assertEqual(copy.rate_ids.percent, 36.5)
        self.assertEqual(copy.compensation_ids.amount, 40)

    def test_ready_policies(self):
        """As published; no company uses one before somebody chooses it."""
        ready = self.env['dso.late.policy'].search([('rate_ids.source', '!=', False)])
        self.assertEqual(len(ready), 5)
        self.assertFalse(self.env['res.company'].search([('dso_late_policy_id', 'in', ready.ids)]))
        for name, points, last in (
            ('eu', 8, 2.15),
            ('fr', 10, 2.15),
            ('de', 9, 1.27),
            ('at', 9.2, 1.53),
            ('uk', 8, 3.75),
        ):
            policy = self.env.ref(f'dso_collection.dso_late_policy_{name}')
            with self.subTest(policy=policy.name):
                self.assertEqual((policy.margin, policy.rate_ids[0].percent), (points, last))
                self.assertTrue(all(policy.rate_ids.mapped('source')))
                self.assertIn("no reference rate for 07/01/2026", policy.warning)
        britain = self.env.ref('dso_collection.dso_late_policy_uk')
        self.assertEqual(britain.compensation_ids.mapped('amount'), [40, 70, 100])

    def test_merging_keeps_exemption_and_policy(self):
        other = self.create_customer("Other")
        self.customer.write({'late_exempt': True, 'late_policy_id': self.policy.id})
        partners = self.customer.partner_id | other.partner_id
        self.env['base.partner.merge.automatic.wizard']._merge(partners.ids, other.partner_id)
        self.assertTrue(other.late_exempt)
        self.assertEqual(other.late_policy_id, self.policy)


@tagged('post_install', '-at_install')
class TestLateTexts(LateCase):
    """The two hashtags, and the column that they bring into tables."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.create_invoice(cls.customer, jan(10), 1000, posted=jan(1))

    def render(self, text, subject=True, customer=None):
        field = 'subject' if subject else 'body_html'
        self.mail_template[field] = text
        action = self.next_action(customer or self.customer)
        return self.mail_template._render_field(field, action.ids, set_lang='en_US')[action.id]

    def test_amounts(self):
        self.assertEqual(self.render("#items_amount_late_penalties"), "$\N{NBSP}50.00")
        self.assertEqual(
            self.render("#items_amount_overdue_include_late_penalties"), "$\N{NBSP}1,050.00"
        )

    def test_currencies_are_never_added_up(self):
        self.create_invoice(self.customer, jan(10), 2000, posted=jan(1), currency_id=self.eur.id)
        self.assertEqual(
            set(self.render("#items_amount_late_penalties").split(" and ")),
            {"$\N{NBSP}90.00", "20.00\N{NBSP}€"},
        )
        self.assertEqual(
            set(self.render("#items_amount_overdue_include_late_penalties").split(" and ")),
            {"$\N{NBSP}1,090.00", "2,020.00\N{NBSP}€"},
        )

    def test_credits_reduce_what_is_asked_for(self):
        self.create_credit_note(self.customer, 300)
        self.assertEqual(
            self.render("#items_amount_overdue_include_late_penalties"), "$\N{NBSP}750.00"
        )

    def test_nothing_without_a_policy(self):
        self.company.dso_late_policy_id = False
        self.assertEqual(self.render("#items_amount_late_penalties"), "$\N{NBSP}0.00")
        self.assertEqual(
            self.render("#items_amount_overdue_include_late_penalties"), "$\N{NBSP}1,000.00"
        )

    def test_group_with_a_policy_for_each_account(self):
        member = self.create_customer("Member")
        self.create_invoice(member, jan(10), 3000, posted=jan(1))
        member.late_policy_id = self.create_policy(compensation=0)
        member.group_account_id = self.customer
        self.assertEqual(self.render("#items_amount_late_penalties"), "$\N{NBSP}80.00")

    def test_column_only_when_the_text_speaks_of_it(self):
        self.assertNotIn("Late Interest", self.render("<p>#items_list</p>", subject=False))
        text = "<p>#items_list</p><p>#items_amount_late_penalties</p>"
        html = self.render(text, subject=False)
        self.assertIn("Late Interest", html)
        self.assertEqual(html.count("$\N{NBSP}10.00"), 2)  # of the item, and in total

    def test_missing_rate_puts_the_action_in_error(self):
        """The text can be saved, but is not sent; the sentence is in the language of the user."""
        self.policy.rate_ids.date_to = jan(15)
        action = self.next_action(self.customer)
        for text in ("#items_amount_late_penalties", "#items_list #items_amount_late_penalties"):
            self.mail_template.body_html = text
            texts, why_not = self.env['dso.dispatch']._preview(action)
            self.assertFalse(texts)
            self.assertIn("Terms of sale has no reference rate for 01/16/2027", why_not)
        self.env['res.lang']._activate_lang('fr_FR')
        self.env.user.lang = 'en_US'
        with self.assertRaisesRegex(UserError, "no reference rate for 01/16/2027"):
            self.env['dso.hashtag'].with_context(lang='fr_FR')._replace(
                {action.id: "#items_amount_late_penalties"}, is_html=False
            )


@tagged('post_install', '-at_install')
class TestLateQueries(LateCase, QueryCase):
    """As many statements for twice as many accounts, items and payments."""

    def prepare(self, customers):
        for n, customer in enumerate(customers[::2]):
            customer.late_policy_id = self.create_policy(f"Policy {n}")
        entry = self.create_opening_entry(customers, jan(10))
        for line in self.receivables(entry):
            customer = customers.filtered(lambda c, line=line: c.partner_id == line.partner_id)
            self.pay(customer, 100, line, day=jan(12))
        self.plan()
        return customers

    def test_loading(self):
        def check(customers):
            found = self.env['dso.late.payment']._load(customers)
            self.assertEqual(len(found), len(customers))

        self.assertSame(self.prepare, check)

    def test_hashtags(self):
        def render(customers):
            text = "#items_amount_late_penalties"
            actions = customers.next_action_id
            self.env['dso.hashtag']._replace(dict.fromkeys(actions.ids, text), is_html=False)

        self.assertSame(self.prepare, render)


@tagged('post_install', '-at_install')
class TestLateRights(LateCase):
    MODELS = ('dso.late.policy', 'dso.late.rate', 'dso.late.compensation', 'dso.late.charge')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.create_invoice(cls.customer, jan(10), 1000, posted=jan(1))
        cls.reader = cls.create_user('reader')
        cls.collector = cls.create_user('collector')
        cls.manager = cls.create_user('manager')

    def test_people_without_access(self):
        portal = new_test_user(self.env, login='portal_user', groups='base.group_portal')
        employee = new_test_user(self.env, login='employee', groups='base.group_user')
        for user in (portal, employee, self.env.ref('base.public_user')):
            for model in self.MODELS:
                with self.subTest(user=user.login, model=model):
                    self.assertFalse(self.env[model].with_user(user).has_access('read'))

    def test_only_managers_configure(self):
        for user in (self.reader, self.collector):
            for record in (self.policy, self.policy.rate_ids, self.policy.compensation_ids):
                with self.subTest(user=user.login, model=record._name):
                    record.with_user(user).read()
                    with self.assertRaises(AccessError):
                        record.with_user(user).write({'policy_id': 1, 'margin': 1})
                    with self.assertRaises(AccessError):
                        record.with_user(user).unlink()
        self.policy.with_user(self.manager).margin = 1
        self.assertEqual(self.policy.margin, 1)

    def test_readers_see_what_is_late(self):
        self.assertTrue(self.customer.with_user(self.reader).late_text)
        with self.assertRaises(AccessError):
            self.customer.with_user(self.reader).late_exempt = True

    def test_collectors_decide_for_a_customer(self):
        self.customer.with_user(self.collector).late_exempt = True
        with self.assertRaises(AccessError):
            self.customer.with_user(self.manager).late_charged_on = jan(20)

    def test_another_company(self):
        second = self.create_company()
        theirs = self.create_policy("Theirs", company_id=second.id)
        for record in (theirs, theirs.rate_ids, theirs.compensation_ids):
            with self.subTest(model=record._name):
                self.assertNotIn(record, record.with_user(self.manager).search([]))
                with self.assertRaises(AccessError):
                    record.with_user(self.manager).read()

    def test_each_company_by_its_own_policy(self):
        second = self.create_company()
        customer = self.create_customer("Theirs", company=second)
        self.create_invoice(customer, jan(10), 1000, posted=jan(1))
        self.assertFalse(self.late(customer))
        second.dso_late_policy_id = self.create_policy(rate=73)
        self.assertEqual(list(self.interests(customer).values()), [20])
        self.assertEqual(list(self.interests().values()), [10])
