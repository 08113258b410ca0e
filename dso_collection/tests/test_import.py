"""Collector, scenario and group account by Odoo's own import, from real files (spec 2.5)."""

import csv
import io

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from openpyxl import Workbook

from .common import CollectionCase, jan

OPTIONS = {'quoting': '"', 'separator': ',', 'encoding': 'utf-8', 'has_headers': True}


class ImportCase(CollectionCase):
    """Files, and what Odoo says of them."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.create_user('collector', login='ann', name="Ann", email='a@b.example')
        cls.risky = cls.create_scenario("Risky ones")
        cls.customer = cls.create_customer("Azure Interior", ref="C001")
        cls.second = cls.create_customer("Deco Addict", ref="1002")

    def csv_file(self, rows):
        stream = io.StringIO()
        csv.writer(stream).writerows(rows)
        return {'file': stream.getvalue().encode(), 'file_type': 'text/csv', 'file_name': 'a.csv'}

    def xlsx_file(self, rows):
        book, stream = Workbook(), io.BytesIO()
        for row in rows:
            book.active.append(row)
        book.save(stream)
        kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
        return {'file': stream.getvalue(), 'file_type': kind, 'file_name': 'a.xlsx'}

    def run_import(self, file, columns, *, user=None, dryrun=False, company=None, **options):
        """Import a file with headers; return what Odoo answers."""
        imports = self.env['base_import.import'].with_user(user or self.collector)
        wizard = imports.with_company(company or self.company).create(
            {'res_model': self.model, **file}
        )
        wizard.parse_preview({**OPTIONS})
        return wizard.execute_import(columns, columns, {**OPTIONS, **options}, dryrun=dryrun)

    def import_csv(self, columns, *rows, **kwargs):
        return self.run_import(self.csv_file([columns, *rows]), columns, **kwargs)

    def errors(self, result):
        """Line (of the data, from 1) → sentences."""
        found = {}
        for message in result['messages']:
            self.assertEqual(message['type'], 'error')
            found.setdefault(message['rows']['from'] + 1, []).append(message['message'])
        return found

    def refused(self, column, value, key, **kwargs):
        """The sentence about a value on the second of two lines; nothing is written."""
        before = self.customer.collector_id, self.customer.scenario_id
        result = self.import_csv(
            [key, column], ["C001", self.good[column]], ["1002", value], **kwargs
        )
        self.assertFalse(result['ids'])
        [[line, [sentence]]] = self.errors(result).items()
        self.assertEqual(line, 2)
        self.customer.invalidate_recordset()
        self.assertEqual((self.customer.collector_id, self.customer.scenario_id), before)
        return sentence


@tagged('post_install', '-at_install')
class TestImportCustomers(ImportCase):
    """Customer accounts, by the code of their customer."""

    model = 'dso.customer'
    columns = ('code', 'collector_id', 'scenario_id')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = {'collector_id': 'ann', 'scenario_id': "Risky ones", 'group_account_id': '1002'}

    def assertImported(self, customer):
        self.assertEqual(customer.collector_id, self.collector)
        self.assertEqual(customer.collector_source, 'import')
        self.assertEqual(customer.scenario_id, self.risky)
        self.assertEqual(customer.scenario_source, 'import')

    def test_columns_are_offered(self):
        tree = self.env['base_import.import'].with_user(self.collector).get_fields_tree(self.model)
        names = {field['name'] for field in tree}
        self.assertLessEqual({*self.columns, 'group_account_id'}, names)
        self.assertFalse({'partner_id', 'company_id', 'overdue', 'collector_source'} & names)

    def test_update_by_code_from_csv(self):
        result = self.import_csv(
            self.columns, ["C001", "ann", "Risky ones"], ["1002", "Ann", "Risky ones"]
        )
        self.assertFalse(result['messages'])
        self.assertEqual(result['ids'], (self.customer + self.second).ids)
        self.assertImported(self.customer)
        self.assertImported(self.second)

    def test_update_by_code_from_xlsx(self):
        rows = [["Code", "Who", "How"], ["C001", "A@B.example", "Risky ones"], [1002, "ann", None]]
        result = self.run_import(self.xlsx_file(rows), self.columns)
        self.assertFalse(result['messages'])
        self.assertImported(self.customer)
        self.assertEqual(self.second.collector_id, self.collector)

    def test_missing_accounts_are_born(self):
        partner = self.env['res.partner'].create({'name': "No invoice yet", 'ref': "NEW"})
        self.assertFalse(self.import_csv(self.columns, ["NEW", "ann", "Risky ones"])['messages'])
        self.assertImported(partner.dso_customer_id)

    def test_code_else_vat_else_name(self):
        vat = self.create_customer("With VAT", vat="VAT-77")
        rows = (["VAT-77", "ann", "Risky ones"], ["Azure Interior", "ann", "Risky ones"])
        self.assertFalse(self.import_csv(self.columns, *rows)['messages'])
        self.assertImported(vat)
        self.assertImported(self.customer)

    def test_test_checks_everything_and_writes_nothing(self):
        good = ["C001", "ann", "Risky ones"]
        result = self.import_csv(self.columns, good, ["NONE", "who", "how"], dryrun=True)
        [unknown, who, how] = sorted(self.errors(result)[2])
        self.assertIn("“who”", unknown + who + how)
        result = self.import_csv(self.columns, good, dryrun=True)
        self.assertFalse(result['messages'])
        self.customer.invalidate_recordset()
        self.assertFalse(self.customer.collector_id)

    def test_what_an_import_says_again_becomes_its_own(self):
        self.customer.with_context(dso_source='default').scenario_id = self.risky
        self.assertEqual(self.customer.scenario_source, 'default')
        self.import_csv(['code', 'scenario_id'], ["C001", "Risky ones"])
        self.assertEqual(self.customer.scenario_source, 'import')

    def test_empty_cell_takes_the_value_away(self):
        self.customer.collector_id = self.collector
        self.import_csv(['code', 'collector_id'], ["C001", ""])
        self.assertFalse(self.customer.collector_id)

    def test_group_account(self):
        self.import_csv(['code', 'group_account_id'], ["C001", "1002"])
        self.assertEqual(self.customer.group_account_id, self.second)
        self.assertEqual(self.customer.group_source, 'import')
        result = self.import_csv(['code', 'group_account_id'], ["1002", "1002"])
        self.assertIn("through itself", self.errors(result)[1][0])

    def test_open_actions_follow(self):
        self.create_invoice(self.customer, jan(10), posted=jan(1))
        self.assertEqual(self.next_action(self.customer).scenario_id, self.scenario)
        self.import_csv(self.columns, ["C001", "ann", "Risky ones"])
        action = self.next_action(self.customer)
        self.assertEqual((action.scenario_id, action.collector_id), (self.risky, self.collector))

    # --- refusals --------------------------------------------------------------------------

    def test_unknown(self):
        for column in self.good:
            with self.subTest(column=column):
                sentence = self.refused(column, "Nobody", 'code')
                self.assertRegex(sentence, "“Nobody” is unknown")
        result = self.import_csv(self.columns, ["C0015", "ann", "Risky ones"])
        self.assertRegex(self.errors(result)[1][0], "Customer Code “C0015” is unknown")

    def test_ambiguous(self):
        self.create_user('collector', login='ann2', name="Ann")
        self.assertRegex(self.refused('collector_id', "Ann", 'code'), "“Ann” means several")
        self.risky.copy({'name': "Twice"}).copy({'name': "Twice"})
        self.assertRegex(self.refused('scenario_id', "Twice", 'code'), "“Twice” means several")
        self.create_customer("Twin", ref="1002")
        result = self.import_csv(['code', 'collector_id'], ["1002", "ann"])
        self.assertRegex(self.errors(result)[1][0], "“1002” means several")

    def test_archived(self):
        bob = self.create_user('collector', login='bob', name="Bob")
        bob.active = False
        self.assertRegex(self.refused('collector_id', bob.login, 'code'), "“bob” is archived")
        self.create_scenario("Old", active=False)
        self.assertRegex(self.refused('scenario_id', "Old", 'code'), "“Old” is archived")
        self.create_customer("Gone", ref="GONE").partner_id.active = False
        self.assertRegex(self.refused('group_account_id', "GONE", 'code'), "“GONE” is archived")

    def test_of_another_company(self):
        other = self.create_company()
        self.create_user('collector', login='eve', company_id=other.id, company_ids=other.ids)
        self.assertRegex(self.refused('collector_id', "eve", 'code'), "“eve” does not belong to")
        self.create_scenario("Theirs", company_id=other.id)
        self.assertRegex(self.refused('scenario_id', "Theirs", 'code'), "“Theirs” does not belong")
        self.create_customer("Far", company=other, ref="FAR", company_id=other.id)
        self.assertRegex(self.refused('group_account_id', "FAR", 'code'), "“FAR” does not belong")

    def test_portal_users_are_no_collectors(self):
        portal = new_test_user(self.env, login='portal', groups='base.group_portal')
        self.assertRegex(self.refused('collector_id', portal.login, 'code'), "is unknown")

    def test_contact_below_a_company(self):
        self.env['res.partner'].create(
            {'name': "Zoe", 'ref': "ZOE", 'parent_id': self.customer.partner_id.id}
        )
        result = self.import_csv(self.columns, ["ZOE", "ann", "Risky ones"])
        self.assertRegex(self.errors(result)[1][0], "“ZOE” is a contact of Azure Interior")

    def test_code_is_needed(self):
        result = self.import_csv(['collector_id'], ["ann"])
        self.assertIn("codes of the customers", result['messages'][0]['message'])
        result = self.import_csv(['code', 'collector_id'], ["", "ann"])
        self.assertIn("code of the customer is missing", self.errors(result)[1][0])

    def test_readers_may_not(self):
        reader = self.create_user('reader')
        with self.assertRaises(AccessError):
            self.import_csv(self.columns, ["C001", "ann", "Risky ones"], user=reader)

    def test_as_many_statements_for_the_values_of_many_lines(self):
        """Odoo itself asks for each line whether it exists, and for each id; we ask once."""
        customers = self.create_customers(16)
        for number, partner in enumerate(customers.partner_id):
            partner.ref = f'Q{number}'
        rows = [[f'Q{number}', "ann", "Risky ones"] for number in range(16)]
        self.load(rows[:2])
        few, many = self.load(rows[:4]), self.load(rows)
        per_line = 3  # the line, its collector, its scenario
        self.assertLessEqual(many - few, per_line * 12)

    def load(self, rows):
        with self.rolled_back():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            result = self.env[self.model].with_user(self.collector).load(list(self.columns), rows)
            count = self.env.cr.sql_log_count - before
            self.assertFalse(result['messages'])
        return count


@tagged('post_install', '-at_install')
class TestImportContacts(ImportCase):
    """Contacts, new ones and those that Odoo knows."""

    model = 'res.partner'
    columns = ('name', 'ref', 'dso_collector_id', 'dso_scenario_id', 'dso_group_account_id')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = {
            'dso_collector_id': 'ann',
            'dso_scenario_id': "Risky ones",
            'dso_group_account_id': 'Deco Addict',
        }

    def partner(self, ref):
        return self.env['res.partner'].search([('ref', '=', ref)])

    def test_columns_are_offered(self):
        tree = self.env['base_import.import'].with_user(self.collector).get_fields_tree(self.model)
        self.assertLessEqual(set(self.columns), {field['name'] for field in tree})

    def test_create_and_update_from_csv(self):
        result = self.import_csv(
            self.columns,
            ["Newcomer", "N1", "ann", "Risky ones", "1002"],
            ["Azure renamed", "C001", "Ann", "Risky ones", ""],
        )
        self.assertFalse(result['messages'])
        new = self.partner("N1")
        self.assertEqual(new.dso_collector_id, self.collector)
        self.assertEqual(new.dso_group_account_id, self.second.partner_id)
        self.assertEqual(new.dso_customer_id.collector_source, 'import')
        self.assertEqual(self.partner("C001"), self.customer.partner_id, "a known code updates")
        self.assertEqual(self.customer.partner_id.name, "Azure renamed")
        self.assertEqual(self.customer.scenario_id, self.risky)

    def test_create_and_update_from_xlsx(self):
        header = ["Name", "Code", "Collector", "Scenario", "Group"]
        rows = [header, ["New", 77, "a@b.example", "Risky ones", None], ["Deco", 1002, "ann"]]
        result = self.run_import(self.xlsx_file(rows), self.columns)
        self.assertFalse(result['messages'])
        self.assertEqual(self.partner("77").dso_scenario_id, self.risky)
        self.assertEqual(self.second.collector_id, self.collector)
        self.assertEqual(self.second.partner_id.name, "Deco")

    def test_update_by_external_id(self):
        self.env['ir.model.data'].create(
            {
                'module': 'erp',
                'name': 'azure',
                'model': 'res.partner',
                'res_id': self.customer.partner_id.id,
            }
        )
        self.assertFalse(
            self.import_csv(['id', 'dso_collector_id'], ["erp.azure", "ann"])['messages']
        )
        self.assertEqual(self.customer.collector_id, self.collector)

    def test_imports_without_our_columns_are_odoos(self):
        self.import_csv(['name', 'ref'], ["Second of that code", "C001"])
        self.assertEqual(len(self.partner("C001")), 2)

    def test_empty_cells_create_no_account(self):
        self.import_csv(self.columns, ["Supplier", "S1", "", "", ""])
        self.assertFalse(self.partner("S1").dso_customer_id)

    def test_value_of_the_current_company(self):
        other = self.create_company()
        self.collector.company_ids += other
        self.import_csv(['ref', 'dso_collector_id'], ["C001", "ann"], company=other)
        self.assertFalse(self.customer.collector_id)
        partner = self.customer.partner_id.with_company(other)
        self.assertEqual(partner.dso_collector_id, self.collector)

    def test_refusals(self):
        bob = self.create_user('collector', login='bob')
        bob.active = False
        self.create_user('collector', login='ann2', name="Ann")
        other = self.create_company()
        theirs = self.create_scenario("Theirs", company_id=other.id)
        for column, value, words in (
            ('dso_collector_id', "Nobody", "“Nobody” is unknown"),
            ('dso_collector_id', "Ann", "“Ann” means several"),
            ('dso_collector_id', bob.login, "“bob” is archived"),
            ('dso_scenario_id', "Nothing", "“Nothing” is unknown"),
            ('dso_scenario_id', theirs.name, "“Theirs” does not belong to"),
            ('dso_group_account_id', "Nobody", "“Nobody” is unknown"),
        ):
            with self.subTest(column=column, value=value):
                self.assertRegex(self.refused(column, value, 'ref'), words)

    def test_contact_below_a_company_is_refused_on_its_line(self):
        columns = ['name', 'parent_id', 'dso_collector_id']
        rows = (["Newcomer", "", "ann"], ["Zoe", "Azure Interior", "ann"])
        for dryrun in (True, False):
            with self.subTest(dryrun=dryrun):
                result = self.import_csv(columns, *rows, dryrun=dryrun)
                self.assertFalse(result['ids'])
                self.assertRegex(self.errors(result)[2][0], "Zoe is a contact of Azure Interior")
                self.assertFalse(self.env['res.partner'].search([('name', '=', "Newcomer")]))

    def test_contact_with_the_values_of_its_company_is_no_error(self):
        self.customer.collector_id = self.collector
        rows = ["Zoe", "Azure Interior", "ann"]
        result = self.import_csv(['name', 'parent_id', 'dso_collector_id'], rows)
        self.assertFalse(result['messages'])

    def test_known_code_of_an_archived_contact(self):
        self.second.partner_id.active = False
        self.assertRegex(self.refused('dso_collector_id', "ann", 'ref'), "“1002” is archived")

    def test_those_who_may_not_collect_are_refused(self):
        user = new_test_user(
            self.env,
            login='clerk',
            groups='base.group_partner_manager,dso_collection.group_dso_reader',
        )
        result = self.import_csv(['ref', 'dso_collector_id'], ["C001", "ann"], user=user)
        self.assertIn("Only collectors may", self.errors(result)[1][0])
        self.assertFalse(self.customer.collector_id)

    def test_odoos_options_for_values_without_match(self):
        columns = ['ref', 'dso_collector_id']
        self.import_csv(
            columns, ["C001", "ann"], ["1002", "nobody"], import_skip_records=['dso_collector_id']
        )
        self.assertEqual(self.customer.collector_id, self.collector)
        self.import_csv(columns, ["C001", "nobody"], import_set_empty_fields=['dso_collector_id'])
        self.assertFalse(self.customer.collector_id)
