"""What the benchmark measures inside Odoo's Python; prints one JSON object.

`python bench/inside.py CONFIG COMMAND [ARGUMENT…]`
"""

import json
import statistics
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'tools'))

from devenv.inside import environment

AGGREGATE = """
    SELECT l.partner_id, SUM(l.amount_residual)
    FROM account_move_line l
    JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
    WHERE l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
    GROUP BY l.partner_id
"""
DOCUMENTS = 200
RULES = 20
HISTORY = 100_000
WARM_UP = 10
TURNS = 3  # of all documents in one transaction


def clock(function, repeat=1):
    """Median seconds of calls."""
    times = []
    for _i in range(repeat):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


@contextmanager
def counted(env, result, name):
    before = env.cr.sql_log_count
    yield
    result[name] = env.cr.sql_log_count - before


def fill(env, count):
    import generate

    seconds = clock(lambda: generate.fill(env, int(count)))
    return {'fill': seconds}


def prepare(env):
    """Give every account a scenario, as a running company has it."""
    from odoo import Command

    template = env['mail.template'].create(
        {
            'name': "Reminder",
            'model_id': env['ir.model']._get_id('dso.action'),
            'subject': "Reminder",
            'body_html': "<p>Please pay.</p>",
        }
    )
    steps = [(-5, 'email'), (3, 'email'), (10, 'call'), (20, 'email'), (35, 'registered_letter')]
    scenario = env['dso.scenario'].create(
        {
            'name': "Benchmark",
            'step_ids': [
                Command.create(
                    {
                        'name': f'{action_type} {delay}',
                        'delay': delay,
                        'action_type': action_type,
                        'mode': 'automatic_confirm' if action_type == 'email' else 'manual',
                        'mail_template_id': template.id,
                    }
                )
                for delay, action_type in steps
            ],
        }
    )
    env['res.company'].search([]).write({'dso_scenario_id': scenario.id})
    env.cr.commit()
    return {}


def plan(env):
    """Full plans against the bare aggregate, taken alternately in one run."""
    result = {'first': clock(env['dso.customer']._plan_all)}
    series = {'aggregate': [], 'full': [], 'idle': []}
    for _round in range(7):
        forget(env)
        vacuum(env)
        series['aggregate'].append(clock(lambda: (env.cr.execute(AGGREGATE), env.cr.fetchall()), 3))
        env.cr.commit()
        with counted(env, result, 'full_queries'):
            series['full'].append(clock(env['dso.customer']._plan_all))
        env.cr.commit()
        with counted(env, result, 'idle_queries'):
            series['idle'].append(clock(env['dso.customer']._plan_all))
        env.cr.commit()
    result.update({name: statistics.median(times) for name, times in series.items()})
    env.cr.execute('SELECT COUNT(*) FROM dso_customer')
    result['customers'] = env.cr.fetchone()[0]
    env.cr.execute("SELECT COUNT(*) FROM dso_action WHERE state = 'planned'")
    result['actions'] = env.cr.fetchone()[0]
    return result


def assign(env):
    """Twenty rules over all customer accounts: by night, again, by hand; and a mass change."""
    env['dso.customer']._plan_all()
    env.cr.commit()
    customers = env['dso.customer'].search([])
    users = env['res.users'].create(
        [{'name': f'Collector {n}', 'login': f'bench{n}'} for n in range(RULES // 2)]
    )
    scenarios = env['dso.scenario'].create([{'name': f'Scenario {n}'} for n in range(RULES // 2)])
    rules = env['dso.assignment.rule'].create(
        [
            # Each takes its share of the codes, the last whoever is left.
            {
                'company_id': env.company.id,
                'name': f'{kind} {n}',
                'kind': kind,
                f'{kind}_id': value.id,
                'domain': repr([('code', '=like', f'%{n}')] if n + 1 < len(values) else []),
            }
            for kind, values in (('collector', users), ('scenario', scenarios))
            for n, value in enumerate(values)
        ]
    )
    env.cr.commit()
    result = {'customers': len(customers)}
    company = env.company

    def night():
        rules._run_company(company)
        env.flush_all()

    with counted(env, result, 'first_queries'):
        result['first'] = clock(night)
    env.cr.commit()
    with counted(env, result, 'idle_queries'):
        result['idle'] = clock(night)
    env.cr.commit()
    values = {'collector_id': users[0].id, 'scenario_id': scenarios[0].id}
    with counted(env, result, 'mass_queries'):
        result['mass'] = clock(lambda: customers._assign(values, note="Mass change"))
    env.cr.commit()
    silent = customers.with_context(tracking_disable=True)
    values = {'collector_id': users[1].id, 'scenario_id': scenarios[1].id}
    with counted(env, result, 'silent_queries'):
        result['silent'] = clock(lambda: silent._assign(values))
    env.cr.commit()
    result['preview'] = clock(rules.filtered(lambda rule: rule.name == 'collector 9').action_run)
    env.cr.commit()
    return result


def export(env):
    """Write a long history to files: seconds, queries, and peak of the memory of Python objects."""
    env['dso.customer']._plan_all()
    env.cr.execute(
        """INSERT INTO dso_action (customer_id, company_id, origin, scenario_id, step_id, name,
            step_delay, action_type, mode, leader_move_id, leader_number, leader_due, amount,
            date_planned, recipient, state, outcome, date_done, day_done, done_by_id, note,
            create_date, write_date)
        SELECT customer_id, company_id, origin, scenario_id, step_id, name, step_delay,
            action_type, mode, leader_move_id, leader_number, leader_due, amount, date_planned,
            recipient, 'done', 'done', write_date, write_date::date, %s, 'They will pay.',
            create_date, write_date
        FROM dso_action, generate_series(1, %s) LIMIT %s""",
        [env.uid, HISTORY, HISTORY],
    )
    vacuum(env)
    result = {}
    for extension in ('csv', 'xlsx'):
        for name, count in (('half', HISTORY // 2), ('full', HISTORY)):
            result[f'{extension}_{name}'] = _export(env, extension, count)
    return result


def _export(env, extension, count):
    import resource
    import tempfile

    ids = env['dso.action'].search([('state', '=', 'done')], limit=count, order='id').ids
    limit = [('id', '<=', ids[-1])]
    env.invalidate_all()
    figures = {}
    with tempfile.TemporaryFile() as file, counted(env, figures, 'queries'):
        figures['seconds'] = clock(
            lambda: env['dso.history.export']._write_file(file, extension, limit)
        )
        figures['rows'], figures['bytes'] = count, file.tell()
    figures['megabytes'] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return figures


def forget(env):
    """Undo every plan, so that the next one has everything to write again."""
    env.cr.execute('DELETE FROM dso_action')
    env.cr.execute('UPDATE dso_position SET balance = 0, plan_step_id = NULL, reason = NULL')


def vacuum(env):
    """Do what a running server does by itself between two nights, outside of any transaction."""
    env.cr.commit()
    with env.registry.cursor() as cr:
        cr.connection.autocommit = True
        cr.execute('VACUUM ANALYZE')


def credit_control(env):
    """One run of OCA's credit control over the same items."""
    policy = env.ref('account_credit_control.credit_control_3_time')
    accounts = env['account.account'].search([('account_type', '=', 'asset_receivable')])
    policy.write({'account_ids': [(6, 0, accounts.ids)], 'company_id': env.company.id})
    env.company.credit_policy_id = policy
    run = env['credit.control.run'].create(
        {'date': env['res.company']._fields and time.strftime('%Y-%m-%d'), 'policy_ids': policy.ids}
    )
    env.cr.commit()
    result = {}
    with counted(env, result, 'queries'):
        result['seconds'] = clock(run.generate_credit_lines)
    result['lines'] = len(run.line_ids)
    env.cr.rollback()
    return result


def documents(env, partner_ids):
    from odoo import Command, fields

    today = fields.Date.today()
    moves = env['account.move'].create(
        [
            {
                'move_type': 'out_invoice',
                'partner_id': partner_id,
                'invoice_date': today,
                'invoice_date_due': today,
                'invoice_payment_term_id': False,
                'invoice_line_ids': [
                    Command.create({'name': "Work", 'price_unit': 150.0, 'tax_ids': False})
                ],
            }
            for partner_id in partner_ids
        ]
    )
    env.cr.commit()
    return moves


def posting(env, other):
    """Post and pay beside a database without the addon; seconds of each there and here.

    Documents take turns between the two databases, so that whatever else the machine does falls on
    both alike.

    :param str other: name of the database without the addon
    """
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry

    with Registry(other).cursor() as cursor:
        bare = Environment(cursor, SUPERUSER_ID, {})
        pair = {'without': bare, 'with': env}
        result = {}
        for count in (WARM_UP, DOCUMENTS):
            moves = {name: invoices(each_env, count) for name, each_env in pair.items()}
            for kind, function in (('post_each', post), ('pay_each', pay)):
                result[kind] = one_by_one(moves, function)
        return {**result, **together(pair)}


def invoices(env, count=DOCUMENTS):
    """Draft invoices for as many customers."""
    env.cr.execute("SELECT id FROM res_partner WHERE ref LIKE 'C0%%' ORDER BY id LIMIT %s", [count])
    return documents(env, [row[0] for row in env.cr.fetchall()])


def one_by_one(moves, function):
    """Total seconds of one transaction per document, for each database."""
    times = dict.fromkeys(moves, 0)
    for pair in zip(*moves.values(), strict=True):
        for name, move in zip(moves, pair, strict=True):
            times[name] += clock(lambda: (function(move), move.env.cr.commit()))  # noqa: B023
            move.env.invalidate_all()
    return times


def together(pair):
    """Median seconds of one transaction for all documents, for each database.

    The databases take turns in who comes first: what else the machine does changes slowly.
    """
    times = {kind: {name: [] for name in pair} for kind in ('post_all', 'pay_all')}
    for turn in range(TURNS):
        names = sorted(pair, reverse=bool(turn % 2))
        moves = {name: invoices(pair[name]) for name in names}
        for kind, function in (('post_all', post), ('pay_all', pay)):
            for name, drafts in moves.items():
                seconds = clock(lambda: (function(drafts), drafts.env.cr.commit()))  # noqa: B023
                times[kind][name].append(seconds)
                drafts.env.invalidate_all()
    return {
        kind: {name: statistics.median(each) for name, each in by_name.items()}
        for kind, by_name in times.items()
    }


def post(moves):
    moves.action_post()


def pay(moves):
    moves.env['account.payment.register'].with_context(
        active_model='account.move', active_ids=moves.ids
    ).create({'group_payment': False})._create_payments()


def agenda(env, count):
    """The first page of the agenda and that of the invoices, with a number of open actions."""
    import pages

    user = pages.fill(env, int(count))
    vacuum(env)
    return pages.measure(env, user)


def screens(env, count):
    """The first page of every list, with a number of invoices, each of another customer, and of
    accounts in alerts."""
    import alerts
    import generate
    import pages

    generate.scatter(env)
    pages.fill(env, int(count))
    alerts.create(env)._refresh()
    env.company.dso_started_on = '2026-01-01'
    vacuum(env)
    manager = env['res.users'].create(
        {
            'name': "Manager",
            'login': 'screens',
            'group_ids': [
                *env.ref('dso_collection.group_dso_manager').ids,
                *env.ref('account.group_account_manager').ids,
            ],
        }
    )
    return pages.measure_all(env, manager)


def figures(env):
    """The portfolio of past days and the figures of months, each invoice of another customer."""
    import generate

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


def alerts(env, count):
    """A hundred alerts over many customer accounts, against one bare scan of the accounts."""
    import alerts as measured

    return measured.measure(env, int(count), clock, counted, vacuum)


def preview(env):
    """Thirty coming days of a company in which some hundred actions come up a day."""
    import preview as measured

    return measured.measure(env, clock, counted, vacuum)


COMMANDS = {
    'agenda': agenda,
    'alerts': alerts,
    'fill': fill,
    'prepare': prepare,
    'plan': plan,
    'assign': assign,
    'credit_control': credit_control,
    'export': export,
    'figures': figures,
    'posting': posting,
    'screens': screens,
    'preview': preview,
}

if __name__ == '__main__':
    with environment(sys.argv[1]) as opened:
        print(json.dumps(COMMANDS[sys.argv[2]](opened, *sys.argv[3:])))
