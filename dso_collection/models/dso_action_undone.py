from collections import Counter

from markupsafe import Markup
from odoo import api, models
from odoo.tools import split_every

from ..engine import undone_sql
from ..tools import clock

#: Actions that go on per transaction.
BATCH_SIZE = 500


class DsoAction(models.Model):
    """What becomes of manual actions that nobody does in time, as their step says (spec 6.8).

    Looked at once a day, after all has been planned: the dates are those that people saw.
    """

    _inherit = 'dso.action'

    # === BUSINESS METHODS === #

    @api.model
    def _act_on_undone(self, company):
        """Let what was not done in time wait, go on or become another action, and tell the
        managers.

        Nobody is to blame before collection has started and while sending is paused.

        :param res.company company: a root company
        :return: the actions on which it has acted, and whether time is left
        :rtype: tuple
        """
        rules, news = self._mark_undone(company)
        undone = self.sudo().browse(rules)  # runs for everybody
        undone.browse(news)._tell_managers(company, rules)
        self.env['dso.planner']._mark_customers(
            undone.filtered(lambda action: rules[action.id] == 'become').customer_id
        )
        going_on = undone.filtered(lambda action: rules[action.id] == 'go_on')
        return undone, going_on._go_on()

    @api.model
    def _mark_undone(self, company, today=None):
        """Note since when the actions of a company are not done in time, as planned for a day.

        :param res.company company: a root company
        :param date today: the day; default: today in the time zone of the company
        :return: id of each action on which its step wants something to be done → rule of the step;
            ids of those of which it was not known
        :rtype: tuple[dict[int, str], list[int]]
        """
        if not company.dso_started_on or company.dso_paused:
            return {}, []
        self.env.flush_all()
        rows = self.env.execute_query(
            undone_sql.mark(
                company.id,
                today or company._dso_today(),
                self._get_undone_since(company),
                company.dso_tz or 'UTC',
                self.env.uid,
                clock.now(self.env.cr),
            )
        )
        self.invalidate_model()
        undone = [row for row in rows if row[2]]
        return {row[0]: row[1] for row in undone}, [row[0] for row in undone if not row[3]]

    @api.model
    def _get_undone_since(self, company):
        """Return the day since which people could do what they had to: start, or end of a pause.

        :rtype: date
        """
        pauses = self.env['dso.pause'].sudo()  # runs for everybody
        ended = pauses.search(
            [('company_id', '=', company.id), ('resumed_on', '!=', False)],
            order='resumed_on desc',
            limit=1,
        )
        moments = [company.dso_started_on, *ended.mapped('resumed_on')]
        return company._dso_local(max(moments)).date()

    def _go_on(self):
        """Skip actions that nobody has done; tell whether time is left."""
        commit_progress = self.env['ir.cron']._commit_progress
        for batch in split_every(BATCH_SIZE, self.ids, self.browse):
            # Others work on them, too, between two transactions.
            batch = batch.exists().filtered(lambda action: action.state in ('planned', 'error'))
            batch._set_done('skipped', reason_code='undone')
            self.env['dso.planner']._plan_pending()
            if not commit_progress(len(batch)):
                return False
        return True

    # === DIGEST === #

    def _tell_managers(self, company, rules):
        """Tell each collection manager once what was not done in time today.

        :param res.company company: root company of the actions
        :param dict rules: id of an action → what its step says
        """
        if not self or clock.is_rehearsing(self.env.cr):
            return
        counts = Counter((action.collector_id, rules[action.id]) for action in self)
        for lang, readers in company._dso_get_managers().grouped('lang').items():
            told = self.with_context(lang=lang)
            self.env['mail.thread'].message_notify(
                partner_ids=readers.partner_id.ids,
                subject=told.env._(
                    "Not done in time in %(company)s: %(count)s",
                    company=company.name,
                    count=len(self),
                ),
                body=told._write_digest(counts),
            )

    def _write_digest(self, counts):
        """Return what was not done in time, by collector.

        :param Counter counts: collector and rule → number of actions
        :rtype: Markup
        """
        words = {
            'wait': lambda count: self.env._("%(count)s wait", count=count),
            'go_on': lambda count: self.env._("%(count)s are left out", count=count),
            'become': lambda count: self.env._("%(count)s become another action", count=count),
        }
        collectors = dict.fromkeys(collector for collector, _rule in counts)
        lines = [
            self.env._(
                "%(collector)s: %(what)s",
                collector=collector.name or self.env._("Without collector"),
                what=", ".join(
                    word(counts[collector, rule])
                    for rule, word in words.items()
                    if counts[collector, rule]
                ),
            )
            for collector in sorted(collectors, key=lambda user: user.name or "")
        ]
        return Markup('<ul>%s</ul><p><a href="/odoo/collection-undone">%s</a></p>') % (
            Markup("").join(Markup("<li>%s</li>") % line for line in lines),
            self.env._("See what still waits"),
        )

    # === WORDS === #

    def _explain_undone(self):
        """Return that an action is not done in time, and what that has made of it.

        :rtype: str
        """
        if not self.undone_on or self.reason_code == 'undone':
            return ""
        if not self.former_type:
            return self.env._("Not done in time: the managers know.")
        types = dict(self._fields['former_type']._description_selection(self.env))
        return self.env._(
            "Nobody did it in time, so it became another action. It was: %(type)s.",
            type=types[self.former_type],
        )
