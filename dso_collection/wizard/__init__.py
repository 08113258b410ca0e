from . import (
    dso_action_complete,
    dso_action_reschedule,
    dso_action_skip,
    dso_assignment_default,
    dso_assignment_run,
    dso_customer_assign,
    dso_customer_group,
    dso_customer_hold,
    dso_handover,
    dso_start,
)
