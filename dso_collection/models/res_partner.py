from odoo import fields, models
from odoo.tools import SQL

#: Columns of a contact from which a plan is derived: to whom items belong, who gets messages.
PLAN_COLUMNS = frozenset(
    ['commercial_partner_id', 'email', 'email_normalized', 'type', 'active', 'is_collection_contact']
)


class ResPartner(models.Model):
    _name = 'res.partner'
    _inherit = ['res.partner', 'dso.plan.mixin']

    is_collection_contact = fields.Boolean(
        string="Collection Contact",
        help="Receives the messages of collection, instead of the invoice address.",
    )

    # === CRUD METHODS === #

    def _write_multi(self, vals_list):
        columns = set().union(*vals_list)
        if not PLAN_COLUMNS.isdisjoint(columns):
            planner = self.env['dso.planner']
            before = self._dso_commercial_ids() if 'commercial_partner_id' in columns else set()
            after = {partner.commercial_partner_id.id for partner in self}
            planner._mark_partners(before | after | set(self._ids))
        return super()._write_multi(vals_list)

    def unlink(self):
        # Without the contact, messages go to somebody else.
        self.env['dso.planner']._mark_partners(self.commercial_partner_id.ids)
        return super().unlink()

    # === BUSINESS METHODS === #

    def _dso_commercial_ids(self):
        """Ids of the commercial partners as the database has them, before a change is written."""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT commercial_partner_id FROM res_partner WHERE id = ANY(%s)",
                [partner_id for partner_id in self._ids if partner_id],
            )
        )
        return {row[0] for row in rows if row[0]}
