"""Grouped collection on the plain objects of the reference engine (docs/engine.md, 10)."""

from __future__ import annotations

MOVING_ORIGINS = ('specific', 'direct')
MOVING_STATES = ('planned', 'error')


def refusal(portfolio, account, lead):
    """Why an account cannot be collected through another, nothing when it can."""
    if lead is None:
        return None
    reasons = {
        'itself': lead is account,
        'company': lead.company is not account.company,
        'grouped': lead.group,
        'members': portfolio.members[account],
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def regroup(portfolio, account, lead, now):
    """Collect an account through another one, or through none, and all that follows at once."""
    left = account.group
    if left is lead:
        return
    account.group = lead
    for head in (left, lead or account):
        if head:
            head.regrouped_on = now
    for action in portfolio.actions:
        if (action.member or action.account) is account and moves(action):
            action.account, action.member = lead or account, account if lead else None
            action.collector = action.account.collector


def moves(action):
    """Whether an action goes where its account is collected: open ones that people planned."""
    return action.origin in MOVING_ORIGINS and action.state in MOVING_STATES


def grouping(portfolio):
    """Who is collected where, and where the actions stand, as values that can be compared."""
    accounts = {
        account.id: (account.group and account.group.id, account.regrouped_on)
        for account in portfolio.accounts
    }
    actions = {
        action.id: (action.account.id, action.member and action.member.id, action.collector)
        for action in portfolio.actions
        if moves(action) or not action.open
    }
    return accounts, actions
