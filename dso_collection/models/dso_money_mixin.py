from odoo import api, models
from odoo.orm.models import parse_read_group_spec
from odoo.tools import SQL

#: Sums that lists, charts and pivots ask for; core converts the second at rates of its own.
SUMS = ('sum', 'sum_currency')


class DsoMoneyMixin(models.AbstractModel):
    """Records whose money is never added over currencies.

    A group of several currencies has no sum; a list, a chart or a pivot shows nothing there.
    """

    _name = 'dso.money.mixin'
    _description = "Adds Amounts of One Currency"

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Override of `base` to add amounts of one currency alone."""
        name, _property, function = parse_read_group_spec(aggregate_spec)
        field = self._fields.get(name)
        if function not in SUMS or not field or field.type != 'monetary':
            return super()._read_group_select(aggregate_spec, query)
        currency = self._field_to_sql(self._table, field.get_currency_field(self), query)
        amount = super()._read_group_select(f'{name}:sum', query)
        return SQL("CASE WHEN COUNT(DISTINCT %s) = 1 THEN %s END", currency, amount)
