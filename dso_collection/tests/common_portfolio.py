"""Companies whose books are filled with random portfolios."""

from dataclasses import dataclass

from odoo import Command

from .common import CollectionCase


@dataclass
class Books:
    """Where the items of one root company are booked."""

    company: object
    company_ids: list
    accounts: dict
    journals: dict


class PortfolioCase(CollectionCase):
    """A company with a branch, and another one, with accounts and journals of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        branch = cls.env['res.company'].create({'name': "Branch", 'parent_id': cls.company.id})
        other = cls.env['res.company'].create({'name': "Other", 'currency_id': cls.usd.id})
        cls.env.user.company_ids += branch + other
        cls.books = [
            cls._create_books(cls.company, [cls.company.id, cls.company.id, branch.id]),
            cls._create_books(other, [other.id]),
        ]

    @classmethod
    def _create_books(cls, company, company_ids):
        def account(code, account_type, **vals):
            vals.update(name=code, code=code, account_type=account_type, reconcile=True)
            vals['company_ids'] = [Command.set(company.ids)]
            return cls.env['account.account'].with_company(company).create(vals).id

        journals = {
            kind: cls.env['account.journal']
            .create({'name': kind, 'code': f'X{kind[:3]}', 'type': kind, 'company_id': company.id})
            .id
            for kind in ('sale', 'general', 'bank')
        }
        accounts = {
            'trade': account('X1', 'asset_receivable'),
            'non_trade': account('X2', 'asset_receivable', non_trade=True),
            'other': account('X3', 'asset_current'),
        }
        return Books(company, company_ids, accounts, journals)
