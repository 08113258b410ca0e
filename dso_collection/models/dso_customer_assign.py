import contextlib
from collections import defaultdict

from markupsafe import escape
from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL
from odoo.tools.mail import generate_tracking_message_id, html_sanitize

from ..const import MOVING_ORIGINS, MOVING_STATES
from ..engine import assign_sql
from ..tools import server
from .dso_planner import FEW
from .dso_planner_marks import MAX_INLINE

#: Field of the customer account → field of its company that holds the default.
DEFAULT_FIELDS = {'collector_id': 'dso_collector_id', 'scenario_id': 'dso_scenario_id'}


class DsoCustomer(models.Model):
    """Collectors, scenarios and group accounts for any number of customer accounts at once.

    The one writer behind mass changes, rules and defaults: as many statements for 50 000 customer
    accounts as for one.
    """

    _inherit = 'dso.customer'

    assigned_on = fields.Datetime(
        readonly=True,
        help="When the automatic run of the assignment rules first looked at the customer account; "
        "until then it is new.",
    )

    # What comes to be is looked for after every birth, among very many that are known.
    _unassigned = models.Index("(company_id) WHERE assigned_on IS NULL")

    # === CONSTRAINT METHODS === #

    @api.constrains('collector_id')
    def _check_collector(self):
        """Refuse collectors who cannot work on the account, on every path that is no source."""
        for collector, customers in self.grouped('collector_id').items():
            # In sudo only to name companies, as in _check_assigned_values.
            self._check_assigned_collector(collector.id, customers.company_id.sudo())

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        customers = super().create(vals_list)
        if customers:
            self.env['dso.planner']._trigger_assignment()
        return customers

    def write(self, vals):
        result = super().write(vals)
        if 'collector_id' in vals:
            self._move_planned_actions(vals['collector_id'])
        return result

    def _move_planned_actions(self, collector_id):
        """Move what people have planned to the agenda of a collector (spec 2.9).

        What the engine has proposed follows when it plans.
        """
        actions = self.env['dso.action'].sudo()  # a consequence, not a decision on the action
        actions.search(
            [
                ('customer_id', 'in', self.ids),
                ('origin', 'in', MOVING_ORIGINS),
                ('state', 'in', MOVING_STATES),
            ]
        ).write({'collector_id': collector_id})

    # === BUSINESS METHODS === #

    def _assign(self, values, source='person', note=None):
        """Give a collector, a scenario or a group account to these customer accounts.

        Rows that have the values already are not written. Open actions move to the new collector;
        what follows from a new scenario or group is planned at the commit, or right after it when
        the accounts are many.

        :param dict values: ids for some of ``collector_id``, ``scenario_id``, ``group_account_id``;
            a false one takes the value away
        :param str source: ``person``, ``import``, ``rule`` or ``default``
        :param str note: text beside the changes in the chatter, such as "Mass change"
        :return: number of customer accounts on which something changed
        :rtype: int
        """
        self._check_assign_access()
        if not self or not values:
            return 0
        self.env.flush_all()
        self._check_assigned_values(values, self._check_all_writable())
        itself = self.filtered(lambda c: c.id == values.get('group_account_id'))
        if itself:
            raise ValidationError(itself._explain_group_refusal(itself, 'itself'))
        count = self._count_assignable(values, source)
        try:
            with self.env.cr.savepoint(flush=False):  # groups are checked when they are written
                sources = {
                    field: assign_sql.source_of_ids(self.ids, value)
                    for field, value in values.items()
                }
                self._assign_rows(sources, source, {0: note or ""}, bulk=len(self) > FEW)
                if values.get('group_account_id'):
                    self._check_group_account()
        finally:
            self.env.invalidate_all(flush=False)
        return count

    def _count_assignable(self, values, source='person'):
        """Count the customer accounts that :meth:`_assign` would change.

        :rtype: int
        """
        self.env['dso.customer'].flush_model()
        query = assign_sql.count_differing(self.ids, values, source)
        return self.env.execute_query(query)[0][0]

    @api.model
    def _assign_rows(self, sources, source, notes, bulk=True):
        """Write fields of many customer accounts from SQL; the caller has checked all rights.

        :param dict sources: ``collector_id``, ``scenario_id`` or ``group_account_id`` → SQL, see
            ``engine/assign_sql.py``
        :param str source: where the values come from
        :param dict notes: rule id → text in the chatter; 0 for rows without a rule
        :param bool bulk: whether the rows may be many; see ``dso.planner._bulk``
        :return: rule id (``None`` for rows without one) → number of changes
        :rtype: dict
        """
        self.env.flush_all()
        query = assign_sql.assign(
            sources,
            source,
            self._assign_log_values(notes),
            uid=self.env.uid,
            now=fields.Datetime.now(),
            limit=MAX_INLINE,
        )
        with server.settings(self.env, server.BULK) if bulk else contextlib.nullcontext():
            result = self.env.execute_query(query)
        self.env.invalidate_all(flush=False)
        regrouped = [row for row in result if row[0] == 'group_account_id']
        before = {id_: old or False for row in regrouped for id_, old in zip(*row[4:], strict=True)}
        self.browse(before)._follow_regrouping(before)
        self._mark_assigned([row for row in result if row not in regrouped])
        counts = defaultdict(int)
        for _field, rule_id, count, *_rest in result:
            counts[rule_id] += count
        return counts

    @api.model
    def _assign_defaults(self, companies):
        """Give the defaults of companies to all of their customer accounts that have none.

        :param res.company companies: root companies
        """
        notes = {0: self.env._("Default of the company")}
        sources = {
            field: assign_sql.defaults(field, company_field, companies.ids)
            for field, company_field in DEFAULT_FIELDS.items()
        }
        self._assign_rows(sources, 'default', notes)

    def _mark_assigned(self, result):
        """Have replanned what :func:`assign_sql.assign` changed."""
        planner = self.env['dso.planner'].sudo()  # planning is nobody's right, but a consequence
        if any(row[4] is None for row in result):
            company_ids = {company_id for row in result for company_id in row[3]}
            planner._mark_companies(self.env['res.company'].browse(company_ids))
        elif result:
            planner._mark_customers(self.browse({id_ for row in result for id_ in row[4]}))

    def _assign_log_values(self, notes):
        """Return what the chatter's rows need, as core's tracking writes them.

        :rtype: dict
        """
        if self.env.context.get('tracking_disable'):
            return {}
        author_id, email_from = self._message_compute_author()
        reply_to = self.env['mail.thread']._notify_get_reply_to(
            default=email_from, author_id=author_id
        )[False]
        return {
            'message': {
                'model': self._name,
                'message_type': 'notification',
                'subtype_id': self.env['ir.model.data']._xmlid_to_res_id('mail.mt_note'),
                'is_internal': True,
                'email_add_signature': False,
                'author_id': author_id,
                'email_from': email_from,
                'reply_to': reply_to,
            },
            'message_id': generate_tracking_message_id('message-notify'),
            'bodies': {rule_id: html_sanitize(escape(note)) for rule_id, note in notes.items()},
            'field_ids': self.env['ir.model.fields']._get_ids(self._name),
            'lang': self.env.lang or 'en_US',
        }

    # === CHECKS === #

    def _check_assign_access(self):
        self._check_collect_access()
        self.browse().check_access('write')

    @api.model
    def _writable_sql(self):
        """Return the ids of the customer accounts that the user may write, as a subquery.

        :rtype: SQL
        """
        domain = self.env['ir.rule']._compute_domain(self._name, 'write')
        return self.sudo()._search(domain).subselect()  # the rule is in the domain already

    def _check_all_writable(self):
        """Refuse customer accounts that are not the user's to change.

        :return: companies of these customer accounts
        :rtype: res.company
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT company_id, COUNT(*), BOOL_AND(id IN %s) FROM dso_customer"
                " WHERE id = ANY(%s) GROUP BY company_id",
                self._writable_sql(),
                self.ids,
            )
        )
        if sum(row[1] for row in rows) != len(set(self.ids)) or not all(row[2] for row in rows):
            raise AccessError(
                self.env._(
                    "Some of these customer accounts are not yours to change, or no longer exist: "
                    "search again and select anew."
                )
            )
        return self.env['res.company'].browse(row[0] for row in rows)

    @api.model
    def _check_assigned_values(self, values, companies):
        """Refuse a collector, scenario or group account that companies cannot use.

        :param dict values: ids, as for :meth:`_assign`
        :param res.company companies: root companies
        """
        companies = companies.sudo()  # only to name them: users of a branch may not read its root
        self._check_assigned_collector(values.get('collector_id'), companies)
        self._check_assigned_scenario(values.get('scenario_id'), companies)
        self._check_assigned_group(values.get('group_account_id'), companies)

    def _check_assigned_collector(self, user_id, companies):
        if not user_id:
            return
        users = self.env['res.users'].sudo()  # to see where they may work
        collector = users.browse(user_id).exists()
        if not collector.active or collector.share:
            raise ValidationError(
                self.env._(
                    "%(user)s cannot collect: choose an active internal user.",
                    user=collector.name or self.env._("A deleted user"),
                )
            )
        closed = companies - collector.company_ids.root_id
        if closed:
            raise ValidationError(
                self.env._(
                    "%(user)s may not work in %(company)s: choose a collector who may.",
                    user=collector.name,
                    company=closed[0].name,
                )
            )

    def _check_assigned_scenario(self, scenario_id, companies):
        if not scenario_id:
            return
        scenarios = self.env['dso.scenario'].sudo()  # to tell foreign ones from deleted ones
        scenario = scenarios.browse(scenario_id).exists()
        if not scenario.active:
            raise ValidationError(
                self.env._(
                    "Scenario %(scenario)s is archived: choose one that is in use.",
                    scenario=scenario.name or "",
                )
            )
        foreign = companies - scenario.company_id.root_id if scenario.company_id else None
        if foreign:
            raise ValidationError(
                self.env._(
                    "Scenario %(scenario)s belongs to %(owner)s and cannot be used in %(company)s: "
                    "choose a scenario of that company.",
                    scenario=scenario.name,
                    owner=scenario.company_id.name,
                    company=foreign[0].name,
                )
            )

    def _check_assigned_group(self, group_id, companies):
        if not group_id:
            return
        group = self.sudo().browse(group_id).exists()  # as above
        if group.company_id != companies:
            # Without the name: who groups may have no business in the other company.
            raise ValidationError(
                self.env._(
                    "The group account is no customer account of %(company)s: choose one that is.",
                    company=(companies - group.company_id)[:1].name,
                )
            )
        if group.group_account_id:
            raise ValidationError(group._explain_group_refusal(group, 'grouped'))
        group._check_receivable_side()
