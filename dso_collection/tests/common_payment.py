"""Vocabulary of the tests of online payment."""

from odoo import Command

from .common import CollectionCase, jan


def create_provider(env, company):
    """A provider that every visitor may use to pay a company; it takes no money."""
    form = env['ir.ui.view'].create(
        {'name': "Form", 'type': 'qweb', 'arch': "<form action='dummy' method='post'/>"}
    )
    method = env.ref('payment.payment_method_unknown')
    provider = env['payment.provider'].create(
        {
            'name': "Dummy Provider",
            'code': 'none',
            'state': 'test',
            'is_published': True,
            'company_id': company.id,
            'payment_method_ids': [Command.set(method.ids)],
            'redirect_form_view_id': form.id,
        }
    )
    method.active = True
    return provider


class PaymentCase(CollectionCase):
    """A customer with two overdue invoices and one that is not due, and a payment provider."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('en_US')
        cls.env['payment.provider'].search([]).is_published = False
        cls.provider = cls.create_provider(cls.company)
        cls.customer = cls.create_customer()
        cls.first = cls.create_invoice(cls.customer, jan(10), 1000, posted=jan(1))
        cls.second = cls.create_invoice(cls.customer, jan(15), 500, posted=jan(1))
        cls.later = cls.create_invoice(cls.customer, jan(30), 70, posted=jan(1))
        cls.other = cls.create_customer("Other Customer")
        cls.foreign = cls.create_invoice(cls.other, jan(12), 333, posted=jan(1))

    @classmethod
    def create_provider(cls, company):
        return create_provider(cls.env, company)

    def links(self, customer=None):
        customer = customer or self.customer
        return customer._get_payment_links()[customer.id]
