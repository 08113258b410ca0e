# First, because the others inherit from it.
from . import dso_action_mass  # isort: skip
from . import (
    dso_action_complete,
    dso_action_confirm,
    dso_action_direct,
    dso_action_give,
    dso_action_reschedule,
    dso_action_skip,
    dso_assignment_default,
    dso_assignment_run,
    dso_customer_assign,
    dso_customer_group,
    dso_customer_hold,
    dso_handover,
    dso_letter_post,
    dso_promise_cancel,
    dso_qualify,
    dso_reply_assign,
    dso_reply_discard,
    dso_reply_follow_up,
    dso_start,
    dso_statement_print,
)
