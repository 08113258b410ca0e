from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import formatLang


class DsoSendingDay(models.Model):
    """A day on which a company has sent: how many automatic messages, and who let out more.

    Written under a lock by whoever sends, so that two workers never send more together than one.
    """

    _name = 'dso.sending.day'
    _description = "Sending Day"
    _order = 'day DESC, company_id'
    _rec_name = 'day'
    _log_access = False

    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    day = fields.Date(required=True, readonly=True, help="In the time zone of the company.")
    sent = fields.Integer(
        string="Automatic Messages",
        readonly=True,
        help="Messages that the scheduled action has sent, without those that failed.",
    )
    released = fields.Integer(
        readonly=True, help="Messages that a manager let out beyond what the day may have."
    )
    released_by_id = fields.Many2one('res.users', readonly=True, ondelete='restrict')
    released_on = fields.Datetime(readonly=True)

    _unique_day = models.UniqueIndex('(company_id, day)', "A company has a day once.")

    # === BUSINESS METHODS === #

    def _release(self, number):
        """Record that a manager has let out messages beyond the limit of a day."""
        self.ensure_one()
        self.write(
            {
                'released': self.released + number,
                'released_by_id': self.env.uid,
                'released_on': fields.Datetime.now(),
            }
        )

    # === READ METHODS === #

    @api.model
    @api.readonly
    def get_status(self):
        """Tell what the companies of the user send today by themselves, and what waits.

        :return: per company that sends and has something to tell: ``company_id`` (for users of
            branches alone, one of these), ``sentences``, ``waiting`` (messages over the limit),
            ``shared`` (messages to an address that has its message of the day) and whether the
            user ``can_release``
        :rtype: list[dict]
        """
        self.check_access('read')
        belt = self.env['dso.belt']
        companies = self.env.companies.root_id
        allowances = belt._get_allowances(belt._started(companies))
        numbers = belt._get_numbers(allowances)
        status = [self._prepare_status(one, numbers) for one in allowances]
        return [one for one in status if one['sentences']]

    @api.model
    @api.readonly
    def action_open_shared(self):
        """List the customer accounts that share an address of which one has its message today."""
        waiting = self.env['dso.action'].search([('belt', '=', 'address')])
        addresses = {one for each in waiting for one in (each.recipient or "").split(", ")}
        reached = self.env['dso.sending.address'].sudo()  # whom one may see, the list decides
        days = Domain.OR(
            Domain('company_id', '=', company.id) & Domain('day', '=', company._dso_today())
            for company in waiting.company_id
        )
        reached = reached.search(days & Domain('address', 'in', list(addresses)))
        customers = waiting.customer_id | reached.action_id.customer_id.sudo(False)
        window = self.env['dso.customer']._open_window(
            'dso_collection.dso_customer_action', [('id', 'in', customers.ids)]
        )
        return {**window, 'display_name': self.env._("Customers Who Share an Address")}

    def _prepare_status(self, allowance, numbers):
        company = allowance.company
        waiting = numbers.get((company.id, 'cap'), 0)
        shared = numbers.get((company.id, 'address'), 0)
        sentences = []
        if allowance.limit is not None:
            sentences.append(self._explain_limit(allowance, waiting))
        if waiting and allowance.rule == 'jump':
            average = formatLang(self.env, allowance.average, digits=1)
            sentences.append(
                self.env._(
                    "That is three times what usually goes out on a day (%(average)s).",
                    average=average,
                )
            )
        if shared:
            sentences.append(
                self.env._(
                    "%(count)s wait until tomorrow: their address has its message of today.",
                    count=shared,
                )
            )
        if sentences and len(self.env.companies.root_id) > 1:
            sentences[0] = self.env._(
                "%(company)s: %(sentence)s", company=company.name, sentence=sentences[0]
            )
        is_manager = self.env.user.has_group('dso_collection.group_dso_manager')
        own = self.env.companies.filtered(lambda c: c.root_id == company)
        return {
            'company_id': (own & company or own[:1]).id,
            'sentences': sentences,
            'waiting': waiting,
            'shared': shared,
            'can_release': bool(waiting) and is_manager,
        }

    def _explain_limit(self, allowance, waiting):
        values = {'sent': allowance.sent, 'most': allowance.most, 'waiting': waiting}
        if not waiting:
            return self.env._(
                "%(sent)s of at most %(most)s automatic messages sent today.", **values
            )
        return self.env._(
            "%(sent)s of at most %(most)s automatic messages sent today, %(waiting)s wait: those "
            "of the largest overdue go first.",
            **values,
        )
