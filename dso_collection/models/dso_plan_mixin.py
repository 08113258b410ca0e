from odoo import api, models


class DsoPlanMixin(models.AbstractModel):
    """Records whose forms show the plan: what was just saved is planned before it is read.

    The web client saves and reads in one transaction, before the planner's own turn at commit.
    """

    _name = 'dso.plan.mixin'
    _description = "Shows the Collection Plan"

    @api.readonly
    def web_read(self, specification):
        self.env['dso.planner']._plan_pending()
        return super().web_read(specification)
