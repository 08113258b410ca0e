from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..const import ACTION_TYPES, AUTOMATIC_MODES, AUTOMATIC_TYPES, MODES, STATUS_CATEGORIES


class DsoStatus(models.Model):
    """Kind of qualification of an item; its category tells what follows from it (spec 8.1)."""

    _name = 'dso.status'
    _description = "Item Status"
    _inherit = ['dso.text.mixin']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    category = fields.Selection(STATUS_CATEGORIES, required=True, default='in_progress')
    color = fields.Integer()
    company_id = fields.Many2one(
        'res.company',
        help="Company that uses the status; empty for all companies.",
        index='btree_not_null',
    )
    delay = fields.Integer(
        string="Follow-up After",
        default=7,
        help="Days until the follow-up that the status proposes.",
    )
    follow_up_type = fields.Selection(
        ACTION_TYPES, string="Follow-up", help="Action that the status proposes."
    )
    follow_up_mode = fields.Selection(MODES, required=True, default='manual')
    follow_up_name = fields.Char(string="Name of the Follow-up", translate=True)

    _check_delay = models.Constraint(
        'CHECK (delay >= 0)',
        "The follow-up of a status cannot lie in the past: enter 0 days or more.",
    )

    @api.constrains('follow_up_type', 'follow_up_mode')
    def _check_follow_up(self):
        for status in self:
            if (
                status.follow_up_mode in AUTOMATIC_MODES
                and status.follow_up_type not in AUTOMATIC_TYPES
            ):
                raise ValidationError(
                    self.env._(
                        "The follow-up of %(status)s cannot be automatic: only emails, SMS and "
                        "letters go out by themselves. Choose the manual mode.",
                        status=status.name,
                    )
                )

    @api.constrains('category')
    def _check_category(self):
        used = self.env['dso.item.status'].sudo()  # of companies that the user may not know
        used = used.search([('status_id', 'in', self.ids)]).filtered(
            lambda entry: entry.category != entry.status_id.category
        )
        if used:
            raise ValidationError(
                self.env._(
                    "Items have status %(status)s already, so its category stays: create another "
                    "status.",
                    status=used[0].status_id.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env['dso.item.status'].sudo()  # of companies that the user may not know
        used = used.search([('status_id', 'in', self.ids)], limit=1)
        if used:
            raise UserError(
                self.env._(
                    "Status %(status)s is in the history of items and cannot be deleted: archive "
                    "it instead.",
                    status=used.status_id.name,
                )
            )

    # === BUSINESS METHODS === #

    @api.model
    def _get_first(self, category, company):
        """Return the first status of a category that a company uses.

        :param str category: one of :data:`const.STATUS_CATEGORIES`
        :param res.company company: root company
        :rtype: dso.status
        """
        status = self.search(
            [('category', '=', category), ('company_id', 'in', [False, company.id])], limit=1
        )
        if not status:
            categories = dict(self._fields['category']._description_selection(self.env))
            raise UserError(
                self.env._(
                    "There is no status of category %(category)s: create one in the configuration.",
                    category=categories[category],
                )
            )
        return status
