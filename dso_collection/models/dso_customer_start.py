from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..const import AUTOMATIC_MODES, START_AGE_DAYS, START_DECISIONS
from ..engine import start_sql
from ..tools import clock


def _get_age(days):
    """Return which of ``const.START_AGES`` an item is that is overdue for some days."""
    return next((age for age, most in START_AGE_DAYS.items() if days <= most), 'older')


class DsoCustomer(models.Model):
    """What was decided on a customer account when the collection of its company started."""

    _inherit = 'dso.customer'

    start_decision = fields.Selection(
        START_DECISIONS,
        string="Decision at the Start",
        readonly=True,
        tracking=True,
        help="With confirmation: its first automatic action waits for one. To review: out of the "
        "scenario until a manager releases it.",
    )

    # Those to review are worked through and become few; the list asks for them alone.
    _to_review = models.Index("(company_id) WHERE start_decision = 'review'")

    # === ACTION METHODS === #

    def action_release(self):
        """Let customer accounts that stand in the review list enter the scenario (spec 3.20).

        A group goes as a whole, as it was decided on.
        """
        customers = self._check_reviewed()
        customers |= customers.grouped_account_ids.filtered_domain(self._domain_to_review())
        customers.start_decision = 'planned'
        customers._note_start('release')
        self.env['dso.planner']._mark_customers(customers)
        self.env['dso.planner']._plan_pending()
        self.env['dso.planner']._plan_for_screen(customers)
        return True

    def _propose_write_off(self, user, note):
        """Ask an accountant to write off what customer accounts to review owe; nothing is booked.

        :param res.users user: who is asked, on the oldest open document of each
        :param str note: why
        """
        customers = self._check_reviewed()
        moves = {
            customer: customer.open_line_ids.sorted(
                lambda line: (line.amount_residual <= 0, line._dso_due_date(), line.id)
            )[:1].move_id
            for customer in customers
        }
        self._check_accountant(user, self.env['account.move'].union(*moves.values()).company_id)
        self.env['mail.activity'].sudo().create(
            [
                {
                    'res_model_id': self.env['ir.model']._get_id('account.move'),
                    'res_id': move.id,
                    'activity_type_id': self.env.ref('mail.mail_activity_data_todo').id,
                    'user_id': user.id,
                    'summary': self.env._(
                        "Write off %(customer)s?", customer=customer.display_name
                    ),
                    'note': note,
                }
                for customer, move in moves.items()
                if move
            ]
        )
        text = self.env._("Proposed to write off, to %(user)s: %(note)s", user=user.name, note=note)
        customers._message_log_batch(
            bodies=dict.fromkeys(customers.ids, text), author_id=self.env.user.partner_id.id
        )
        customers._note_start('write_off')

    def _check_accountant(self, user, companies):
        """Refuse to ask somebody who may not book in these companies, nor see what it is about."""
        closed = companies - user.company_ids
        if closed or not user.has_group('account.group_account_invoice'):
            raise UserError(
                self.env._(
                    "%(user)s does no accounting in %(company)s: choose somebody who does.",
                    user=user.name,
                    company=(closed or companies)[:1].name,
                )
            )

    def _check_reviewed(self):
        """Return these customer accounts in sudo, refuse what is nobody's to decide on.

        :rtype: dso.customer
        """
        self.check_access('write')
        self.env['res.company']._dso_check_manager(
            self.env._("Only collection managers decide on what is to review: ask one of them.")
        )
        if any(customer.start_decision != 'review' for customer in self):
            raise UserError(
                self.env._(
                    "Some of these customer accounts are not to review: take them out of the "
                    "selection."
                )
            )
        return self.sudo()

    def _note_start(self, event, **values):
        """Write in the log of the start what became of these customer accounts.

        :param values: further values of the entry
        """
        for company, customers in self.grouped('company_id').items():
            self.env['dso.start.log'].with_user(self.env.user)._note(
                company,
                event,
                [
                    {
                        'customer_count': len(customers),
                        **values,
                        'amount': sum(customers.mapped('overdue')),
                    }
                ],
            )

    # === BUSINESS METHODS === #

    @api.model
    def _domain_to_review(self):
        return Domain('start_decision', '=', 'review')

    @api.model
    def _decide_start(self, company, decisions):
        """Decide on the customer accounts of a company by the age of their leaders.

        Only on those that nobody has decided on or done anything for; planning follows.

        :param res.company company: a root company
        :param dict decisions: age → decision, see ``const.START_AGES``
        :return: values of the log
        :rtype: list[dict]
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            start_sql.decide(
                company.id,
                company._dso_today(),
                decisions,
                self.env.uid,
                clock.now(self.env.cr),
            )
        )
        self.invalidate_model(['start_decision'], flush=False)
        return [
            {'age': age, 'decision': decisions[age], 'customer_count': count, 'amount': overdue}
            for age, count, overdue in rows
        ]

    @api.model
    def _decide_late(self, oldest):
        """Decide on customer accounts to which old items have come since the start.

        By the age of these items, as it was decided then. An account that is collected already
        stays in its scenario, but its next automatic action waits for a confirmation.

        :param dict oldest: customer account that leads its group → oldest due date of the items
        """
        units = self.browse().union(*oldest).filtered('company_id.dso_started_on')
        chased = units._get_chased()
        decided = defaultdict(self.browse)
        for unit in units:
            age = _get_age((unit.company_id._dso_today() - oldest[unit]).days)
            decision = unit.company_id._dso_get_start_decisions()[age]
            if decision == 'planned' or unit.start_decision == 'review':
                continue
            if unit.start_decision or unit in chased:
                decision = 'confirm'
            decided[age, decision] += unit
        for (age, decision), group in decided.items():
            (group | group.grouped_account_ids).start_decision = decision
            group._note_start('decide', age=age, decision=decision)

    def _get_chased(self):
        """Return those for which something of a scenario was done."""
        done = [
            ('customer_id', 'in', self.ids),
            ('state', '=', 'done'),
            ('origin', '=', 'scenario'),
        ]
        groups = self.env['dso.action'].sudo()._read_group(done, ['customer_id'])
        return self.browse().union(*(customer for [customer] in groups))


class DsoAction(models.Model):
    """The first automatic action after the start may have to be confirmed."""

    _inherit = 'dso.action'

    def _settle_regrouping(self):
        """Override: a person let the first automatic action go too, or skips it."""
        result = super()._settle_regrouping()
        decided = self.filtered(
            lambda a: a.origin == 'scenario' and a.mode in AUTOMATIC_MODES and a.state != 'sending'
        )
        customers = decided.customer_id.sudo()
        customers = customers.filtered(lambda customer: customer.start_decision == 'confirm')
        # Without a note each: the action itself stands in the history.
        customers.with_context(tracking_disable=True).start_decision = 'planned'
        return result
