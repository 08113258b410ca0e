from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.search import search_flag


class DsoMineMixin(models.AbstractModel):
    """What a user takes care of: his own, and that of collectors for whom he stands in (6.8)."""

    _name = 'dso.mine.mixin'
    _description = "Is Taken Care of by a Collector"

    is_mine = fields.Boolean(
        string="Mine",
        compute='_compute_is_mine',
        search='_search_is_mine',
        help="Mine, or of a collector who is away and for whom I stand in today.",
    )
    absent_id = fields.Many2one(
        'res.users',
        string="In Place Of",
        compute='_compute_absent_id',
        help="Collector who is away and for whom you stand in today.",
    )

    @api.depends('collector_id')
    @api.depends_context('uid')
    def _compute_is_mine(self):
        mine = self.filtered_domain(self._domain_mine())
        for record in self:
            record.is_mine = record in mine

    @api.model
    def _search_is_mine(self, operator, value):
        return search_flag(operator, value, self._domain_mine)

    @api.depends('collector_id')
    @api.depends_context('uid')
    def _compute_absent_id(self):
        absent = self.env['dso.substitute']._get_absent()
        for record in self:
            record.absent_id = record.collector_id & absent

    @api.model
    def _domain_mine(self):
        """What the user takes care of today.

        :rtype: Domain
        """
        return self._domain_of_collectors(self._get_mine())

    @api.model
    def _get_mine(self):
        """Return the user and the collectors for whom he stands in today.

        :rtype: res.users
        """
        return self.env.user | self.env['dso.substitute']._get_absent()

    @api.model
    def _domain_of_collectors(self, collectors):
        """What is taken care of by any of some users.

        :param res.users collectors: the users
        :rtype: Domain
        """
        return Domain('collector_id', 'in', collectors.ids)
