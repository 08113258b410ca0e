from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..engine import assign_sql, group_sql

#: Types of fields whose values name a group: texts, links, choices and numbers.
GROUPING_TYPES = ('char', 'many2one', 'selection', 'integer')


class DsoAssignmentRule(models.Model):
    """Rules that group by the value of a field of the customer, such as its parent company."""

    _inherit = 'dso.assignment.rule'

    group_field = fields.Char(
        string="Group by Value Of",
        help="Customers that share the value of this field are collected together: through the "
        "account of theirs through which others are collected already, else through the one with "
        "the largest balance.",
    )
    group_model = fields.Char(compute='_compute_group_model')

    def _compute_group_model(self):
        self.group_model = 'res.partner'

    @api.constrains('group_field')
    def _check_group_field(self):
        for rule in self:
            rule._check_value_now()

    def _check_value_now(self):
        """Override to accept a field instead of one group account."""
        if self.kind != 'group' or not self.group_field:
            return super()._check_value_now()
        field = self.env['res.partner']._fields.get(self.group_field)
        if (
            not field
            or not (field.store and field.column_type)
            or field.type not in GROUPING_TYPES
            or field.company_dependent
            or field.translate
        ):
            raise ValidationError(
                self.env._(
                    "Customers cannot be grouped by %(field)s: choose a stored text, link, choice "
                    "or whole number of the contact.",
                    field=self.group_field,
                )
            )
        return None

    def _value_sql(self):
        """Override to give each customer account the largest one with the same value."""
        if self.kind != 'group' or not self.group_field:
            return super()._value_sql()
        # With the rights of the author, who may not see every field; in sudo only to ask who it is.
        partners = self.env['res.partner'].with_user(self.sudo().criteria_user_id)
        value = partners._field_to_sql('p', self.group_field)
        if partners._fields[self.group_field].type == 'integer':
            value = SQL("NULLIF(%s, 0)", value)  # a number that nobody entered
        return group_sql.largest_by_value(value, self._matching_customers().subselect())

    def _collect_matches(self, conditions, by_hand):
        """Override to refuse accounts that the rule has found and nothing can be collected in."""
        result = super()._collect_matches(conditions, by_hand)
        if self.kind == 'group' and self.group_field:
            accounts = self.env['dso.customer'].sudo()  # the author may not see them all
            rows = self.env.execute_query(assign_sql.matched_values(self.id))
            accounts.browse(row[0] for row in rows)._check_receivable_side()
        return result
