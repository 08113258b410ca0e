"""The two companies of the demo, their people and their settings."""

from datetime import timedelta

from odoo import Command

from . import customers as data
from . import logo

#: Login and password, what it is for: shown by whoever serves the demo.
LOGINS = [
    ('collector', 'collector', "Camille, collector of the customers in the south and west"),
    ('collector2', 'collector2', "Jonas, collector of all others; works in French"),
    ('manager', 'manager', "Ingrid, collection manager: scenarios, settings, everybody's agenda"),
    ('accountant', 'accountant', "Tom, accountant: sees collection and changes nothing"),
    ('admin', 'admin', "administrator"),
]

#: Login → name, language, telephone, groups.
USERS = {
    'collector': (
        "Camille Aubry",
        'en_US',
        '+33 1 99 00 12 01',
        ('dso_collection.group_dso_collector',),
    ),
    'collector2': (
        "Jonas Lindner",
        'fr_FR',
        '+33 1 99 00 12 02',
        ('dso_collection.group_dso_collector',),
    ),
    'manager': (
        "Ingrid Solheim",
        'en_US',
        '+33 1 99 00 12 00',
        ('dso_collection.group_dso_manager',),
    ),
    'accountant': (
        "Tom Okafor",
        'en_US',
        '+33 1 99 00 12 03',
        ('dso_collection.group_dso_reader', 'account.group_account_readonly'),
    ),
}

#: US dollars for one euro, from the oldest month to the last.
# fmt: off
DOLLARS = (
    1.082, 1.091, 1.104, 1.098, 1.087, 1.079, 1.085, 1.094, 1.112, 1.118,
    1.126, 1.131, 1.122, 1.117, 1.109, 1.114, 1.121, 1.128, 1.135,
)
# fmt: on

EUROPE = {
    'name': "Lumora SAS",
    'street': "18 rue des Verriers",
    'zip': '69007',
    'city': "Lyon",
    'phone': '+33 1 99 00 12 00',
    'email': 'hello@lumora.example',
    'website': 'https://lumora.example',
}
AMERICA = {
    'name': "Lumora North America Inc.",
    'street': "210 Summer Street",
    'zip': '02110',
    'city': "Boston",
    'phone': '+1 617 555 0100',
    'email': 'hello@lumora-na.example',
    'website': 'https://lumora.example',
}


def set_up(env, today):
    """Return the European and the American company, ready to invoice.

    :param date today: the day up to which currency rates are needed
    """
    # Otherwise Odoo installs the localisations of both countries, half a minute for nothing.
    env = env(context={**env.context, 'install_mode': True})
    euro, dollar = env.ref('base.EUR'), env.ref('base.USD')
    (euro | dollar).active = True
    env['res.currency.rate'].create(
        [
            {
                'name': today - timedelta(days=30 * (len(DOLLARS) - month)),
                'currency_id': dollar.id,
                'rate': rate,
                'company_id': False,
            }
            for month, rate in enumerate(DOLLARS)
        ]
    )
    europe = _set_up_europe(env, euro)
    america = _set_up_america(env, dollar)
    env.user.company_ids |= america
    return europe, america


def _set_up_europe(env, euro):
    """Make a French company of the one that every database begins with."""
    europe, france = env.company, env.ref('base.fr')
    europe.write(
        {
            **EUROPE,
            'logo': logo.draw("lumora"),
            **_not_enriched(env),
            'country_id': france.id,
            'account_fiscal_country_id': france.id,
            'currency_id': euro.id,
        }
    )
    own = [('company_id', '=', europe.id)]
    env['account.tax.group'].search(own).country_id = france
    env['account.tax'].search(own).country_id = france
    env['account.fiscal.position'].search([*own, ('country_id', '!=', False)]).country_id = france
    europe.account_sale_tax_id.amount = 20
    for code, _name in env['res.lang'].get_installed():
        europe.account_sale_tax_id.with_context(lang=code).name = "20%"
    europe.dso_tz = 'Europe/Paris'
    europe.dso_late_policy_id = _create_late_policy(env, euro)
    return europe


def _create_late_policy(env, euro):
    """Create the policy of a contract; the ready ones wait for the rates of the day."""
    return env['dso.late.policy'].create(
        {
            'name': "Terms of sale: 12 % a year",
            'description': "Rate of our terms of sale, and the legal EUR 40 for each invoice.",
            'currency_id': euro.id,
            'rate_ids': [
                Command.create({'date_from': '2020-01-01', 'percent': 12, 'source': "Contract"})
            ],
            'compensation_ids': [Command.create({'from_amount': 0, 'amount': 40})],
        }
    )


def _not_enriched(env):
    """Values that keep Odoo from asking its online directory about companies that do not exist."""
    if 'iap_enrich_auto_done' not in env['res.company']._fields:
        return {}
    return {'iap_enrich_auto_done': True}


def _set_up_america(env, dollar):
    america = env['res.company'].create(
        {
            **AMERICA,
            'logo': logo.draw("lumora na"),
            **_not_enriched(env),
            'country_id': env.ref('base.us').id,
            'state_id': env.ref('base.state_us_34').id,
            'currency_id': dollar.id,
            'dso_tz': 'America/New_York',
        }
    )
    env['account.chart.template'].try_loading('generic_coa', america, install_demo=False)
    return america


def hire(env, companies):
    """Create the users of the demo; return them by login.

    :rtype: dict
    """
    users = (
        env['res.users']
        .with_context(no_reset_password=True)
        .create(
            [
                {
                    'name': name,
                    'login': login,
                    'password': login,
                    'email': f'{name.split()[0].lower()}@lumora.example',
                    'phone': phone,
                    'lang': lang,
                    'tz': 'Europe/Paris',
                    'company_id': companies[0].id,
                    'company_ids': [Command.set(companies.ids)],
                    'group_ids': [Command.set([env.ref(group).id for group in groups])],
                }
                for login, (name, lang, phone, groups) in USERS.items()
            ]
        )
    )
    env.ref('base.user_admin').company_ids |= companies
    return dict(zip(USERS, users, strict=True))


def create_partners(env, customers):
    """Create the contacts of customers, with the contacts below them; return them by code.

    :rtype: dict
    """
    countries = env['res.country'].search([('code', 'in', list(data.COUNTRIES))])
    country_ids = {country.code: country.id for country in countries}
    partners = env['res.partner'].create(
        [
            {**data.partner_values(customer), 'country_id': country_ids[customer.country]}
            for customer in customers
        ]
    )
    by_code = {partner.ref: partner for partner in partners}
    known = {customer.code: customer for customer in customers}
    env['res.partner'].create(
        [
            {**data.contact_values(known[code], *values), 'parent_id': by_code[code].id}
            for code, *values in data.CONTACTS
        ]
    )
    return by_code
