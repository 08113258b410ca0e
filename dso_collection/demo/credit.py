"""Credit limits and guarantees of the demo."""

from datetime import timedelta

INSURER = "Boreal Credit Insurance"

#: Customer code → limit and guarantees; days of the end count from today.
CREDIT = {
    'C1002': {'credit_limit': 20_000, 'guarantee_permanent': 15_000},
    'C1004': {'credit_limit': 5_000, 'guarantee_permanent': 4_000},
    'C1005': {'credit_limit': 30_000, 'guarantee_permanent': 20_000},
    'C1012': {
        'credit_limit': 10_000,
        'guarantee_permanent': 5_000,
        'guarantee_temporary': 5_000,
        'guarantee_temporary_until': -12,
    },
    'C1016': {'guarantee_other': 2_500, 'guarantee_other_until': 60},
    'C1053': {'credit_limit': 40_000, 'guarantee_permanent': 25_000},
}


def give(env, company, today):
    """Give customers of a company what :data:`CREDIT` says, and look at the alerts."""
    company.account_use_credit_limit = True
    customers = env['dso.customer'].search(
        [('company_id', '=', company.id), ('code', 'in', list(CREDIT))]
    )
    for number, customer in enumerate(customers.sorted('code')):
        values = {
            name: today + timedelta(days=value) if name.endswith('_until') else value
            for name, value in CREDIT[customer.code].items()
        }
        if 'guarantee_permanent' in values:
            values |= {'insurer': INSURER, 'policy_number': f'BCI-2204-{number + 17:03}'}
        customer.write(values)
    env['dso.alert'].search([])._refresh()
