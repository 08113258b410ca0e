import csv
import io
import json
from unittest.mock import patch

import openpyxl
from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models import dso_history_export
from .common import CollectionCase, jan
from .common_tours import AgendaTourCase


@tagged('post_install', '-at_install')
class TestHistoryExport(CollectionCase):
    """The file tells what the history tells: as filtered, of the user's companies, in types."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        calls = cls.create_scenario("Calls", [(3, 'call', 'manual'), (10, 'task', 'manual')])
        cls.company.dso_scenario_id = calls
        cls.reader = cls.create_user('reader', tz='UTC')
        cls.collector = cls.create_user('collector', name="Carl Collector", tz='UTC')

    def close(self, name="Azure Interior", skip=None, **vals):
        """One closed action of a new customer."""
        customer = self.create_customer(name, **vals)
        self.create_invoice(customer, jan(10), posted=jan(1))
        action = self.next_action(customer).with_user(self.collector)
        if skip:
            action.action_skip(skip)
        else:
            action.action_complete(note="Will pay")
        return action

    def write_file(self, extension='csv', domain=(), order=None, user=None):
        file = io.BytesIO()
        export = self.env['dso.history.export'].with_user(user or self.reader)
        count = export._write_file(file, extension, list(domain), order)
        file.seek(0)
        return file, count

    def rows(self, *args, **kwargs):
        """Rows of a CSV file as dictionaries."""
        file, _count = self.write_file('csv', *args, **kwargs)
        text = file.read().decode('utf-8-sig')
        return list(csv.DictReader(io.StringIO(text, newline='')))

    def test_row(self):
        action = self.close(ref='C100')
        [row] = self.rows()
        self.assertEqual(
            row,
            {
                'Customer Code': 'C100',
                'Customer': "Azure Interior",
                'For Grouped Customer': '',
                'Company': self.company.name,
                'Step': "call +3",
                'Type': "Call",
                'Mode': "Manual",
                'Planned On': '2027-01-13',
                'Closed On': '2027-01-20',
                'Closed At (UTC)': '2027-01-20 12:00:00',
                'By': "Carl Collector",
                'Outcome': "Done",
                'Delivery': '',
                'Recipients': '',
                'Leader Invoice': action.leader_number,
                'Leader Due': '2027-01-10',
                'Amount': '1000.0',
                'Currency': 'USD',
                'Remark': "Will pay",
                'Scenario': "Calls",
                'Collector': '',
            },
        )

    def test_types_in_xlsx(self):
        self.close("=1+1", ref='+49')
        sheet = openpyxl.load_workbook(self.write_file('xlsx')[0]).active
        cells = {header.value: cell for header, cell in zip(sheet[1], sheet[2], strict=True)}
        self.assertEqual((cells['Customer'].value, cells['Customer'].data_type), ('=1+1', 's'))
        self.assertEqual((cells['Customer Code'].value, cells['Amount'].value), ('+49', 1000))
        self.assertEqual(cells['Closed On'].value.date(), jan(20))

    def test_no_formula_in_csv(self):
        self.close("@SUM(1)")
        self.assertEqual(self.rows()[0]['Customer'], "'@SUM(1)")

    def test_day_of_the_company(self):
        self.company.dso_tz = 'Pacific/Auckland'  # noon in UTC is the next day there
        customer = self.create_customer()
        self.create_invoice(customer, jan(10), posted=jan(1))
        self.next_action(customer)._set_cancelled('person')
        self.close("Ready Mat")
        self.env.flush_all()
        rows = self.rows()
        self.assertEqual({row['Closed On'] for row in rows}, {'2027-01-21'})
        self.assertEqual({row['Closed At (UTC)'] for row in rows}, {'2027-01-20 12:00:00'})

    def test_as_the_list_shows_it(self):
        """What SQL writes is what the fields of the list show, in the user's language."""
        self.env['res.lang']._activate_lang('fr_FR')
        self.reader.lang = 'fr_FR'
        self.close(skip="Paid yesterday")
        customer = self.create_customer(vat='BE0477472701')
        self.create_invoice(customer, jan(10), posted=jan(1))
        self.next_action(customer)._set_cancelled('person')
        self.env.flush_all()
        self.env.invalidate_all()
        env = self.env(user=self.reader, context={'lang': 'fr_FR'})
        file = io.BytesIO()
        env['dso.history.export']._write_file(file, 'csv', [], 'id')
        lines = list(csv.reader(io.StringIO(file.getvalue().decode('utf-8-sig'), newline='')))
        actions = env['dso.action'].search([('state', 'in', ('done', 'cancelled'))], order='id')
        labels = dict(actions._fields['result']._description_selection(env))
        for action, line in zip(actions, lines[1:], strict=True):
            self.assertEqual(line[4], action.display_name)
            self.assertEqual(line[8], str(action.day))
            self.assertEqual(line[11], labels[action.result])
            self.assertEqual(line[18], action.remark)

    def test_as_filtered_and_sorted(self):
        for name in ("Azure", "Brown", "Cyan"):
            self.close(name)
        order = 'customer_id desc'
        names = [row['Customer'] for row in self.rows(order=order)]
        self.assertEqual(names, ["Cyan", "Brown", "Azure"])
        names = [row['Customer'] for row in self.rows([('customer_id', 'ilike', 'brown')])]
        self.assertEqual(names, ["Brown"])

    def test_open_actions_are_no_history(self):
        self.create_invoice(self.create_customer(), jan(10), posted=jan(1))
        self.plan()
        self.assertFalse(self.rows([('state', '=', 'planned')]))

    def test_reason_of_what_was_skipped(self):
        self.close(skip="Paid yesterday")
        [row] = self.rows()
        self.assertEqual((row['Outcome'], row['Remark']), ("Skipped", "Paid yesterday"))

    def test_dropped_by_nobody(self):
        customer = self.create_customer()
        invoice = self.create_invoice(customer, jan(10), posted=jan(1))
        self.next_action(customer).action_reschedule(jan(25))
        self.pay(customer, 1000, invoice)
        self.plan()
        [row] = self.rows()
        self.assertEqual((row['Outcome'], row['By']), ("Dropped", ''))

    def test_own_companies_alone(self):
        other = self.create_company("Elsewhere")
        stranger = self.create_user(
            'reader', login='elsewhere', company_id=other.id, company_ids=other.ids
        )
        self.close()
        self.assertFalse(self.rows(user=stranger))

    def test_message_as_it_was_sent(self):
        action = self.close()
        message = self.env['mail.message'].create(
            {
                'model': 'dso.customer',
                'res_id': action.customer_id.id,
                'subject': "Reminder",
                'body': "<p>Please pay <b>now</b>.</p>",
            }
        )
        vals = {'action_id': action.id, 'kind': 'email', 'mail_message_id': message.id}
        self.env['dso.action.message'].sudo().create(vals)
        sent = action.with_user(self.reader).sent_message_ids
        self.assertEqual((sent.subject, sent.body), (message.subject, message.body))
        arch = action.with_user(self.reader).get_view(view_type='form')['models']
        self.assertIn('body', arch['dso.action.message'])

    def test_portal_is_refused(self):
        portal = new_test_user(self.env, login='portal_export', groups='base.group_portal')
        with self.assertRaises(AccessError):
            self.write_file(user=portal)

    def test_queries_of_a_slice(self):
        """Twice as many rows in a slice take the same queries, twice as many slices twice."""
        for number in range(4):
            self.close(f"Customer {number}")
        first_two = [('customer_id.partner_id.name', 'in', ("Customer 0", "Customer 1"))]
        self.rows(first_two)  # what the registry reads once
        two, four = (self.queries(self.rows, domain) for domain in (first_two, []))
        self.assertEqual(two, four)
        with patch.object(dso_history_export, 'SLICE', 2):
            self.assertLess(self.queries(self.rows), 2 * four)


@tagged('post_install', '-at_install')
class TestHistoryExportRoute(HttpCase):
    """Who may fetch the file, and how."""

    def fetch(self, login, extension='csv', token=True, **params):
        self.authenticate(login, login)
        data = {'domain': [], 'order': '', 'companies': [], **params}
        form = {'data': json.dumps(data)}
        if token:
            form['csrf_token'] = http.Request.csrf_token(self)
        return self.url_open(f'/dso_collection/history/{extension}', data=form)

    def create_user(self, login, group):
        return new_test_user(self.env, login=login, groups=group)

    def test_reader_fetches(self):
        self.create_user('reader_export', 'dso_collection.group_dso_reader')
        for extension, start in (('csv', b'\xef\xbb\xbf"Customer Code"'), ('xlsx', b'PK')):
            response = self.fetch('reader_export', extension)
            self.assertEqual(response.status_code, 200)
            self.assertTrue(response.content.startswith(start))
            self.assertIn(f'.{extension}', response.headers['Content-Disposition'])

    @mute_logger('odoo.http')
    def test_others_are_refused(self):
        self.create_user('portal_export', 'base.group_portal')
        self.create_user('employee_export', 'base.group_user')
        for login in ('portal_export', 'employee_export'):
            self.assertEqual(self.fetch(login).status_code, 403)

    @mute_logger('odoo.http')
    def test_token_is_asked_for(self):
        self.create_user('reader_export', 'dso_collection.group_dso_reader')
        self.assertEqual(self.fetch('reader_export', token=False).status_code, 400)

    @mute_logger('odoo.http')
    def test_public_is_sent_to_the_login(self):
        self.authenticate(None, None)
        response = self.url_open('/dso_collection/history/csv', data={'data': '{}'})
        self.assertNotIn(b'Customer Code', response.content)

    @mute_logger('odoo.http')
    def test_foreign_company_is_refused(self):
        self.create_user('reader_export', 'dso_collection.group_dso_reader')
        other = self.env['res.company'].create({'name': "Elsewhere"})
        response = self.fetch('reader_export', companies=other.ids)
        self.assertEqual(response.status_code, 500)
        self.assertIn('AccessError', response.text)

    @mute_logger('odoo.http')
    def test_nonsense_is_refused(self):
        self.create_user('reader_export', 'dso_collection.group_dso_reader')
        self.assertEqual(self.fetch('reader_export', 'exe').status_code, 404)
        form = {'data': 'nonsense', 'csrf_token': http.Request.csrf_token(self)}
        response = self.url_open('/dso_collection/history/csv', data=form)
        self.assertEqual(response.status_code, 400)


@tagged('post_install', '-at_install')
class TestHistoryExportTour(AgendaTourCase):
    """The button of the history hands out what the list shows."""

    def test_export_as_filtered(self):
        actions = self.env['dso.action'].search([('mode', '=', 'manual')])
        actions.with_user(self.collector).action_complete()
        self.start_tour(
            '/odoo/collection-history', 'dso_collection_history_export', login='manager'
        )
