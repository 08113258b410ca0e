from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

#: Hour of the day, in the time zone of the user's company, from which the mail of the day is sent.
MAIL_HOUR = 6

#: Customers whom the mail names of each alert, those who owe most first, before it counts the rest.
NAMES_SHOWN = 20


class DsoAlertSubscription(models.Model):
    """How a user wants to hear of the customer accounts that newly enter an alert (spec 7.3)."""

    _name = 'dso.alert.subscription'
    _description = "Subscription to an Alert"

    alert_id = fields.Many2one('dso.alert', required=True, readonly=True, ondelete='cascade')
    user_id = fields.Many2one(
        'res.users', required=True, readonly=True, index=True, ondelete='cascade'
    )
    in_app = fields.Boolean(string="In Odoo", readonly=True)
    by_mail = fields.Boolean(string="By Daily Mail", readonly=True)
    mailed_on = fields.Datetime(
        readonly=True, help="Who has entered since then is in the next mail."
    )
    is_missed = fields.Boolean(
        readonly=True,
        help="The user was away when he was told in Odoo: it is in the next mail, too.",
    )
    mail_day = fields.Date(readonly=True, help="Day of the last mail, sent or not needed.")

    _unique_user = models.UniqueIndex(
        '(alert_id, user_id)', "A user has subscribed to an alert once."
    )

    # === BUSINESS METHODS === #

    @api.model
    def _toggle(self, alert, channel):
        """Subscribe the user to an alert, or no longer.

        :param str channel: ``in_app`` or ``by_mail``
        """
        mine = self.sudo()  # one's own, whatever one's rights on alerts
        subscription = mine.search(
            [('alert_id', '=', alert.id), ('user_id', '=', self.env.uid)]
        ) or mine.create({'alert_id': alert.id, 'user_id': self.env.uid})
        subscription[channel] = not subscription[channel]
        if channel == 'by_mail' or not subscription.by_mail:
            subscription._note_mail()

    def _note_mail(self):
        """What entered until now, and today, needs no other mail."""
        for user, subscriptions in self.grouped('user_id').items():
            subscriptions.write(
                {
                    'mailed_on': fields.Datetime.now(),
                    'mail_day': user.company_id._dso_today(),
                    'is_missed': False,
                }
            )

    def _note_told(self):
        """Remember what the user of these was told in Odoo, or that he was not there to see it.

        Those who read notifications in Odoo find it in their inbox.
        """
        told = self.filtered(lambda subscription: not subscription.by_mail)
        user = told.user_id
        statuses = user.sudo().presence_ids.mapped('status')  # nobody may read them
        if user.notification_type == 'inbox' or {'online', 'away'} & set(statuses):
            told.filtered(lambda subscription: not subscription.is_missed)._note_mail()
        elif missed := told.filtered(lambda subscription: not subscription.is_missed):
            # The mail of this day, when it has not gone yet.
            morning = user.company_id._dso_now() - timedelta(hours=MAIL_HOUR)
            missed.write({'is_missed': True, 'mail_day': morning.date()})

    def _get_news(self):
        """Return what has newly entered the alerts of one user since the last mail.

        :return: alert → customer accounts, as the user sees both
        :rtype: dict
        """
        user = self.user_id
        alerts = self.alert_id.with_user(user)
        visible = alerts.search([('id', 'in', alerts.ids)])
        since = Domain.OR(
            Domain('alert_id', '=', each.alert_id.id)
            & Domain(
                'entered_on', '>', max(filter(None, (each.mailed_on, each.alert_id.baseline_on)))
            )
            for each in self
            if each.alert_id.baseline_on
        )
        members = self.env['dso.alert.account'].with_user(user)
        members = members.with_context(allowed_company_ids=user.company_ids.ids)
        found = members.search(since & Domain('alert_id', 'in', visible.ids))
        return {alert: rows.customer_id for alert, rows in found.grouped('alert_id').items()}

    # === SCHEDULED ACTION === #

    @api.model
    def _send_mails_of_the_day(self):
        """Send each user one mail with what has newly entered the alerts, once a day."""
        wanted = self.search(Domain('by_mail', '=', True) | Domain('is_missed', '=', True))
        for user, subscriptions in wanted.grouped('user_id').items():
            now = user.company_id._dso_now()
            today = now.date()
            due = subscriptions.filtered(lambda s, today=today: s.mail_day < today)
            if not due or now.hour < MAIL_HOUR:
                continue
            if user.active and user.has_group('dso_collection.group_dso_reader'):
                due._send_mail(user, due._get_news())
            due._note_mail()
            if not self.env['ir.cron']._commit_progress(len(due)):
                return

    def _send_mail(self, user, news):
        """Queue the mail of one user.

        :param dict news: alert → customer accounts, as the user sees both
        """
        if not news or not user.email:
            return
        mail = self.with_context(lang=user.lang)
        alerts = [mail._get_mail_item(alert, customers) for alert, customers in news.items()]
        company = user.company_id
        body = mail.env['ir.qweb']._render(
            'dso_collection.dso_alert_mail',
            {
                'alerts': alerts,
                'url': self[:1].get_base_url(),
                'user': user,
            },
        )
        self.env['mail.mail'].create(
            {
                'subject': mail.env._("Customers newly in your alerts"),
                'body_html': body,
                'email_from': company.email_formatted or self.env.user.email_formatted,
                'recipient_ids': user.partner_id.ids,
                'auto_delete': True,
            }
        )

    def _get_mail_item(self, alert, customers):
        """Return what the mail says of one alert, for the template."""
        shown = customers.sorted('overdue', reverse=True)[:NAMES_SHOWN]
        left = len(customers) - len(shown)
        return {
            'name': alert.with_context(lang=self.env.lang).name,
            'customers': shown,
            'left': left and self.env._("%(count)s more", count=left),
        }
