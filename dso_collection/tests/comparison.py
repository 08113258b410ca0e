"""The SQL engine against the reference engine, with differences that can be read."""

from dataclasses import fields
from pprint import pformat

from ..engine import scope_sql
from .reference import listed, plan
from .reference_loader import Loader, positions, reference_from_db
from .reference_objects import Action, Key, Listed
from .reference_settle import settle

ACTION_FIELDS = [
    field.name for field in fields(Action) if field.name not in ('account', 'listed', 'member')
]

#: Columns of a position that a leading account carries, and how a plan of the reference gives them.
PLAN_VALUES = {
    'coverage_state': lambda plan: plan.coverage,
    'leader_line_id': lambda plan: plan.leader and plan.leader.id,
    'leader_due': lambda plan: plan.leader and plan.leader.due,
    'leader_level': lambda plan: plan.level,
    'plan_step_id': lambda plan: plan.step and plan.step.id,
    'plan_date': lambda plan: plan.date,
    'plan_rule': lambda plan: plan.rule,
    'plan_amount': lambda plan: plan.amount,
    'plan_held': lambda plan: plan.held,
    'plan_error': lambda plan: plan.error,
    'plan_recipient': lambda plan: plan.recipient,
    'plan_recipient_id': lambda plan: plan.recipient_id,
    'task_decide_key': lambda plan: plan.tasks.get('decide'),
    'task_allocate_key': lambda plan: plan.tasks.get('allocate'),
    'task_hold_end_key': lambda plan: plan.tasks.get('hold_end'),
    'last_contact_on': lambda plan: plan.last_contact_on,
    'last_booking_date': lambda plan: plan.last_booking,
}


class Comparison:
    """Plans with both engines and collects where they disagree.

    :param run: plans with the SQL engine
    """

    def __init__(self, env, today, run):
        self.env, self.today = env, today
        self._settle_promises()
        self.before = reference_from_db(env)
        self.plans = plan(self.before, today)
        self.settled = settle(self.before, self.plans, today)
        run()
        self.after = Loader(env).load_actions()
        self.found = []
        self._compare_positions()
        self._compare_actions()

    def _settle_promises(self):
        """States of promises follow from payments, by rules of their own (test_pure_promises)."""
        companies = self.env['res.company']._dso_search_roots()
        self.env.flush_all()
        scope = scope_sql.scope_of_companies(companies.ids)
        self.env['dso.promise'].sudo()._refresh(scope, today=self.today)
        self.env.invalidate_all()

    def _differ(self, account, what, expected, got):
        if expected != got:
            self.found.append((account, f'{what}: expected {expected!r}, got {got!r}'))

    def _compare_positions(self):
        got = positions(self.env)
        for account_id in self.plans.keys() ^ got.keys():
            self.found.append((None, f'account {account_id} is missing on one side'))
        for account in self.before.accounts:
            row = got.get(account.id)
            its_plan = self.plans[account.id]
            if not row:
                continue
            self._differ(account, 'reason', its_plan.reason, row['reason'])
            for name, figure in its_plan.figures.items():
                self._differ(account, name, figure, row[name])
            for name, value in PLAN_VALUES.items():
                self._differ(account, name, value(its_plan), row[name])

    def _compare_actions(self):
        closed = [action for action in self.before.actions if not action.open]
        known = {action.id for action in self.before.actions}
        expected = self._by_identity([*closed, *self.settled], known)
        got = self._by_identity(self.after, known)
        accounts = {account.id: account for account in self.before.accounts}
        for identity in sorted(expected.keys() | got.keys(), key=str):
            one, other = expected.get(identity), got.get(identity)
            account = accounts[(one or other).account.id]
            if one and other:
                for name in ACTION_FIELDS:
                    if name != 'id':
                        values = getattr(one, name), getattr(other, name)
                        self._differ(account, f'{identity} {name}', *values)
            else:
                self._differ(account, f'{identity}', one, other)

    @staticmethod
    def _by_identity(actions, known):
        """Actions by id; inserted ones, whose id is not known before, by what makes them unique."""
        return {
            action.id
            if action.id in known
            else (action.account.id, action.origin, action.kind): action
            for action in actions
        }

    def report(self, limit=5):
        """The differences of some accounts, each with everything that is known of its unit."""
        by_account = {}
        for account, text in self.found:
            by_account.setdefault(account, []).append(text)
        lines = [f"{len(by_account)} accounts differ on {self.today}"]
        for account, texts in list(by_account.items())[:limit]:
            lines += ['', f"=== {account and account.id}", *texts]
            lines += self._describe(account) if account else []
        return '\n'.join(lines)

    def _describe(self, account):
        lead = account.group or account
        yield '--- inputs'
        for member in [lead, *self.before.members[lead]]:
            yield pformat(member, width=120)
            yield from (pformat(action, width=120) for action in self._actions_near(member))

    def _actions_near(self, account):
        """The actions of an account and those that listed one of its items."""
        near = list(self.before.actions_of[account])
        for item in account.items:
            near += self.before.actions_listing[item.key]
        return sorted(set(near), key=lambda action: action.id)


def expected_listing(env, actions, today):
    """What the reference lists when scenario actions are done today: id → keys and offsets."""
    loader = Loader(env)
    portfolio = loader.load()
    entries = {entry.id: entry for entry in portfolio.actions}
    result = {}
    for action in actions:
        scenario = loader.scenarios[action.scenario_id.id]
        step = next(step for step in scenario.steps if step.id == action.step_id.id)
        entry = entries[action.id]
        result[action.id] = by_text(listed(portfolio, entry, scenario, step, today))
    return result


def stored_listing(env, actions):
    """What the SQL engine listed, in the same form."""
    env.flush_all()
    result = {action.id: [] for action in actions}
    query = "SELECT action_id, move_id, due_date, offset_counted FROM dso_action_item"
    env.cr.execute(query + " WHERE action_id = ANY(%s)", [actions.ids])
    for action_id, move_id, due_date, offset in env.cr.fetchall():
        result[action_id].append(Listed(Key(move_id, due_date), offset))
    return {action_id: by_text(entries) for action_id, entries in result.items()}


def by_text(entries):
    return sorted(entries, key=str)
