from . import (
    dso_action,
    dso_action_message,
    dso_channel_letter,
    dso_explanation,
    dso_letter,
    res_company,
    res_config_settings,
    snailmail_letter,
)
