from odoo import api, models
from odoo.tools import format_list

from ..engine import late, late_sql, scope_sql

#: Debit notes that are open items: what they charge is asked for there.
POSTED = ('posted',)

#: Debit notes that exist: what they charge is not charged again.
DRAFTED = ('draft', 'posted')


class DsoLatePayment(models.AbstractModel):
    """Interest and compensation of customer accounts today (docs/late_payment.md)."""

    _name = 'dso.late.payment'
    _description = "Interest and Compensation for Late Payment"

    @api.model
    def _load(self, customers, charged_states=POSTED):
        """Return what late items cost, for the customer accounts and who is collected with them.

        :param dso.customer customers: customer accounts that the caller may read
        :param charged_states: states of the debit notes whose charges are left out
        :return: what is late by id of the customer account, without those that owe nothing for it
        :rtype: dict[int, late.Late]
        """
        self.env.flush_all()
        # A user of a branch may not read its root, whose calendar and policy hold.
        customers = customers.sudo()
        rows = [company._dso_calendar_row() for company in customers.company_id]
        scope = scope_sql.scope_of_ids(customers.ids)
        query = late_sql.late_items([self.env['dso.planner']._items(scope, rows)], charged_states)
        items = {}
        for item in map(late.item_of_row, self.env.execute_query(query)):
            items.setdefault(item.account_id, []).append(item)
        policies = customers.browse(items).grouped(lambda customer: customer._get_late_policy())
        found = {}
        for policy, charged in policies.items():
            if policy:
                law = policy._get_terms(), policy._get_tiers(), policy.currency_id.id
                found.update((id_, late.late_of(items[id_], *law)) for id_ in charged.ids)
        return found

    @api.model
    def _get_missing_sentence(self, found):
        """Return which reference rate is missing, in one sentence; empty when none is.

        :param dict found: what :meth:`_load` returned
        :rtype: str
        """
        customers = self.env['dso.customer'].sudo()  # as above
        for account_id, entry in found.items():
            if entry.missing:
                policy = customers.browse(account_id)._get_late_policy()
                return policy._get_missing_sentence(entry.missing)
        return ""

    @api.model
    def _phrase(self, totals):
        """Return amounts per currency as a phrase.

        :param dict totals: amount by id of the currency
        :rtype: str
        """
        money = self.env['dso.statement']._money
        return format_list(
            self.env, [money(float(amount), currency_id) for currency_id, amount in totals.items()]
        )
