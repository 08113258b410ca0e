from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import START_AGES, START_DAYS, START_DECISIONS, START_DEFAULTS


class ResCompany(models.Model):
    """Starting collection: the switch in a collection manager's hand."""

    _inherit = 'res.company'

    dso_scenario_id = fields.Many2one(
        default=lambda self: self.env.ref(
            'dso_collection.dso_scenario_standard', raise_if_not_found=False
        )
    )

    dso_start_decisions = fields.Json(
        string="Decisions at the Start", readonly=True, copy=False, help="By the age of the leader."
    )

    def action_dso_start(self, decisions=None):
        """Let the collection of companies begin; nothing was sent before (docs/start.md).

        :param dict decisions: what becomes of the customer accounts by the age of their leader
            invoice, see ``const.START_AGES`` and ``START_DECISIONS``; default: ``START_DEFAULTS``
        """
        companies = self._dso_check_manager()
        decisions = self._dso_check_decisions(decisions)
        missing = companies.filtered(lambda company: not company.dso_scenario_id)
        if missing:
            raise UserError(
                self.env._(
                    "Choose the default scenario of %(company)s first: without one, new customer "
                    "accounts are never chased.",
                    company=missing[0].name,
                )
            )
        for company in companies.filtered(lambda company: not company.dso_started_on):
            self.env['dso.start.log']._note(company, 'start')
            company._dso_decide_start(
                decisions,
                {
                    'dso_started_on': fields.Datetime.now(),
                    'dso_careful_until': company._dso_today() + timedelta(days=START_DAYS),
                    'dso_paused': False,
                },
            )
        return True

    def action_dso_decide_start(self, decisions=None):
        """Decide on customer accounts that have come with old invoices after the start.

        :param dict decisions: as for :meth:`action_dso_start`
        """
        companies = self._dso_check_manager()
        decisions = self._dso_check_decisions(decisions)
        for company in companies:
            company._dso_decide_start(decisions)
        return True

    @api.model
    def _dso_set_default_scenario(self):
        """Give the companies that exist at installation the standard scenario."""
        companies = self.search([('dso_scenario_id', '=', False)])
        companies.dso_scenario_id = self.env.ref('dso_collection.dso_scenario_standard')

    def _dso_get_managers(self):
        """Return the collection managers of a root company, those of its branches too.

        :rtype: res.users
        """
        return self.env['res.users'].search(
            [
                ('all_group_ids', 'in', self.env.ref('dso_collection.group_dso_manager').id),
                ('company_ids', 'child_of', self.ids),
                ('share', '=', False),
            ]
        )

    def _dso_check_decisions(self, decisions):
        """Return what is decided for every age, refuse what is no age or no decision.

        :rtype: dict
        """
        decisions = {**START_DEFAULTS, **(decisions or {})}
        ages, possible = dict(START_AGES), dict(START_DECISIONS)
        if decisions.keys() != ages.keys() or not possible.keys() >= set(decisions.values()):
            raise UserError(
                self.env._(
                    "Choose for each age whether its customer accounts go as planned, with "
                    "confirmation, or to review."
                )
            )
        return decisions

    def _dso_get_start_decisions(self):
        """Return what was decided at the start, or would be proposed, by age.

        :rtype: dict
        """
        return {**START_DEFAULTS, **(self.dso_start_decisions or {})}

    def _dso_decide_start(self, decisions, vals=None):
        """Plan a company, decide on its customer accounts, and plan what was decided.

        At once, however many they are: whoever starts wants to see what comes of it.

        :param dict decisions: age → decision
        :param dict vals: what else is written on the company with it
        """
        planner = self.env['dso.planner'].sudo()
        planner._plan_now(self)
        rows = self.env['dso.customer'].sudo()._decide_start(self, decisions)
        if rows:
            self.env['dso.start.log']._note(self, 'decide', rows)
        self.write({**(vals or {}), 'dso_start_decisions': decisions})
        planner._plan_now(self)
