# First, because the others inherit from them.
from . import dso_plan_mixin, dso_position  # isort: skip
from . import (
    account_account,
    account_move,
    account_move_line,
    account_partial_reconcile,
    base_partner_merge,
    dso_action,
    dso_action_item,
    dso_action_message,
    dso_customer,
    dso_customer_merge,
    dso_explanation,
    dso_plan_mark,
    dso_planner,
    dso_scenario,
    dso_scenario_step,
    res_company,
    res_config_settings,
    res_partner,
    resource_calendar_leaves,
)
