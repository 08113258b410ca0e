"""Who sees the portfolio and the figures of which company."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import jan
from .common_figures import FigureCase


class TestRights(FigureCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.go_to(cls.FIRST_DAY)
        cls.second = cls.create_company("Second")
        for company in (cls.company, cls.second):
            customer = cls.create_customer(company.name, company=company)
            cls.create_invoice(customer, jan(2), 100, posted=jan(-20))

    def setUp(self):
        super().setUp()
        self.end_day()
        self.plan()
        self.env.flush_all()

    def models(self, user):
        return [
            self.env[name].with_user(user) for name in ('dso.snapshot', 'dso.figure', 'dso.ageing')
        ]

    def test_company(self):
        for role in ('reader', 'collector', 'manager'):
            user = self.create_user(
                role, login=role, company_id=self.second.id, company_ids=self.second.ids
            )
            for model in self.models(user):
                with self.subTest(role=role, model=model._name):
                    self.assertEqual(model.search([]).company_id, self.second)

    def test_branch(self):
        branch = self.create_company("Branch", parent_id=self.second.id)
        user = self.create_user(
            'reader', login='branch', company_id=branch.id, company_ids=branch.ids
        )
        for model in self.models(user):
            self.assertEqual(model.search([]).company_id, self.second)
        self.env.invalidate_all()
        [cards] = self.env['dso.figure'].with_user(user).get_cards()
        self.assertEqual(cards['company'], "Second")

    def test_nobody_writes(self):
        for model in self.models(self.create_user('manager', login='boss'))[:2]:
            with self.subTest(model=model._name):
                for change in (
                    lambda model=model: model.search([], limit=1).write({'overdue': 1}),
                    lambda model=model: model.create({'company_id': self.company.id}),
                    lambda model=model: model.search([], limit=1).unlink(),
                ):
                    with self.assertRaises(AccessError):
                        change()

    def test_portal(self):
        portal = new_test_user(self.env, 'portal@example.com', groups='base.group_portal')
        for model in self.models(portal):
            with self.assertRaises(AccessError):
                model.search([])

    def test_currencies_are_never_mixed(self):
        europe = self.create_company("Europe", currency_id=self.eur.id)
        europe.currency_id = self.eur
        self.create_invoice(self.create_customer("Euro", company=europe), jan(2), 100)
        self.plan()
        self.end_day()
        for name in ('dso.snapshot', 'dso.ageing'):
            measure = 'amount' if name == 'dso.ageing' else 'balance'
            model = self.env[name].with_context(allowed_company_ids=[self.company.id, europe.id])
            [(total,)] = model._read_group([], [], [f'{measure}:sum'])
            self.assertFalse(total)
            groups = model._read_group([], ['company_id'], [f'{measure}:sum'])
            self.assertTrue(all(total for _company, total in groups))
