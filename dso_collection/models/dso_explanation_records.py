from odoo import models
from odoo.tools import format_list

#: Sentences about what is out of the scenario, and invoices in one of them, at most.
MAX_SENTENCES = 5
MAX_NUMBERS = 5


class DsoExplanation(models.AbstractModel):
    """What people recorded on items, as reasons why these are not chased, or chased otherwise."""

    _inherit = 'dso.explanation'

    # === CUSTOMER ACCOUNT === #

    def _explain_recorded(self, customer):
        """Return why items of a customer account are out of the scenario, and until when.

        :rtype: list[str]
        """
        accounts = customer.sudo()  # members of a group may be hidden, what they owe is not
        lines = (accounts | accounts.grouped_account_ids).open_line_ids
        by_record = {}
        for line_id, reason in lines._dso_get_recorded().items():
            by_record.setdefault(tuple(reason), []).append(line_id)
        sentences = [
            getattr(self, f'_recorded_{kind}')(record_id, self._numbers(lines.browse(line_ids)))
            for (kind, record_id), line_ids in list(by_record.items())[:MAX_SENTENCES]
        ]
        if left := len(by_record) - len(sentences):
            sentences.append(self.env._("%(count)s more reasons: see the items.", count=left))
        return sentences

    def _numbers(self, lines):
        numbers = list(dict.fromkeys(line.move_id.name or "" for line in lines))
        shown = numbers[:MAX_NUMBERS]
        if len(numbers) > len(shown):
            shown.append(self.env._("%(count)s more", count=len(numbers) - len(shown)))
        return format_list(self.env, shown)

    def _recorded_dispute(self, record_id, numbers):
        dispute = self.env['dso.dispute'].sudo().browse(record_id)
        values = {'numbers': numbers, 'reason': dispute.reason_id.name}
        if not dispute.target_date:
            return self.env._(
                "In dispute until it is resolved (%(reason)s): %(numbers)s.", **values
            )
        return self.env._(
            "In dispute until it is resolved (%(reason)s, target %(date)s): %(numbers)s.",
            date=self._date(dispute.target_date),
            **values,
        )

    def _recorded_litigation(self, _record_id, numbers):
        return self.env._(
            "In litigation until another status is given: %(numbers)s.", numbers=numbers
        )

    def _recorded_promise(self, record_id, numbers):
        promise = self.env['dso.promise'].sudo().browse(record_id)
        return self.env._(
            "Promised for %(date)s, out of the scenario until then and %(days)s days of grace: "
            "%(numbers)s.",
            date=self._date(promise.date),
            days=promise.grace_days,
            numbers=numbers,
        )

    def _recorded_specific(self, record_id, numbers):
        action = self.env['dso.action'].sudo().browse(record_id)
        return self.env._(
            "Out of the scenario until %(action)s of %(date)s is done: %(numbers)s.",
            action=action.display_name,
            date=self._date(action.date_planned),
            numbers=numbers,
        )

    # === ACTION === #

    def _explain_raise(self, action):
        """Return that a step was left out for a broken promise on the leader."""
        if not action.raising_promise_date:
            return ""
        return self.env._(
            "The promise to pay by %(date)s was not kept: a step is left out.",
            date=self._date(action.raising_promise_date),
        )
