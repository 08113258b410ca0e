"""What the benchmark measures inside Odoo's Python; prints one JSON object.

`python bench/inside.py CONFIG COMMAND [ARGUMENT…]`
"""

import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'tools'))

from devenv.inside import environment
from measuring import clock, counted, vacuum

AGGREGATE = """
    SELECT l.partner_id, SUM(l.amount_residual)
    FROM account_move_line l
    JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
    WHERE l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
    GROUP BY l.partner_id
"""
RULES = 20


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


def forget(env):
    """Undo every plan, so that the next one has everything to write again."""
    env.cr.execute('DELETE FROM dso_action')
    env.cr.execute('UPDATE dso_position SET balance = 0, plan_step_id = NULL, reason = NULL')


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


def posting(env, other):
    """Posting and paying, with and without the addon."""
    import posting as measured

    return measured.measure(env, other)


def export(env):
    """A long history, written to files."""
    import history

    return history.measure(env)


def figures(env):
    """The portfolio of past days and the figures of months."""
    import figures as measured

    return measured.measure(env)


def alerts(env, count):
    """A hundred alerts over many customer accounts, against one bare scan of the accounts."""
    import alerts as measured

    return measured.measure(env, int(count), clock, counted, vacuum)


def preview(env):
    """Thirty coming days of a company in which some hundred actions come up a day."""
    import preview as measured

    return measured.measure(env)


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
