from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import OPEN_STATES

#: Buckets of the age of the leader invoice: upper bound in days overdue → key. Keys sort by age.
AGE_BOUNDS = ((0, '0_not_due'), (30, '1_30'), (60, '31_60'), (90, '61_90'))
OLDEST = '91'

COMPARISONS = {operator: SQL(operator) for operator in ('<', '<=', '>', '>=')}


class DsoAction(models.Model):
    """What charts group actions by: how far they are, their day, the age of what they ask for.

    Nothing of it is stored, as it changes with the day: each is one SQL expression for groups and
    searches, and a compute for the lists.
    """

    _inherit = 'dso.action'

    progress = fields.Selection(
        [
            ('to_do', "To do"),
            ('error', "In error"),
            ('upcoming', "Upcoming"),
            ('done', "Done"),
            ('dropped', "Skipped or dropped"),
        ],
        compute='_compute_progress',
        search='_search_progress',
        help="To do: red in the agenda, today or late. Upcoming: all else that is open.",
    )
    day = fields.Date(
        compute='_compute_day',
        search='_search_day',
        help="Day for which an open action is planned; day on which a closed one was closed.",
    )
    leader_age = fields.Selection(
        [
            ('0_not_due', "Not due"),
            ('1_30', "1–30 days"),
            ('31_60', "31–60 days"),
            ('61_90', "61–90 days"),
            (OLDEST, "Over 90 days"),
        ],
        string="Age",
        compute='_compute_leader_age',
        search='_search_leader_age',
        help="Days that the leader invoice is overdue, or was when the action was closed.",
    )

    # === COMPUTE METHODS === #

    @api.depends('state', 'outcome', 'status_color')
    def _compute_progress(self):
        colors = {'red': 'to_do', 'yellow': 'error'}
        for action in self:
            if action.state in OPEN_STATES:
                action.progress = colors.get(action.status_color, 'upcoming')
            elif action.state == 'cancelled' or action.outcome == 'skipped':
                action.progress = 'dropped'
            else:
                action.progress = 'done'

    @api.depends('state', 'date_planned', 'day_done')
    def _compute_day(self):
        for action in self:
            day = action.date_planned if action.state in OPEN_STATES else action.day_done
            if not day and action.state not in OPEN_STATES:
                day = action.company_id._dso_local(action.write_date).date()
            action.day = day

    @api.depends('state', 'leader_due', 'day')
    def _compute_leader_age(self):
        for action in self:
            is_open = action.state in OPEN_STATES
            day = action.company_id._dso_today() if is_open else action.day
            overdue = action.leader_due and (day - action.leader_due).days
            bounds = (key for bound, key in AGE_BOUNDS if overdue <= bound)
            action.leader_age = action.leader_due and next(bounds, OLDEST)

    # === SEARCH METHODS === #

    @api.model
    def _search_progress(self, operator, value):
        return self._search_expression('progress', operator, value)

    @api.model
    def _search_leader_age(self, operator, value):
        return self._search_expression('leader_age', operator, value)

    @api.model
    def _search_day(self, operator, value):
        return self._search_expression('day', operator, value)

    def _search_expression(self, name, operator, value):
        """Compare the SQL expression of a field, as groups of a chart do behind their bars."""
        if operator in COMPARISONS:
            condition = SQL("%s %s", COMPARISONS[operator], value)
        elif operator == 'in':
            condition = SQL("= ANY(%s)", [item for item in value if item])
        else:
            return NotImplemented
        is_unset = operator == 'in' and False in value

        def to_sql(model, alias, query):
            expression = model._field_to_sql(alias, name, query)
            found = SQL("%s %s", expression, condition)
            return SQL("(%s OR %s IS NULL)", found, expression) if is_unset else found

        return Domain.custom(to_sql=to_sql)

    # === SQL === #

    def _field_to_sql(self, alias, field_expr, query=None):
        method = {
            'progress': self._progress_sql,
            'day': self._day_sql,
            'leader_age': self._leader_age_sql,
        }.get(field_expr)
        if not method or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        return method(alias, query)

    def _progress_sql(self, alias, query):
        to_do = self._domain_to_do().optimize_full(self)
        return SQL(
            """CASE WHEN %(state)s = 'error' THEN 'error'
                WHEN %(state)s IN %(open)s AND (%(to_do)s) THEN 'to_do'
                WHEN %(state)s IN %(open)s THEN 'upcoming'
                WHEN %(state)s = 'cancelled' OR %(outcome)s = 'skipped' THEN 'dropped'
                ELSE 'done' END""",
            state=self._field_to_sql(alias, 'state', query),
            outcome=self._field_to_sql(alias, 'outcome', query),
            open=OPEN_STATES,
            to_do=to_do._to_sql(self, alias, query),
        )

    def _day_sql(self, alias, query):
        companies, company = self._fields['company_id'].join(self.sudo(), alias, query)
        # What fell away has no day of completion: the day of the company, as that of the others.
        return SQL(
            "CASE WHEN %s IN %s THEN %s ELSE COALESCE(%s, "
            "(%s AT TIME ZONE 'UTC' AT TIME ZONE COALESCE(%s, 'UTC'))::date) END",
            self._field_to_sql(alias, 'state', query),
            OPEN_STATES,
            self._field_to_sql(alias, 'date_planned', query),
            self._field_to_sql(alias, 'day_done', query),
            self._field_to_sql(alias, 'write_date', query),
            companies._field_to_sql(company, 'dso_tz', query),
        )

    def _leader_age_sql(self, alias, query):
        due = self._field_to_sql(alias, 'leader_due', query)
        day = SQL(
            "CASE WHEN %s IN %s THEN %s ELSE %s END",
            self._field_to_sql(alias, 'state', query),
            OPEN_STATES,
            self._today_sql(alias, query),
            self._day_sql(alias, query),
        )
        bounds = [
            SQL("WHEN %s - %s <= %s THEN %s", day, due, bound, key) for bound, key in AGE_BOUNDS
        ]
        return SQL(
            "CASE WHEN %s IS NULL THEN NULL %s ELSE %s END", due, SQL(" ").join(bounds), OLDEST
        )

    def _today_sql(self, alias, query):
        """Return today in the time zone of the company of each row."""
        company = self._field_to_sql(alias, 'company_id', query)
        roots = self.env.companies.root_id
        days = [
            SQL("WHEN %s IN %s THEN %s::date", company, tuple(companies.ids), today)
            for today, companies in roots.grouped(lambda root: root._dso_today()).items()
        ]
        # Other companies are seen by the superuser alone.
        return SQL("CASE %s ELSE %s::date END", SQL(" ").join(days), roots[:1]._dso_today())
