"""A hundred alerts over many customer accounts, beside one bare scan of the accounts."""

import statistics

import generate
from odoo.tools import SQL

ALERTS = 100
AUTHORS = 4

SCAN = """
    SELECT COUNT(*), SUM(p.overdue), MIN(p.oldest_due_date), MAX(p.last_contact_date)
    FROM dso_customer c JOIN dso_position p ON p.id = c.position_id
"""


def fill(env, count):
    """Insert customer accounts with figures, spread so that neighbours differ."""
    partner = env['res.partner'].create({'name': "Template"})
    ids = generate._partners(env, partner, {'customers': count})
    env.cr.execute(
        """WITH pos AS (
            INSERT INTO dso_position (partner_id, company_id, balance, overdue, not_due,
                unallocated, bucket_older, oldest_due_date, last_contact_date, reason)
            SELECT id, %(company)s, amount, amount, 0, 0, 0,
                %(today)s::date - (id * 31 %% 200)::int, %(today)s::date - (id * 7 %% 90)::int,
                'planned'
            FROM (SELECT id, id::bigint * 104729 %% 20000 AS amount
                FROM unnest(%(ids)s) AS id) source
            RETURNING id, partner_id
        )
        INSERT INTO dso_customer (position_id, partner_id, company_id, guarantee_permanent)
        SELECT id, partner_id, %(company)s, partner_id %% 5 * 1000 FROM pos""",
        {'ids': ids, 'company': env.company.id, 'today': env.company._dso_today()},
    )
    env.cr.execute('ANALYZE dso_customer, dso_position')
    env.cr.commit()
    env.invalidate_all()


def create(env):
    """Alerts of all kinds, each with some hundreds or thousands of members, by several people."""
    users = env['res.users'].create(
        [
            {
                'name': f'Author {n}',
                'login': f'author{n}',
                'group_ids': [(4, env.ref('dso_collection.group_dso_manager').id)],
            }
            for n in range(AUTHORS)
        ]
    )
    env['dso.alert'].search([]).unlink()
    alerts = env['dso.alert']
    for n in range(ALERTS):
        vals = {'name': f'Alert {n}', 'domain': repr(criteria(n)), 'is_shared': True}
        alerts += alerts.with_user(users[n % AUTHORS]).create(vals).with_env(env)
    env.cr.commit()
    return alerts


def criteria(n):
    """Criteria number `n`: ten kinds, ten thresholds."""
    kind, step = n % 10, n // 10
    amount = 18_000 + 150 * step
    return (
        [('overdue', '>', amount)],
        [('overdue', '>', amount), ('last_contact_date', '<', f'today -{30 + step}d')],
        [('oldest_due_date', '<', f'today -{185 + step}d')],
        [('unsecured', '>', amount)],
        [('exposure', '>', amount), ('guarantee_amount', '=', 0)],
        [('overdue', '>', amount), ('action_ids', 'not any', [('state', '=', 'done')])],
        [('promise_ids', 'any', [('state', '=', 'broken')]), ('overdue', '>', step)],
        [('open_line_ids', 'any', [('amount_residual', '>', 1900 + step)])],
        [('code', '=like', f'C%{step}7'), ('overdue', '>', 5000)],
        ['|', ('collector_id', '!=', False), ('overdue', '>', amount)],
    )[kind]


def change(env, number, overdue):
    """Let one account in fifty owe more, and another pay everything.

    :param int number: which ones
    :param str overdue: SQL of what the ones owe then
    """
    for rest, amount in ((number, overdue), (number + 25, '0')):
        env.cr.execute(
            f'UPDATE dso_position SET overdue = {amount}, balance = {amount}'
            ' WHERE MOD(id, 50) = %s',
            [rest],
        )
    env.cr.execute('CREATE TEMP TABLE known AS SELECT alert_id, customer_id FROM dso_alert_account')
    env.cr.commit()
    env.invalidate_all()


def changes(env):
    """Return how many members have left and entered since the last :func:`change`."""
    [[count]] = env.execute_query(
        SQL(
            """SELECT COUNT(*) FROM known FULL JOIN dso_alert_account USING (alert_id, customer_id)
            WHERE known.* IS NULL OR dso_alert_account.id IS NULL"""
        )
    )
    env.cr.execute('DROP TABLE known')
    return count


def measure(env, count, clock, counted, vacuum):
    """Refreshes, squares and counts; seconds, and the number of queries of some."""
    fill(env, count)
    alerts = create(env)
    vacuum(env)
    result = {'alerts': len(alerts), 'members': env['dso.alert.account'].search_count([])}

    def refresh():
        alerts._refresh()
        env.cr.commit()

    refresh()
    series = {'scan': [], 'idle': []}
    for _round in range(5):
        series['scan'].append(clock(lambda: (env.cr.execute(SCAN), env.cr.fetchall()), 3))
        with counted(env, result, 'idle_queries'):
            series['idle'].append(clock(refresh))
    result.update({name: statistics.median(times) for name, times in series.items()})
    # A night: some owe a thousand more. A flood: the same number enter some forty alerts each.
    for number, (name, overdue) in enumerate({'night': 'overdue + 1000', 'flood': '19900'}.items()):
        change(env, number, overdue)
        result[name] = clock(refresh)
        result[f'{name}_changes'] = changes(env)
    customers = env['dso.customer'].search([('alert_ids', '!=', False)], limit=80)
    env.invalidate_all()
    with counted(env, result, 'squares_queries'):
        result['squares'] = clock(lambda: customers.web_read({'alerts': {}}))
    env.invalidate_all()
    result['counts'] = clock(lambda: alerts[:80].web_read({'customer_count': {}}))
    return result
