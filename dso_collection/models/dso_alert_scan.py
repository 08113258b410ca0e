from functools import partial

from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..engine import alert_sql, scope_sql


class DsoAlert(models.Model):
    """How criteria of many alerts become one look at the customer accounts (docs/alerts.md)."""

    _inherit = 'dso.alert'

    def _by_scan(self):
        """Yield companies with the alerts that are looked at together there: those whose authors
        see the same customer accounts."""
        authored = self.grouped(lambda alert: alert._author())
        for company in self.browse()._get_companies():
            sights = {author: one[:1]._get_sight(company) for author, one in authored.items()}
            alerts = self.filtered(lambda a: a.sudo().company_id <= company)  # noqa: B023
            for together in alerts.grouped(lambda a: sights[a._author()]).values():  # noqa: B023
                yield company, together

    def _get_sight(self, company):
        """Return what the author of one alert sees in a company, to be compared with others."""
        try:
            _customers, query = self._get_accounts(company)
        except AccessError:
            return self._author().id  # nothing, which is to be said of each alert
        return repr(query.select())

    def _write_members(self, company, now):
        """Write which customer accounts of a company are in these alerts; only what has changed.

        :param datetime now: when who is new has entered
        :return: who is new, as pairs (alert id, customer account id)
        :rtype: list[tuple[int, int]]
        """
        conditions, query = self._get_conditions(company)
        rows = self.env.execute_query(alert_sql.changes(query, conditions, company.id))
        new = [(id_, account) for account, old, now_in in rows for id_ in {*now_in}.difference(old)]
        gone = [
            (id_, account) for account, old, now_in in rows for id_ in {*old}.difference(now_in)
        ]
        if gone:
            self.env.cr.execute(alert_sql.leave(gone))
        if new:
            self.env.cr.execute(alert_sql.enter(new, company.id, now))
        return new

    def _get_conditions(self, company):
        """Return the criteria of alerts on the customer accounts in a company that their authors
        see, all of them the same.

        :return: alert id → SQL condition, and the query to which the conditions belong
        :rtype: tuple[dict, Query]
        """
        conditions, query, readings = {}, None, {}
        for alerts in self.grouped(lambda alert: alert._author()).values():
            customers, own_query = alerts[:1]._get_accounts(company)
            query = own_query if query is None else query
            for alert in alerts:
                domain = Domain(alert._criteria(company)).optimize(customers)
                domain = domain.map_conditions(partial(self._read_once, customers, readings))
                domain = domain.optimize_full(customers)
                conditions[alert.id] = domain._to_sql(customers, query.table, query)
        for reading in readings.values():
            reading.join(query)
        return conditions, query

    def _get_accounts(self, company):
        """Return the customer accounts of a company that the author of one alert sees.

        :return: their model with the rights of the author, and the query
        :rtype: tuple[dso.customer, Query]
        """
        customers = self._get_customers(company)
        return customers, customers._search([('company_id', '=', company.id)])

    def _read_once(self, customers, readings, condition):
        """Let a condition on records of customer accounts, such as their open items, look at a
        table of those records that is read once for all criteria.

        The server would read them for each condition again.

        :param dso.customer customers: model with the rights of the author of the criteria
        :param dict readings: what is read → :class:`engine.alert_sql.Reading`, to be added to
        :param condition: one condition of a domain
        :rtype: Domain
        """
        name, operator, domain = condition.field_expr, condition.operator, condition.value
        if operator not in ('any', 'not any') or not isinstance(domain, Domain):
            return condition
        records, query, owners = self._get_records(customers, name)
        if records is None:
            return condition
        sight = name, repr(query.select())
        reading = readings.get(sight)
        if reading is None:
            reading = readings[sight] = alert_sql.Reading(query, owners, len(readings))
        query = reading.records
        met = reading.ask(domain.optimize_full(records)._to_sql(records, query.table, query))
        found = Domain.custom(to_sql=lambda *_query: met)
        return found if operator == 'any' else ~found

    def _get_records(self, customers, name):
        """Return the records behind a field of customer accounts that can be read once for all.

        :return: their model with the rights of the author of the criteria, the query of those that
            he sees, and the function that finds their customer accounts
        :rtype: tuple
        """
        field = customers._fields.get(name)
        if name == 'open_line_ids':
            records = customers.env[field.comodel_name]
            return records, records._search(records._domain_open_items()), scope_sql.owners_of_lines
        if not field or field.type != 'one2many' or not field.comodel_name.startswith('dso.'):
            return None, None, None  # others may search in ways of their own, as messages do
        records = customers.env[field.comodel_name].with_context(**field.context)
        if records._active_name or not records._fields[field.inverse_name].store:
            return None, None, None  # which archived records count, each condition says
        customers._check_field_access(field, 'read')
        query = records._search(field.get_comodel_domain(customers))
        return records, query, partial(alert_sql.owners, field.inverse_name)
