"""The preview of thirty days of a company that has collected for long, many actions a day."""

import statistics

import generate
from measuring import clock, counted, vacuum

DAYS = 30
ROUNDS = 3
MAILS_A_DAY = 500  # with the default cap so many customer accounts would wait for ever

#: What people and the scheduled action have done before today: the last step that each item has
#: reached. Each account has one item.
HISTORY = """
    WITH reached AS (
        SELECT a.id AS old_id, a.customer_id, a.company_id, a.scenario_id, a.leader_move_id,
            a.leader_due, a.recipient, st.id AS step_id, st.delay, st.action_type, st.mode
        FROM dso_action a
        JOIN LATERAL (
            SELECT * FROM dso_scenario_step st
            WHERE st.scenario_id = a.scenario_id AND a.leader_due + st.delay < %(today)s
            ORDER BY st.delay DESC LIMIT 1
        ) st ON TRUE
        WHERE a.state = 'planned' AND a.origin = 'scenario'
    ), done AS (
        INSERT INTO dso_action (customer_id, company_id, origin, scenario_id, step_id, step_delay,
            action_type, mode, leader_move_id, leader_due, recipient, state, outcome, is_contact,
            date_planned, date_done, day_done, create_date, write_date)
        SELECT customer_id, company_id, 'scenario', scenario_id, step_id, delay, action_type, mode,
            leader_move_id, leader_due, recipient, 'done', 'done', TRUE, leader_due + delay,
            leader_due + delay, leader_due + delay, leader_due + delay, leader_due + delay
        FROM reached RETURNING id, customer_id, leader_move_id, leader_due, step_delay
    )
    INSERT INTO dso_action_item (action_id, customer_id, move_id, due_date, is_leader,
        offset_counted)
    SELECT id, customer_id, leader_move_id, leader_due, TRUE, step_delay FROM done
"""


def fill(env):
    """Let each invoice be that of another customer, due in the weeks around today."""
    generate.scatter(env)
    params = {'today': env.company._dso_today()}
    env.cr.execute(
        """UPDATE account_move_line l
        SET date_maturity = %(today)s::date - ((m.sequence_number * 7919) %% 81 - 40)
        FROM account_move m
        WHERE m.id = l.move_id AND m.sequence_prefix = 'BENCH/' AND l.date_maturity IS NOT NULL""",
        params,
    )
    env.cr.execute(
        "UPDATE res_partner SET street = '1 Long Street', zip = '12345', city = 'Town',"
        " country_id = %s WHERE ref LIKE 'S%%'",
        [env.ref('base.us').id],
    )
    user = env.ref('base.user_admin')
    user.email = 'collector@example.com'
    scenario = env.company.dso_scenario_id
    scenario.step_ids.filtered(lambda step: step.action_type == 'email').mode = 'automatic'
    env.company.write(
        {
            'dso_collector_id': user.id,
            'dso_sender_id': user.id,
            'dso_started_on': '2020-01-01',
            'dso_daily_cap': MAILS_A_DAY,
        }
    )
    env['dso.customer']._plan_all()
    env.cr.execute(HISTORY, params)
    env.cr.execute("DELETE FROM dso_action WHERE state = 'planned'")
    env.invalidate_all()
    env['dso.customer']._plan_all()
    env['dso.assignment.rule']._run_company(env.company)
    env.cr.commit()


def measure(env):
    """Preview thirty days, with people and without; seconds, queries and what came up."""
    fill(env)
    vacuum(env)
    result = {'customers': env['dso.customer'].search_count([]), 'days': DAYS}
    found = {}

    def preview(by_hand):
        env.invalidate_all()
        found['events'], _reached = env['dso.rehearsal']._foresee(
            env.company, DAYS, by_hand=by_hand, seconds=3600
        )

    for name, by_hand in (('alone', False), ('by_hand', True)):
        with counted(env, result, f'{name}_queries'):
            times = [clock(lambda: preview(by_hand))]  # noqa: B023
        times += [clock(lambda: preview(by_hand)) for _round in range(1, ROUNDS)]  # noqa: B023
        result[name], result[f'{name}_events'] = statistics.median(times), len(found['events'])
    return result
