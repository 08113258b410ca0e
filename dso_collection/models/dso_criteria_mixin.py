from textwrap import shorten

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.safe_eval import datetime, dateutil, safe_eval

from ..tools import server
from ..tools.criteria import find_forbidden

#: What criteria that have become senseless may raise: a deleted field, a value of a wrong type, a
#: right taken away, days beyond the calendar, too much work, alone or with other criteria in one
#: statement. Conflicts with other transactions are not among them.
CRITERIA_ERRORS = (
    UserError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    NameError,
    AttributeError,
    OverflowError,
    RecursionError,
    psycopg2.DataError,
    psycopg2.ProgrammingError,
    psycopg2.NotSupportedError,
    psycopg2.errors.QueryCanceled,
    psycopg2.errors.ProgramLimitExceeded,
    psycopg2.errors.StatementTooComplex,
    psycopg2.errors.TooManyColumns,
)

#: Time that the server may spend on a statement with criteria: of scheduled actions and of screens.
LONG, SHORT = '60s', '5s'


class DsoCriteriaMixin(models.AbstractModel):
    """Records with criteria on customer accounts, which people write.

    Criteria are evaluated with the rights of the person who wrote them, in one company: they find
    nothing that this person could not find. What takes too long is cut off.
    """

    _name = 'dso.criteria.mixin'
    _description = "Has Criteria on Customer Accounts"

    #: Fields that are evaluated with the rights of whoever wrote them last.
    _dso_authored = frozenset(['domain'])

    domain = fields.Char(
        string="Criteria", required=True, default='[]', help="Which customer accounts match."
    )
    filter_id = fields.Many2one(
        'ir.filters',
        string="Take Over a Saved Search",
        store=False,
        domain=[('model_id', '=', 'dso.customer')],
        help="Copies the criteria of a favourite of the customers list.",
    )
    criteria_user_id = fields.Many2one(
        'res.users',
        string="Criteria By",
        readonly=True,
        copy=False,
        ondelete='restrict',
        help="Who wrote the criteria; they are evaluated with the rights of this person.",
    )
    last_error = fields.Char(readonly=True, copy=False)

    # === ONCHANGE METHODS === #

    @api.onchange('filter_id')
    def _onchange_filter_id(self):
        if self.filter_id:
            self.domain = self.filter_id.domain
            self.name = self.name or self.filter_id.name

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals['criteria_user_id'] = self.env.uid
        return super().create(vals_list)

    def write(self, vals):
        if not self._dso_authored.isdisjoint(vals):
            vals = {**vals, 'criteria_user_id': self.env.uid, 'last_error': False}
        return super().write(vals)

    # === BUSINESS METHODS === #

    def _criteria(self, company):
        """Evaluate the text of the criteria, with what a saved search may name.

        :param res.company company: a root company, in sudo
        :rtype: list
        """
        self.ensure_one()
        if forbidden := find_forbidden(self.domain):
            raise UserError(
                self.env._("“%(text)s” has no place in criteria", text=shorten(forbidden, 40))
            )
        context = {
            'uid': self._author().id,
            'datetime': datetime,
            'relativedelta': dateutil.relativedelta.relativedelta,
            'context_today': company._dso_today,
            'current_date': company._dso_today().isoformat(),
        }
        return safe_eval(self.domain, context)

    def _author(self):
        """Return the person with whose rights the criteria are evaluated.

        What is being typed in a form has no other author yet than who types it.

        :rtype: res.users
        """
        stored = self._origin
        if not stored or any(self[name] != stored[name] for name in ('domain', 'company_id')):
            return self.env.user
        return stored.sudo().criteria_user_id  # whoever that is

    def _get_customers(self, company):
        """Return the model of customer accounts as the author of the criteria sees it.

        :param res.company company: a root company, in sudo
        :raise AccessError: when the author may not read customer accounts
        :rtype: dso.customer
        """
        author = self._author().sudo()  # to act as that person
        companies = author.company_ids.filtered(lambda c: c.root_id == company)
        if author._is_superuser():  # who wrote what comes along with the addon
            companies = company
        customers = (
            self.env['dso.customer']
            .with_user(author)
            .with_context(allowed_company_ids=companies.ids, tz=company.dso_tz, lang=author.lang)
        )
        customers.check_access('read')
        return customers

    def _matching_customers(self, company):
        """Return the customer accounts that the author of the criteria finds with them.

        :param res.company company: a root company, in sudo
        :rtype: Query
        """
        customers = self._get_customers(company)
        domain = Domain('company_id', '=', company.id) & Domain(self._criteria(company))
        return customers._search(domain)

    def _try(self, function, timeout=LONG):
        """Call a function that depends on criteria or values; return why it cannot, if so.

        :param str timeout: time for each statement, as the server reads it
        :return: one sentence, empty when all is well
        :rtype: str
        """
        try:
            with (
                self.env.cr.savepoint(flush=False),
                server.settings(self.env, {'statement_timeout': timeout}),
            ):
                function()
        except psycopg2.errors.QueryCanceled:
            return self._get_criteria_error(self.env._("they take too long"))
        except CRITERIA_ERRORS as error:
            [cause, *_rest] = (str(error).strip() or type(error).__name__).splitlines()
            return self._get_criteria_error(cause.rstrip('.'))
        return ""

    # === HOOKS === #

    def _get_criteria_error(self, cause):
        """Return the sentence that tells why criteria cannot be applied, and what to do.

        :param str cause: without a full stop
        :rtype: str
        """
        raise NotImplementedError
