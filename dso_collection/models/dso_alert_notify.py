from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_list

#: Names that a notification lists of each alert before it counts the rest.
NAMES_SHOWN = 5


class DsoAlert(models.Model):
    """Who hears of customer accounts that newly enter an alert, and how (spec 7.3)."""

    _inherit = 'dso.alert'

    subscription_ids = fields.One2many('dso.alert.subscription', 'alert_id')
    tells_in_app = fields.Boolean(
        string="Tell Me in Odoo", compute='_compute_tells', help="As soon as it is found out."
    )
    tells_by_mail = fields.Boolean(
        string="Tell Me by Mail",
        compute='_compute_tells',
        help="Once a day, one mail for all alerts.",
    )

    # === COMPUTE METHODS === #

    @api.depends('subscription_ids.in_app', 'subscription_ids.by_mail')
    @api.depends_context('uid')
    def _compute_tells(self):
        mine = self.env['dso.alert.subscription'].search(
            [('alert_id', 'in', self.ids), ('user_id', '=', self.env.uid)]
        )
        mine = mine.grouped('alert_id')
        for alert in self:
            subscription = mine.get(alert._origin)
            alert.tells_in_app = subscription and subscription.in_app
            alert.tells_by_mail = subscription and subscription.by_mail

    # === ACTION METHODS === #

    def action_toggle_in_app(self):
        """Tell the user in Odoo who newly enters an alert, or no longer."""
        return self._toggle_subscription('in_app')

    def action_toggle_by_mail(self):
        """Tell the user by the mail of the day who newly enters an alert, or no longer."""
        return self._toggle_subscription('by_mail')

    def _toggle_subscription(self, channel):
        self.ensure_one()
        self.check_access('read')
        self.env['dso.alert.subscription']._toggle(self, channel)
        return True

    # === BUSINESS METHODS === #

    def _notify(self, news):
        """Tell users in Odoo of customer accounts that have newly entered these alerts.

        :param dict news: alert → ids of the customer accounts
        """
        subscriptions = self.env['dso.alert.subscription'].search(
            [('alert_id', 'in', [alert.id for alert in news]), ('in_app', '=', True)]
        )
        for user, mine in subscriptions.grouped('user_id').items():
            if user.active and user.has_group('dso_collection.group_dso_reader'):
                told = mine.alert_id._notify_user(user, news)
                mine.filtered(lambda s, told=told: s.alert_id in told)._note_told()

    def _notify_user(self, user, news):
        """Tell one user of what is new in these alerts.

        Whoever reads notifications in Odoo finds it in the inbox too; others get no mail for each,
        but the one of the day, also when they are not there to see the notice.

        :return: the alerts of which the user was told
        :rtype: dso.alert
        """
        alerts = self.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids, lang=user.lang
        )
        alerts = alerts.search([('id', 'in', alerts.ids)])
        ids = [customer_id for alert in alerts for customer_id in news[alert]]
        visible = alerts.env['dso.customer'].search([('id', 'in', ids)])
        lines, told = [], self.browse()
        for alert in alerts:
            mine = frozenset(news[alert])
            if customers := visible.filtered(lambda c, mine=mine: c.id in mine):
                lines.append(alert._get_news_line(customers))
                told += alert
        if not lines:
            return told
        title = alerts.env._("Customers newly in your alerts")
        user._bus_send(
            'simple_notification',
            {'type': 'warning', 'title': title, 'message': "\n".join(lines), 'sticky': True},
        )
        if user.notification_type == 'inbox':
            self.env['mail.thread'].message_notify(
                subject=title,
                body=Markup("<br/>").join(lines),
                partner_ids=user.partner_id.ids,
            )
        return told

    def _get_news_line(self, customers):
        names = customers[:NAMES_SHOWN].mapped('display_name')
        if left := len(customers) - len(names):
            names.append(self.env._("%(count)s more", count=left))
        return self.env._(
            "%(alert)s: %(names)s", alert=self.name, names=format_list(self.env, names)
        )
