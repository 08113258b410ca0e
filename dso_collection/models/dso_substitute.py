from collections import defaultdict
from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date


class DsoSubstitute(models.Model):
    """Who does the work of a collector while he is away (spec 6.8).

    Customer accounts and actions stay the collector's; his substitute finds them among his own for
    the time. So nothing is written when the time begins or ends, and nothing has to be given back.
    """

    _name = 'dso.substitute'
    _description = "Substitute of a Collector"
    _order = 'date_from desc, id desc'
    _rec_name = 'collector_id'

    collector_id = fields.Many2one(
        'res.users',
        required=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete='cascade',
        domain="[('share', '=', False)]",
        help="Collector who is away.",
    )
    substitute_id = fields.Many2one(
        'res.users',
        required=True,
        index=True,
        ondelete='restrict',
        domain="[('share', '=', False), ('id', '!=', collector_id)]",
        help="Colleague who sees and does the actions and replies of the collector.",
    )
    date_from = fields.Date(string="First Day", required=True, default=fields.Date.context_today)
    date_until = fields.Date(string="Last Day", required=True)
    is_current = fields.Boolean(string="Away Now", compute='_compute_is_current')

    _check_dates = models.Constraint(
        'CHECK (date_from <= date_until)',
        "An absence cannot end before it begins: correct its days.",
    )
    _check_other = models.Constraint(
        'CHECK (collector_id <> substitute_id)',
        "Nobody stands in for himself: choose another substitute.",
    )

    # === COMPUTE METHODS === #

    @api.depends('collector_id', 'date_from', 'date_until')
    def _compute_is_current(self):
        for period in self:
            today = self._get_day(period.sudo().collector_id.tz)
            period.is_current = (
                bool(period.date_from and period.date_until)
                and period.date_from <= today <= period.date_until
            )

    @api.depends('collector_id', 'substitute_id')
    def _compute_display_name(self):
        for period in self:
            period.display_name = self.env._(
                "%(substitute)s for %(collector)s",
                substitute=period.substitute_id.name or "",
                collector=period.collector_id.name or "",
            )

    # === CONSTRAINT METHODS === #

    @api.constrains('collector_id', 'substitute_id')
    def _check_people(self):
        for period in self.sudo():  # where colleagues may work, and what waits for them
            for user in (period.collector_id, period.substitute_id):
                if (
                    user.share
                    or not user.active
                    or not user.has_group('dso_collection.group_dso_collector')
                ):
                    raise ValidationError(
                        self.env._(
                            "%(user)s does not collect: choose active users who have the right.",
                            user=user.name,
                        )
                    )
            closed = period._get_companies() - period.substitute_id.company_ids.root_id
            if closed:
                raise ValidationError(
                    self.env._(
                        "%(substitute)s may not work in %(company)s, where %(collector)s collects: "
                        "choose a substitute who may.",
                        substitute=period.substitute_id.name,
                        company=closed[0].name,
                        collector=period.collector_id.name,
                    )
                )

    def _get_companies(self):
        """Return the companies in which the collector has customer accounts.

        :rtype: res.company
        """
        groups = self.env['dso.customer']._read_group(
            [('collector_id', '=', self.collector_id.id)], ['company_id']
        )
        return self.env['res.company'].union(*(company for [company] in groups))

    @api.constrains('collector_id', 'date_from', 'date_until')
    def _check_overlap(self):
        for period in self.sudo():  # of whatever company
            double = period.search(
                period._domain_meanwhile()
                & Domain('collector_id', '=', period.collector_id.id)
                & Domain('id', '!=', period.id),
                limit=1,
            )
            if double:
                raise ValidationError(
                    self.env._(
                        "%(collector)s is away from %(first)s until %(last)s already: change that "
                        "entry, or choose other days.",
                        collector=double.collector_id.name,
                        first=format_date(self.env, double.date_from),
                        last=format_date(self.env, double.date_until),
                    )
                )

    @api.constrains('collector_id', 'substitute_id', 'date_from', 'date_until')
    def _check_circle(self):
        """Refuse people who would stand in for each other on the same day: nobody would be left."""
        for period in self.sudo():  # of whatever company
            others = period.search(period._domain_meanwhile())
            if period._comes_back(others, period.date_from, period.date_until):
                raise ValidationError(
                    self.env._(
                        "%(substitute)s is away in these days, and the work would come back to "
                        "%(collector)s: choose another substitute.",
                        substitute=period.substitute_id.name,
                        collector=period.collector_id.name,
                    )
                )

    def _comes_back(self, others, first, last, seen=()):
        """Tell whether the work of a collector comes back to him on a day between two.

        :param dso.substitute others: periods of that time
        :param date first: first day
        :param date last: last day
        :param tuple seen: ids of the substitutes who have passed it on
        """
        here = seen[-1] if seen else self.substitute_id.id
        for other in others.filtered(lambda period: period.collector_id.id == here):
            start, end = max(first, other.date_from), min(last, other.date_until)
            following = other.substitute_id.id
            if start > end or following in seen:
                continue
            if following == self.collector_id.id:
                return True
            if self._comes_back(others, start, end, (*seen, following)):
                return True
        return False

    def _domain_meanwhile(self):
        """Periods that have a day in common with this one.

        :rtype: Domain
        """
        return Domain('date_from', '<=', self.date_until) & Domain(
            'date_until', '>=', self.date_from
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        periods = super().create(vals_list)
        self.env.registry.clear_cache()
        periods._tell_substitute()
        return periods

    def write(self, vals):
        result = super().write(vals)
        if 'collector_id' in vals:
            self.check_access('write')  # nobody gives his own absence to a colleague
        self.env.registry.clear_cache()
        if not {'substitute_id', 'date_from', 'date_until'}.isdisjoint(vals):
            self._tell_substitute()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def _tell_substitute(self):
        """Let substitutes know, unless they have entered it themselves."""
        for period in self.filtered(lambda p: p.substitute_id != self.env.user):
            reader = period.with_context(lang=period.sudo().substitute_id.lang)
            self.env['mail.thread'].message_notify(
                partner_ids=period.sudo().substitute_id.partner_id.ids,
                subject=reader.env._("You stand in for %(name)s", name=period.collector_id.name),
                body=reader.env._(
                    "%(name)s is away from %(first)s until %(last)s. In that time the actions and "
                    "replies of this colleague are among yours.",
                    name=period.collector_id.name,
                    first=format_date(reader.env, period.date_from),
                    last=format_date(reader.env, period.date_until),
                ),
            )

    # === BUSINESS METHODS === #

    @api.model
    def _get_absent(self):
        """Return the collectors for whom the user stands in now.

        Whoever stands in for somebody who stands in for a third one does the work of both.

        :rtype: res.users
        """
        standing = defaultdict(set)
        for collector_id, substitute_id in self._get_current_pairs():
            standing[substitute_id].add(collector_id)
        found, waiting = {self.env.uid}, [self.env.uid]
        while waiting:
            fresh = standing[waiting.pop()] - found
            found |= fresh
            waiting += fresh
        return self.env['res.users'].browse(sorted(found - {self.env.uid}))

    @api.model
    def _get_current_pairs(self):
        """Return who is away now, and who stands in for him, without a query as a rule.

        :return: pairs of ids of collector and substitute
        :rtype: list[tuple]
        """
        return [
            (collector_id, substitute_id)
            for collector_id, substitute_id, zone, first, last in self._get_periods_around(
                fields.Date.today()
            )
            if first <= self._get_day(zone) <= last
        ]

    @api.model
    @tools.ormcache('day')
    def _get_periods_around(self, day):
        """Return the periods that may be current anywhere in the world on a day in UTC.

        :param date day: the day
        :return: ids of collector and substitute, time zone of the collector, first and last day
        :rtype: tuple
        """
        periods = self.sudo().search(  # of whatever company
            Domain('date_from', '<=', day + timedelta(days=1))
            & Domain('date_until', '>=', day - timedelta(days=1))
        )
        return tuple(
            (p.collector_id.id, p.substitute_id.id, p.collector_id.tz, p.date_from, p.date_until)
            for p in periods
        )

    @api.model
    def _get_day(self, zone):
        """Return today where a collector lives.

        :param str zone: time zone of the user; empty: UTC
        :rtype: date
        """
        moment = fields.Datetime.now().replace(tzinfo=ZoneInfo('UTC'))
        return moment.astimezone(ZoneInfo(zone or 'UTC')).date()

    @api.model
    @api.readonly
    def get_away(self):
        """Return who is away, for the heads of columns.

        :return: id of a user → until when he is away, and who stands in
        :rtype: dict[int, str]
        """
        self.check_access('read')
        periods = self.search([('date_until', '>=', fields.Date.today() - timedelta(days=1))])
        return {
            period.collector_id.id: self.env._(
                "Away until %(date)s: %(name)s",
                date=format_date(self.env, period.date_until),
                name=period.substitute_id.name,
            )
            for period in periods
            if period.is_current
        }
