"""Why an automatic action waits for a confirmation: decided here and nowhere else.

The planner writes the reason on the action (`dso.action.confirm_reason`); whoever asks whether an
action waits (dispatch, agenda, explanations) reads it there. docs/engine.md, 7, gives the rules.

A reason is of one of two kinds. What *happened* to the action (a contact after its confirmation, a
letter taken back) stays until somebody confirms. What is *true* of it (`const.PASSING_REASONS`)
is looked at in every plan and ends by itself. To add one of those: its code in
`const.CONFIRM_REASONS` and `const.PASSING_REASONS`, its condition below, its sentence in
`dso.explanation._explain_wait`, and the same condition in `tests/reference_settle.py`.
"""

from odoo.tools import SQL

from ..const import AUTOMATIC_MODES, PASSING_REASONS, STALE_DAYS


def confirm_reason(alias):
    """Why an action waits for a confirmation, NULL when it does not.

    :param str alias: of a row with ``confirmed`` (whether a person's confirmation stands),
        ``event`` (see :func:`lasting`), ``mode``, ``plan_date``, ``today``, ``careful_until``,
        ``regrouped`` and ``decision`` (of the start, spec 3.20)
    """
    return SQL(
        """CASE WHEN %(row)s.confirmed THEN NULL
            WHEN %(row)s.event IS NOT NULL THEN %(row)s.event
            WHEN %(row)s.mode <> ALL(%(automatic)s) THEN NULL
            WHEN %(row)s.regrouped THEN 'group'
            WHEN %(row)s.decision = 'confirm' THEN 'age'
            WHEN GREATEST(%(row)s.plan_date, %(row)s.today) < %(row)s.careful_until THEN 'start'
            WHEN %(row)s.plan_date < %(row)s.today - %(stale)s::int THEN 'stale'
            WHEN %(row)s.mode = 'automatic_confirm' THEN 'mode' END""",
        row=SQL.identifier(alias),
        automatic=list(AUTOMATIC_MODES),
        stale=STALE_DAYS,
    )


def lasting(reason):
    """What of an earlier reason stays until somebody confirms.

    :param SQL reason: the reason for which an action waited so far
    """
    return SQL(
        "CASE WHEN %(reason)s <> ALL(%(passing)s) THEN %(reason)s END",
        reason=reason,
        passing=list(PASSING_REASONS),
    )
