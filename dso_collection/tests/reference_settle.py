"""The second half of the reference engine: what a plan makes of the open actions.

Sections 7 and 8 of docs/engine.md.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from .reference_objects import AUTOMATIC, ZERO, Action

PLANNING_ERRORS = (
    'no_recipient',
    'invalid_recipient',
    'no_phone',
    'invalid_phone',
    'no_address',
    'blacklisted',
    'bounced',
)
STALE_DAYS = 5
PASSING_REASONS = ('stale', 'mode', 'age')


def settle(portfolio, plans, today):
    """The open actions as they should be after planning, and those that are dropped.

    Kept actions keep their id, proposals have none, deleted ones are missing.
    """
    result = []
    for account in portfolio.accounts:
        actions, its_plan = portfolio.actions_of[account], plans[account.id]
        opened = [action for action in actions if action.open]
        scenario = next((action for action in opened if action.origin == 'scenario'), None)
        result += settle_scenario(its_plan, scenario, today)
        result += settle_tasks(its_plan, actions, today)
        result += [
            settle_specific(portfolio, action, today)
            for action in opened
            if action.origin in ('specific', 'direct')
        ]
    return result


def settle_specific(portfolio, action, today):
    """A specific action, dropped on its date when none of its items is open any more."""
    if action.state == 'sending' or action.origin != 'specific':
        return action
    reason = confirm_reason(action, action.date, today)
    action = replace(action, confirm_reason=reason)
    if not action.date or action.date > today:
        return action
    listed = [record for record in portfolio.records if record.action == action.id]
    asks = [record for record in listed if record.kind == 'dispute']
    chosen = [record for record in listed if record.kind == 'specific']
    if asks or not chosen or any(is_open(portfolio, record) for record in chosen):
        return action
    return replace(action, state='cancelled', reason_code='cleared')


def is_open(portfolio, record):
    """Whether an item of which a record speaks is to be paid."""
    return any(
        item.residual > 0
        for account in portfolio.accounts
        for item in account.items
        if item.move == record.move and portfolio.speaks_of(record, account, item)
    )


def settle_scenario(plan, action, today):
    if action and action.state == 'sending':
        return [action]
    if action and is_same(plan, action):
        return [updated(plan, action, today)]
    dropped = []
    lapsed = action and has_lapsed(plan, action, today)
    if lapsed or (action and action.touched):
        reason = 'replaced' if plan.reason == 'planned' else plan.reason
        dropped = [replace(action, state='cancelled', reason_code='lapsed' if lapsed else reason)]
    return dropped + ([proposed(plan, today)] if plan.reason == 'planned' else [])


def is_same(plan, action):
    if plan.reason != 'planned':
        return False
    return (action.leader, action.step) == (plan.leader.key, plan.step.id)


def has_lapsed(plan, action, today):
    """Whether a step before the due date was still to be done on that date."""
    leads = plan.leader and plan.leader.key == action.leader
    return leads and action.offset < 0 and action.leader[1] <= today


def proposed(plan, today):
    action = Action(
        None, plan.account, step=plan.step.id, leader=plan.leader.key, recipient=plan.recipient
    )
    not_before = plan.account.not_before
    if plan.step.automatic and not_before and not_before >= today:
        action.confirm_reason = 'moved'
    return updated(plan, action, today)


def updated(plan, action, today):
    """The action with what the plan says now; what a person decided stays or lapses."""
    lapsed = action.confirmed_on and lapse(plan, action)
    other_error = action.error if action.error not in PLANNING_ERRORS else None
    error = plan.error or (other_error if action.recipient == plan.recipient else None)
    result = replace(
        action,
        offset=plan.step.offset,
        leader_item=plan.leader.id,
        action_type=plan.step.action_type,
        mode=plan.step.mode,
        date=plan.date,
        rule=plan.rule,
        amount=plan.amount,
        held=plan.held,
        recipient=plan.recipient,
        collector=plan.account.collector,
        error=error,
        state='error' if error else 'planned',
    )
    if lapsed:
        result.confirmed_on, result.confirmed_amount = None, ZERO
    result.confirm_reason = lapsed or confirm_reason(result, plan.date, today, plan.account)
    return result


def confirm_reason(action, date, today, account=None):
    """Why an action waits: what happened to it stays, what is true of it ends by itself.

    :param account: of an action of the scenario
    """
    if action.confirmed_on:
        return None
    if action.confirm_reason and action.confirm_reason not in PASSING_REASONS:
        return action.confirm_reason
    if action.mode not in AUTOMATIC:
        return None
    if account and account.regrouped_on:
        return 'group'
    if account and account.start_decision == 'confirm':
        return 'age'
    careful_until = action.account.company.careful_until
    if careful_until and max(date or today, today) < careful_until:
        return 'start'
    if date and date < today - timedelta(days=STALE_DAYS):
        return 'stale'
    return 'mode' if action.mode == 'automatic_confirm' else None


def lapse(plan, action):
    """Why a confirmation no longer holds."""
    regrouped_on = plan.account.regrouped_on
    reasons = {
        'group': regrouped_on and regrouped_on > action.confirmed_on,
        'contact': plan.last_contact_on and plan.last_contact_on > action.confirmed_on,
        'amount': plan.amount > action.confirmed_amount,
        'recipient': plan.recipient != action.recipient,
        'text': plan.step.written_on and plan.step.written_on > action.confirmed_on,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def settle_tasks(plan, actions, today):
    tasks = [action for action in actions if action.origin == 'control']
    done = {(task.kind, task.task_key) for task in tasks if task.state == 'done'}
    due = {pair for pair in plan.tasks.items() if pair not in done}
    result = []
    for task in tasks:
        if not task.open:
            continue
        if (task.kind, task.task_key) in due:
            due.discard((task.kind, task.task_key))
            result.append(replace(task, collector=plan.account.collector))
        elif task.touched:
            result.append(replace(task, state='cancelled', reason_code='cause_gone'))
    for kind, key in sorted(due):
        result.append(raised(plan, kind, key, today))
    return result


def raised(plan, kind, key, today):
    """A control task; it shows the leader and the amount of the day on which it is raised."""
    task = Action(None, plan.account, 'control', kind=kind, task_key=key, date=today)
    task.collector, task.amount = plan.account.collector, plan.amount
    if plan.leader:
        task.leader, task.leader_item = plan.leader.key, plan.leader.id
    return task
