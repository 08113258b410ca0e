"""The portfolio of every day, and the figures of months that come from it."""

from datetime import timedelta

import generate
from measuring import clock, counted, vacuum


def measure(env):
    """The portfolio of past days and the figures of months, each invoice of another customer."""
    generate.scatter(env)
    # The generated ledger has paid invoices and nothing that paid them: one allocation for each.
    env.cr.execute(
        """INSERT INTO account_partial_reconcile (debit_move_id, credit_move_id, amount,
            debit_amount_currency, credit_amount_currency, debit_currency_id, credit_currency_id,
            company_id, max_date)
        SELECT l.id, other.id, l.balance, l.balance, l.balance, l.currency_id, l.currency_id,
            l.company_id, LEAST(l.date_maturity + l.id % 40, CURRENT_DATE)
        FROM account_move_line l
        JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
        JOIN account_move_line other ON other.move_id = l.move_id AND other.id <> l.id
        WHERE l.reconciled AND l.balance > 0"""
    )
    env['dso.customer']._plan_all()
    env.cr.commit()
    vacuum(env)
    company, snapshots = env.company, env['dso.snapshot']
    last_day = snapshots._get_last_day(company)
    spans = {
        'day': [last_day],
        'past': [last_day - timedelta(days=180)],
        'month': [last_day - timedelta(days=days) for days in range(31)],
    }
    result = {}
    for name, days in spans.items():
        with counted(env, result, f'{name}_queries'):
            result[name] = clock(lambda: snapshots._take(company, days))  # noqa: B023
        env.cr.commit()
    with counted(env, result, 'months_queries'):
        result['months'] = clock(lambda: env['dso.figure']._refresh(company))
    env.cr.execute('DELETE FROM dso_snapshot')
    with counted(env, result, 'history_queries'):
        result['history'] = clock(
            lambda: [env.cr.commit() for _done in snapshots._catch_up(company)]
        )
    env.cr.execute('SELECT COUNT(*), COUNT(DISTINCT day) FROM dso_snapshot')
    result['rows'], result['days'] = env.cr.fetchone()
    env.cr.execute('SELECT COUNT(*) FROM dso_customer')
    [result['customers']] = env.cr.fetchone()
    return result
