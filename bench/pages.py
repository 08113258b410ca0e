"""First pages: of the agenda beside Odoo's own invoice list, and of every list there is."""

import time
from statistics import median

from lxml import etree
from odoo.tools.safe_eval import safe_eval

ROUNDS = 15
PAGE = 80
COUNT_LIMIT = 10_001  # the web client counts no further
# Calls beside what the plan has proposed, up to a number of open actions.
MORE_ACTIONS = """
    INSERT INTO dso_action (customer_id, company_id, origin, name, action_type, mode, state, amount,
        leader_move_id, leader_line_id, leader_number, leader_due, collector_id,
        date_planned, create_uid, write_uid, create_date, write_date)
    SELECT customer_id, company_id, 'specific', name, 'call', 'manual', 'planned', amount,
        leader_move_id, leader_line_id, leader_number, leader_due, collector_id,
        date_planned + turn::int - 15, create_uid, write_uid, create_date, write_date
    FROM dso_action, generate_series(1, 1000) turn
    WHERE state = 'planned'
    LIMIT GREATEST(0, %s - (SELECT COUNT(*) FROM dso_action WHERE state = 'planned'))
"""


class Page:
    """What the web client asks for when it opens a list: the rows that fit, and how many there are.

    :param str action: external id of the window action
    :param more: further requests of the page, called with its domain
    """

    def __init__(self, env, action, more=None):
        action = env['ir.actions.act_window']._for_xml_id(action)
        self.model = env[action['res_model']]
        view_id = next((view for view, kind in action['views'] if kind == 'list'), False)
        views = self.model.get_views([(view_id, 'list')])
        arch = etree.fromstring(views['views']['list']['arch'])
        self.order = arch.get('default_order')
        fields = views['models'][self.model._name]['fields']
        self.specification = {
            node.get('name'): {'fields': {'display_name': {}}}
            if fields[node.get('name')].get('relation')
            else {}
            for node in arch.iterfind('.//field')
        }
        self.domain = safe_eval(action['domain'] or '[]', {'uid': env.uid})
        self.more = more

    def open(self):
        """Serve the page to a browser that comes for the first time.

        :return: seconds and number of queries
        """
        env = self.model.env
        env.invalidate_all()
        before, start = env.cr.sql_log_count, time.perf_counter()
        found = self.model.web_search_read(
            self.domain,
            self.specification,
            limit=PAGE,
            order=self.order,
            count_limit=COUNT_LIMIT,
        )
        if self.more:
            self.more([])
        self.rows = len(found['records'])
        return time.perf_counter() - start, env.cr.sql_log_count - before


def fill(env, count):
    """Make open actions up to a number, in the hands of ten collectors."""
    groups = env.ref('dso_collection.group_dso_collector')
    groups += env.ref('account.group_account_manager')
    users = env['res.users'].create(
        [
            {'name': f'Collector {n}', 'login': f'page{n}', 'group_ids': groups.ids}
            for n in range(10)
        ]
    )
    env['dso.customer']._plan_all()
    env.cr.execute(
        "UPDATE dso_action SET collector_id = (%s::int[])[1 + customer_id %% 10]", [users.ids]
    )
    env.cr.execute(MORE_ACTIONS, [count])
    return users[0]


def measure(env, user):
    """Seconds and queries of both pages, opened in turns."""
    env = env(user=user.id, context={'lang': 'en_US', 'tz': 'UTC'})
    pages = {
        'invoices': Page(env, 'account.action_move_out_invoice_type'),
        'manual': Page(
            env,
            'dso_collection.dso_action_action_manual',
            lambda domain: (
                env['dso.action'].get_agenda_counters(domain),
                env['dso.reply'].get_agenda_counter(domain),
                env['dso.alert'].get_agenda_counter(domain),
            ),
        ),
    }
    rounds = [{name: page.open() for name, page in pages.items()} for _round in range(ROUNDS)]
    for name, page in pages.items():
        assert page.rows == PAGE, f"{name}: {page.rows} rows are no page"
    return {
        name: {
            'seconds': median(round_[name][0] for round_ in rounds[1:]),  # the first fills caches
            'queries': max(round_[name][1] for round_ in rounds[1:]),
        }
        for name in pages
    }


def measure_all(env, user):
    """Median seconds of the first page of each list of the app, by its title, opened three times.

    Screens without rows are left out: they say nothing.
    """
    env = env(user=user.id, context={'lang': 'en_US', 'tz': 'UTC'})
    actions = env['ir.actions.act_window'].sudo().search([('res_model', '=like', 'dso.%')])
    seconds = {}
    for action in actions.filtered(lambda action: action.target == 'current'):
        model = env[action.res_model]
        if model.is_transient() or 'list' not in action.view_mode.split(','):
            continue
        page = Page(env, action.xml_id)
        times = [page.open()[0] for _turn in range(3)]
        if page.rows:
            seconds[f'{action.name} ({action.res_model})'] = median(times)
    return seconds
