"""Vocabulary of the tours: people, scenarios and late customers in a browser."""

from datetime import timedelta

from odoo import Command
from odoo.tests import HttpCase, new_test_user


class TourCase(HttpCase):
    """A browser and its people; on the real clock, which the browser shares."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.dso_tz = 'UTC'  # as that of the people and of the browser
        cls.today = cls.company._dso_today()

    @classmethod
    def create_person(cls, role, name, login=None):
        """A user who is ``collector`` or ``manager``, and logs in as such or as ``login``."""
        login = login or role
        return new_test_user(
            cls.env,
            login=login,
            groups=f'dso_collection.group_dso_{role}',
            name=name,
            email=f'{login}@example.com',
            tz='UTC',
            lang='en_US',
        )

    @classmethod
    def create_late_customer(cls, name, amount=1000, **vals):
        """The customer account of a new customer with an invoice that is twelve days late."""
        partner = cls.env['res.partner'].create({'name': name, **vals})
        line = {'name': "Work", 'price_unit': amount, 'tax_ids': False}
        cls.env['account.move'].create(
            {
                'move_type': 'out_invoice',
                'partner_id': partner.id,
                'invoice_date': cls.today - timedelta(days=30),
                'invoice_date_due': cls.today - timedelta(days=12),
                'invoice_payment_term_id': False,
                'invoice_line_ids': [Command.create(line)],
            }
        ).action_post()
        return cls.env['dso.customer']._get_or_create(partner, cls.company)


class AgendaTourCase(TourCase):
    """Three customers with late actions, a manager and a collector."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_person('manager', "Mona Manager")
        cls.collector = cls.create_person('collector', "Carl Collector")
        template = cls.env['mail.template'].create(
            {
                'name': "Reminder",
                'model_id': cls.env['ir.model']._get_id('dso.action'),
                'subject': "Reminder",
                'body_html': "<p>Please pay.</p>",
            }
        )
        call = cls.create_scenario({'name': "Reminder call", 'action_type': 'call'})
        email = cls.create_scenario(
            {
                'name': "Reminder email",
                'action_type': 'email',
                'mode': 'automatic_confirm',
                'mail_template_id': template.id,
            }
        )
        cls.create_late("Azure Interior", call)
        cls.create_late("Azure Exterior", email)
        cls.create_late("Ready Mat", call)

    @classmethod
    def create_scenario(cls, step):
        vals = {'name': step['name'], 'step_ids': [Command.create({'delay': 3, **step})]}
        return cls.env['dso.scenario'].create(vals)

    @classmethod
    def create_late(cls, name, scenario):
        customer = cls.create_late_customer(name, email='pay@example.com')
        customer.write({'scenario_id': scenario.id, 'collector_id': cls.collector.id})
        customer._plan()
