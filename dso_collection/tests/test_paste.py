from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import SQL

from ..engine import scope_sql
from ..models.dso_paste_mixin import MAX_PASTED
from .common import CollectionCase, jan


@tagged('post_install', '-at_install')
class TestPaste(CollectionCase):
    """Values copied from a spreadsheet find customer accounts and items (spec 2.3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.by_code = cls.create_customer("By code", ref="PASTE-1")
        cls.by_vat = cls.create_customer("By VAT", vat="US-PASTE-2")
        cls.by_name = cls.create_customer("By name")
        cls.other_company = cls.create_company()
        cls.theirs = cls.create_customer("Theirs", company=cls.other_company, ref="PASTE-9")
        cls.reader = cls.create_user('reader')

    def find(self, *values, model='dso.customer'):
        result = self.env[model].with_user(self.reader).dso_find_pasted(list(values))
        return result, self.env[model].search(result['domain'])

    def test_code_else_vat_else_exact_name(self):
        result, customers = self.find("PASTE-1", "US-PASTE-2", "By name", "by nam", "Nobody")
        self.assertEqual(customers, self.by_code | self.by_vat | self.by_name)
        self.assertEqual(result['description'], "Customer codes: 3")
        self.assertEqual(result['missing'], ["by nam", "Nobody"])
        self.assertIn("without a customer account: 2", result['warning'])

    def test_a_code_wins_over_a_name(self):
        namesake = self.create_customer("PASTE-1")
        result, customers = self.find("PASTE-1")
        self.assertEqual(customers, self.by_code)
        self.assertNotIn(namesake, customers)
        self.assertFalse(result['missing'])

    def test_a_code_used_twice_finds_both(self):
        twin = self.create_customer("Twin", ref="PASTE-1")
        result, customers = self.find("PASTE-1", "PASTE-1")
        self.assertEqual(customers, self.by_code | twin)
        self.assertEqual(result['found'], 1)

    def test_archived_customers_are_found(self):
        self.by_code.partner_id.active = False
        self.assertEqual(self.find("PASTE-1")[1], self.by_code)

    def test_nothing_found(self):
        result, customers = self.find("Nobody", "")
        self.assertFalse(customers)
        self.assertEqual((result['found'], result['missing']), (0, ["Nobody"]))

    def test_accounts_of_another_company_stay_hidden(self):
        self.assertEqual(self.find("PASTE-9")[0]['missing'], ["PASTE-9"])

    def test_others_may_not_ask(self):
        for group in ('base.group_user', 'base.group_portal'):
            user = new_test_user(self.env, login=group, groups=group)
            with self.subTest(group=group), self.assertRaises(AccessError):
                self.env['dso.customer'].with_user(user).dso_find_pasted(["PASTE-1"])

    def test_too_many_are_refused(self):
        with self.assertRaisesRegex(UserError, f"at most {MAX_PASTED} at once"):
            self.find(*map(str, range(MAX_PASTED + 1)))

    def test_five_thousand_values_take_as_many_queries_as_two(self):
        partners = self.insert_partners(5000)
        pairs = [(partner.id, self.company.id) for partner in partners]
        planner = self.env['dso.planner']
        planner._execute(scope_sql.births_of_pairs(pairs, *planner._log_values()))
        many = self.env['dso.customer'].search([('partner_id', 'in', partners.ids)])
        codes = [*partners.mapped('ref'), "US-PASTE-2", "By name", "Nobody"]
        few = self.count_queries([codes[0], *codes[-3:]])
        self.assertEqual(self.count_queries(codes), few)
        result, customers = self.find(*codes)
        self.assertEqual(customers, many | self.by_vat | self.by_name)
        self.assertEqual(result['missing'], ["Nobody"])

    def insert_partners(self, count):
        """Partners with codes, by SQL: the ORM would take longer than the test."""
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO res_partner (id, name, complete_name, ref, active,
                    type, autopost_bills, commercial_partner_id)
                SELECT id, 'Many ' || id, 'Many ' || id, 'MANY-' || id, TRUE, 'contact', 'ask', id
                FROM (SELECT nextval('res_partner_id_seq') AS id FROM generate_series(1, %s)) s
                RETURNING id""",
                count,
            )
        )
        return self.env['res.partner'].browse(row[0] for row in rows)

    def count_queries(self, values):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env['dso.customer'].dso_find_pasted(values)
        return self.env.cr.sql_log_count - before

    # --- items -----------------------------------------------------------------------------

    def test_items_by_number_else_reference(self):
        invoice = self.create_invoice(self.by_code, [(50, jan(10)), (50, jan(20))], posted=jan(1))
        other = self.create_invoice(self.by_vat, jan(10), posted=jan(1), ref="PO-42")
        paid = self.create_invoice(self.by_vat, jan(11), posted=jan(1))
        self.pay(self.by_vat, 1000, paid)
        result, items = self.find(
            invoice.name, "PO-42", paid.name, "INV/none", model='account.move.line'
        )
        expected = self.receivables(invoice) | self.receivables(other)
        domain = self.env['account.move.line']._domain_open_items()
        self.assertEqual(items.filtered_domain(domain), expected)
        self.assertEqual(result['description'], "Invoice numbers: 2")
        self.assertEqual(result['missing'], [paid.name, "INV/none"])
        self.assertIn("without an open item: 2", result['warning'])

    def test_facet_of_items_survives_reset_to_draft(self):
        invoice = self.create_invoice(self.by_code, jan(10), posted=jan(1))
        result, _items = self.find(invoice.name, model='account.move.line')
        invoice.button_draft()
        invoice.invoice_date_due = jan(15)
        invoice.action_post()
        found = self.env['account.move.line'].search(result['domain'])
        self.assertIn(self.receivables(invoice), found)


@tagged('post_install', '-at_install')
class TestJavaScript(HttpCase):
    """The unit tests of our JavaScript, in a browser."""

    def test_unit(self):
        self.browser_js(
            '/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&filter=@dso_collection',
            "",
            "",
            login='admin',
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
        )
