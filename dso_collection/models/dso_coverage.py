import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date, formatLang

from ..const import COVERAGE_STATES
from ..engine import coverage_sql

_logger = logging.getLogger(__name__)

#: States of completeness, each with an amount and a number of customer accounts.
STATES = [state for state, _label in COVERAGE_STATES]


class DsoCoverage(models.Model):
    """The proof that no overdue amount is forgotten: one row per company and day (spec 3.18).

    What the positions of the customer accounts say is held against the ledger, which is added up
    from the journal items alone. The nightly plan proves every day; whoever looks may do so again.
    """

    _name = 'dso.coverage'
    _description = "Proof of Completeness"
    _order = 'day DESC, company_id'
    _rec_name = 'day'
    _log_access = False

    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    currency_id = fields.Many2one(related='company_id.currency_id')
    day = fields.Date(
        required=True, readonly=True, help="Day for which the customer accounts were planned."
    )
    proved_on = fields.Datetime(string="Proved At", required=True, readonly=True)

    # === Overdue amounts, in company currency at booked residuals === #
    planned = fields.Monetary(readonly=True, help="An action stands on the agenda.")
    held = fields.Monetary(readonly=True, help="Something keeps it back for a time.")
    excluded = fields.Monetary(readonly=True, help="By a rule, nothing is done.")
    to_decide = fields.Monetary(readonly=True, help="Somebody has to decide what happens.")
    planned_count = fields.Integer(string="Planned Customers", readonly=True)
    held_count = fields.Integer(string="Held Customers", readonly=True)
    excluded_count = fields.Integer(string="Excluded Customers", readonly=True)
    to_decide_count = fields.Integer(string="Customers to Decide", readonly=True)
    total = fields.Monetary(compute='_compute_total', help="The four amounts together.")
    ledger = fields.Monetary(
        readonly=True, help="Overdue receivables of customers, from the journal items alone."
    )
    difference = fields.Monetary(compute='_compute_total', help="Ledger less the four amounts.")
    orphaned = fields.Monetary(
        string="Without a Customer",
        readonly=True,
        help="Overdue receivables of journal items without a contact: nobody can be asked.",
    )
    wrong_count = fields.Integer(
        string="Do Not Add Up",
        readonly=True,
        help="Customers whose overdue amount is not that of the ledger, or in no state.",
    )
    wrong_ids = fields.Many2many(
        'dso.customer', string="Customers That Do Not Add Up", readonly=True
    )
    is_proved = fields.Boolean(compute='_compute_is_proved')

    _unique_day = models.UniqueIndex('(company_id, day)', "A company has one proof a day.")

    # === COMPUTE METHODS === #

    @api.depends('day')
    @api.depends_context('lang')
    def _compute_display_name(self):
        for proof in self:
            proof.display_name = format_date(self.env, proof.day)

    @api.depends('ledger', *STATES)
    def _compute_total(self):
        for proof in self:
            proof.total = sum(proof[state] for state in STATES)
            proof.difference = proof.ledger - proof.total

    @api.depends('wrong_count', 'difference')
    def _compute_is_proved(self):
        for proof in self:
            proof.is_proved = not proof.wrong_count and proof.currency_id.is_zero(proof.difference)

    # === ACTION METHODS === #

    @api.model
    def action_open_control(self):
        """Prove the companies of the user anew and list what came of it."""
        self.check_access('read')
        self._prove(self.env.companies.root_id)
        return self.env['ir.actions.act_window']._for_xml_id('dso_collection.dso_coverage_action')

    def action_prove(self):
        """Prove the companies of these rows anew, for the day for which they are planned."""
        self.check_access('read')
        self._prove(self.company_id)
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}

    def action_open_state(self):
        """List the customer accounts of one state, which the button names."""
        state = self.env.context.get('dso_state')
        domain = Domain('coverage_state', '=', state if state in STATES else False)
        return self._open_customers(domain & Domain('overdue', '!=', 0))

    def action_open_wrong(self):
        """List customer accounts that do not add up."""
        return self._open_customers(Domain('id', 'in', self.wrong_ids.ids))

    def action_open_idle(self):
        """List customer accounts that are overdue and for which nothing was done for long."""
        return self._open_customers(self.env['dso.insight']._domain_idle())

    def _open_customers(self, domain):
        self.ensure_one()
        own = Domain('company_id', '=', self.company_id.id)
        customers = self.env['dso.customer']
        return {
            **customers._open_window('dso_collection.dso_customer_action', list(own & domain)),
            'display_name': self.env._("Completeness"),
        }

    # === BUSINESS METHODS === #

    @api.model
    def _prove_missing(self):
        """Prove every company that has been planned for today and not proved yet."""
        companies = self._planned(self.env['res.company']._dso_search_roots())
        days = companies.mapped('dso_planned_on')
        proved = self.search([('company_id', 'in', companies.ids), ('day', 'in', days)])
        done = {(proof.company_id, proof.day) for proof in proved}
        self._prove(companies.filtered(lambda c: (c, c.dso_planned_on) not in done))

    def _planned(self, companies):
        """Return the companies that are planned for today, as a whole and not about to be again.

        Else figures would be of two days, or of nothing.
        """
        companies = companies.sudo()  # a branch user may not read its root
        marks = self.env['dso.plan.mark'].sudo()
        marks = marks.search(
            [('company_id', 'in', companies.ids), ('partner_id', 'in', [0, False])]
        )
        waiting = set(marks.mapped('company_id'))
        return companies.filtered(
            lambda c: c.dso_planned_on == c._dso_today() and c.id not in waiting
        )

    @api.model
    def _prove(self, companies):
        """Add up what companies have overdue, in one statement, and raise the alarm.

        :param res.company companies: root companies; those not planned for today are left out
        :rtype: dso.coverage
        """
        companies = self._planned(companies)
        if not companies:
            return self.browse()
        self.env['dso.planner']._plan_pending()
        self.env.flush_all()
        days = {company.id: company.dso_planned_on for company in companies}
        rows = self.env.execute_query(coverage_sql.proof(days.items()))
        stored = self.sudo().search(  # whoever may read the result may ask for it
            [('company_id', 'in', companies.ids), ('day', 'in', list(days.values()))]
        )
        known = {(proof.company_id.id, proof.day): proof for proof in stored}
        proofs = self.browse()
        for company_id, *figures in rows:
            key = (company_id, days[company_id])
            proofs += self._store(known.get(key), key, self._prepare_figures(*figures))
        return proofs

    def _store(self, proof, key, values):
        """Write the proof of a company and day; a new failure is told to the managers."""
        was_proved = not proof or proof.is_proved
        if proof:
            proof.write(values)
        else:
            company_id, day = key
            proof = self.sudo().create({**values, 'company_id': company_id, 'day': day})
        if was_proved and not proof.is_proved:
            proof._raise_alarm()
        return proof

    def _prepare_figures(self, *figures):
        """Return the values of a proof.

        :param figures: a row of :func:`coverage_sql.proof` without its company
        """
        *pairs, ledger, orphaned, wrong_count, wrong_ids = figures
        values = dict(zip(STATES, pairs[::2], strict=True))
        values |= {f'{state}_count': n for state, n in zip(STATES, pairs[1::2], strict=True)}
        return {
            **values,
            'ledger': ledger,
            'orphaned': orphaned,
            'wrong_count': wrong_count,
            'wrong_ids': [fields.Command.set(wrong_ids or [])],
            'proved_on': fields.Datetime.now(),
        }

    def _raise_alarm(self):
        """Tell the log and the collection managers of the company that something is missing."""
        self.ensure_one()
        _logger.warning("%s", self._write_alarm())
        for lang, readers in self.company_id._dso_get_managers().grouped('lang').items():
            told = self.with_context(lang=lang)
            told.company_id.partner_id.message_notify(
                partner_ids=readers.partner_id.ids,
                subject=told.env._("Completeness of collection"),
                body=told._write_alarm(),
            )

    def _write_alarm(self):
        """Return what does not add up."""
        return self.env._(
            "Overdue amounts of %(company)s do not add up: %(ledger)s in the ledger, %(total)s "
            "planned, held, excluded or to decide. Customers concerned: %(count)s.",
            company=self.company_id.name,
            ledger=formatLang(self.env, self.ledger, currency_obj=self.currency_id),
            total=formatLang(self.env, self.total, currency_obj=self.currency_id),
            count=self.wrong_count,
        )
