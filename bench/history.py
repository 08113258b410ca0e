"""How a long history is written to files."""

import resource
import tempfile

from measuring import clock, counted, vacuum

HISTORY = 100_000


def measure(env):
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
            result[f'{extension}_{name}'] = write(env, extension, count)
    return result


def write(env, extension, count):
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
