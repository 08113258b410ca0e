import logging
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..const import LETTER_TYPES, MESSAGE_TYPES
from ..tools import clock
from .dso_channel import Parcel

_logger = logging.getLogger(__name__)

#: Actions checked, written and committed together; fewer where each has to be printed.
BATCH_SIZE = 200
LETTER_BATCH_SIZE = 20

#: An action that has been sending for longer, without a message under way, is lost.
LOST_AFTER = timedelta(hours=24)


class DsoDispatch(models.AbstractModel):
    """Write and queue the messages of due actions: one way for cron, button and selection.

    Per batch: lock, look at the books again, write the messages, queue them; then the mail module
    sends, one transaction each, and :meth:`dso.action.message._settle` reads what came of it.
    A batch commits as a whole or not at all, so that no message is ever queued twice or forgotten.
    """

    _name = 'dso.dispatch'
    _description = "Dispatch of Collection Messages"

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_dispatch(self):
        """Read results, then send what is due in every company that has started."""
        if not self.env['dso.action.message']._settle_all():
            return
        if not self.env['dso.action.message']._withdraw_unjustified():
            return
        self._withdraw_stopped_safely()
        self.env['dso.action']._set_lost(before=fields.Datetime.now() - LOST_AFTER)
        companies = self.env['res.company']._dso_search_roots(
            [('dso_started_on', '!=', False), ('dso_paused', '=', False)]
        )
        for company in companies:
            if not self._dispatch_company(company):
                return

    def _dispatch_company(self, company):
        """Send what is due in a company, in committed batches; tell whether time is left.

        :rtype: bool
        """
        commit_progress = self.env['ir.cron']._commit_progress
        domain = self.env['dso.action']._domain_sendable(company, company._dso_today())
        actions = self.env['dso.belt']._get_going(company)
        commit_progress(remaining=len(actions))
        if company._dso_next_opening() <= fields.Datetime.now():
            self._dispatch_paused_safely(company)
        for batch in self._get_batches(actions):
            opening = company._dso_next_opening()
            if opening > fields.Datetime.now():
                self._dispatch_soon(at=opening)
                return bool(commit_progress(remaining=0))
            if company.dso_paused:  # by a manager, while we send
                break
            self._dispatch_safely(batch, domain)
            if not commit_progress(len(batch)):
                return False
        return bool(commit_progress(remaining=0))

    def _get_batches(self, actions):
        """Return actions in batches that are written and committed together, in their order."""
        letters = actions.filtered(
            lambda action: not set(LETTER_TYPES).isdisjoint(action._get_message_types())
        )
        return [
            *split_every(BATCH_SIZE, (actions - letters).ids, actions.browse),
            *split_every(LETTER_BATCH_SIZE, letters.ids, actions.browse),
        ]

    def _dispatch_safely(self, actions, domain):
        """Send a batch; one that fails is halved, so that one bad action keeps nobody waiting."""
        try:
            with self.env.cr.savepoint():
                self._dispatch(actions, domain, automatic=True)
        except psycopg2.OperationalError as error:
            # Somebody works on the same actions; they are looked at again in the next run.
            _logger.info("Actions %s left for later: %s", actions.ids, str(error).strip())
        except Exception as error:
            if len(actions) == 1:
                _logger.exception("Action %s cannot be sent", actions.id)
                actions.exists()._set_error('render', self.env['dso.channel']._get_cause(error))
                return
            middle = len(actions) // 2
            self._dispatch_safely(actions[:middle], domain)
            self._dispatch_safely(actions[middle:], domain)

    # === BATCH === #

    @api.model
    def _dispatch(self, actions, domain, automatic=False):
        """Queue the messages of actions that the books still justify (spec 3.16).

        :param dso.action actions: actions to send
        :param Domain domain: what an action must fulfil after its customer account was planned anew
        :param bool automatic: whether they leave by themselves, as many as a day may have
        :return: the actions that are being sent now
        """
        # A message needs the templates, users and queue that no collector has access to.
        actions = actions.sudo().try_lock_for_update()
        actions.customer_id._plan()
        held = Domain('on_hold', '=', True)
        checked = actions.search(
            Domain('id', 'in', actions.ids)
            & Domain('customer_id', 'not any', held)
            & Domain('member_id', 'not any', held)
            & domain
        )
        sent = actions.browse()
        for company, batch in checked.grouped('company_id').items():
            dispatch = self.sudo().with_company(company)
            sent |= dispatch._dispatch_batch(batch.with_env(dispatch.env), automatic)
        if sent:
            self._send_soon()
        return sent.with_env(self.env)

    def _dispatch_batch(self, actions, automatic):
        """Write and queue the messages of actions of one company; return those that are sent.

        :rtype: dso.action
        """
        belt, company = self.env['dso.belt'], actions.company_id
        actions, parcels = self._choose(belt._admit(company, actions, automatic))
        self.env['dso.planner']._snapshot_items(actions)
        parcels = self._refuse(self._write([p for p in parcels if p.action in actions]))
        parcels = self._put_off(parcels, belt._claim(company, parcels))
        parcels = [parcel._replace(automatic=automatic) for parcel in parcels]
        actions = actions.browse().union(*(parcel.action for parcel in parcels))
        self._create_messages(parcels)
        actions._set_sending()
        if automatic:
            belt._count(company)
        self._check_not_paused_meanwhile(company)
        return actions

    def _check_not_paused_meanwhile(self, company):
        """Let nobody pause the company before what was written is committed.

        Whoever is about to is not awaited: the next run takes back what is written here.

        :raise psycopg2.OperationalError: when somebody has since this transaction began
        """
        if not clock.is_rehearsing(self.env.cr):  # which nobody has to wait for
            query = "SELECT id FROM res_company WHERE id = %s FOR SHARE SKIP LOCKED"
            self.env.cr.execute(SQL(query, company.id), log_exceptions=False)

    def _choose(self, actions):
        """Put actions in error whose message cannot go out; return those that are left, and their
        messages.

        :rtype: tuple[dso.action, list[Parcel]]
        """
        actions.filtered(lambda a: a.origin != 'scenario')._find_recipients()
        parcels = self._refuse(self._address(actions))
        actions = actions.browse(dict.fromkeys(p.action.id for p in parcels))
        actions = self._withdraw_earlier(actions)
        # What was edited on other items, somebody has to look at again.
        return actions - actions._get_outdated_edits(), parcels

    def _address(self, actions):
        """Return the messages of actions, the one of the action's own type first.

        The plan says to whom those of a scenario go; who gets the others is asked anew.

        :rtype: list[Parcel]
        """
        channel = self.env['dso.channel']
        own = {}
        planned = actions.filtered(lambda a: a.origin == 'scenario')
        for action in planned:
            kind, recipient = action.action_type, action.recipient
            code = channel._of(kind)._get_obstacle(action, recipient)
            own[action] = Parcel(action, kind, action.recipient_id, recipient, code=code)
        for kind, group in (actions - planned).grouped('action_type').items():
            own |= {parcel.action: parcel for parcel in channel._of(kind)._address(group, kind)}
        parcels = [own[action] for action in actions]
        for kind in MESSAGE_TYPES:
            used = actions.filtered(lambda a, kind=kind: kind in a._get_further_types())
            parcels += channel._of(kind)._address(used, kind) if used else []
        return parcels

    def _refuse(self, parcels):
        """Put the actions in error whose own message cannot go out; return what is left.

        What else such an action would have sent does not go without it. Where a further message
        cannot go out the others do, and its row tells why.
        """
        wrong = {}
        for parcel in parcels:
            if parcel.code and parcel.kind == parcel.action.action_type:
                key = (parcel.code, parcel.cause)
                wrong[key] = wrong.get(key, parcel.action.browse()) | parcel.action
        for (code, cause), actions in wrong.items():
            actions._set_error(code, cause)
        refused = {action for actions in wrong.values() for action in actions}
        return [parcel for parcel in parcels if parcel.action not in refused]

    def _put_off(self, parcels, refused):
        """Return parcels without the actions that wait for another day.

        What would have gone to such an address beside another message fails instead.

        :param set refused: tuples (id of the action, kind of message)
        """
        return [
            p._replace(code='address') if (p.action.id, p.kind) in refused else p
            for p in parcels
            if (p.action.id, p.action.action_type) not in refused
        ]

    def _write(self, parcels):
        """Give the messages that can go out their texts."""
        written, by_kind = self._sort(parcels)
        for kind, group in by_kind.items():
            written += self.env['dso.channel']._of(kind)._write(group)
        return written

    def _create_messages(self, parcels):
        """Create and queue the messages of each kind at once."""
        failed, by_kind = self._sort(parcels)
        self.env['dso.action.message']._create_failed(failed)
        for kind, group in by_kind.items():
            self.env['dso.channel']._of(kind)._create_messages(group)

    def _sort(self, parcels):
        """Return the messages that cannot go out, and the others by kind.

        :rtype: tuple[list[Parcel], dict[str, list[Parcel]]]
        """
        by_kind = {}
        for parcel in parcels:
            by_kind.setdefault('' if parcel.code else parcel.kind, []).append(parcel)
        return by_kind.pop('', []), by_kind

    def _withdraw_earlier(self, actions):
        """Cancel what is left of earlier tries; return the actions of which none is under way."""
        busy = actions.sent_message_ids._withdraw()
        return actions - busy.action_id

    @api.model
    def _withdraw_queued(self, companies):
        """Take back what waits to be sent in companies that were paused.

        The actions are planned again and go when sending is resumed. A message that is being handed
        over in this moment is locked, and goes; a printed letter may have been posted.

        :param res.company companies: root companies
        """
        if not companies:
            return
        queued = self.env['dso.action.message'].sudo()  # a manager has no access to the queue
        queued = queued.search(
            [
                ('delivery', '=', 'queued'),
                ('printed_on', '=', False),
                ('action_id.company_id', 'in', companies.ids),
            ]
        )
        queued._take_back()._set_paused()

    def _withdraw_stopped_safely(self):
        """Take back what waits in the queue although a pause or a hold has begun meanwhile.

        It was written in the moment in which the switch was turned, or a busy server left it there
        until the first day of a hold.
        """
        paused = self.env['res.company']._dso_search_roots([('dso_paused', '=', True)])
        try:
            with self.env.cr.savepoint():
                self._withdraw_queued(paused)
                self.env['dso.action.message']._withdraw_held_since()
        except psycopg2.OperationalError as error:
            _logger.info("What is stopped left for later: %s", str(error).strip())

    def _dispatch_paused_safely(self, company):
        try:
            with self.env.cr.savepoint():
                self._dispatch_paused(company)
        except psycopg2.OperationalError as error:
            _logger.info("What was paused left for later: %s", str(error).strip())

    def _dispatch_paused(self, company):
        """Send what a pause took back beside messages that reached the customer all the same.

        The step counts as done, so that no plan would propose it again. Where the books have
        changed since, nothing goes.
        """
        paused = self.env['dso.action.message'].search(
            Domain('failure_code', '=', 'paused')
            & Domain('action_id.company_id', '=', company.id)
            & Domain('action_id.state', 'in', ('sending', 'done'))
        )
        paused = paused.try_lock_for_update(allow_referencing=True)
        paused = self.env['dso.belt']._admit_messages(company, paused)
        outdated = paused._get_changes()
        paused.failure_code = 'withdrawn'  # whatever becomes of it, it is looked at once
        dispatch = self.sudo().with_company(company)
        valid = paused.filtered(lambda message: message.id not in outdated)
        for key, group in valid.grouped(lambda message: (message.kind, message.automatic)).items():
            dispatch._dispatch_again(company, *key, group)
        if valid:
            self.env['dso.belt']._count(company)
            self._check_not_paused_meanwhile(company)
            self._send_soon()

    def _dispatch_again(self, company, kind, automatic, messages):
        """Write messages of one kind anew whose actions are done.

        :param bool automatic: whether they leave by themselves
        """
        actions = messages.with_env(self.env).action_id
        parcels = self._write(self.env['dso.channel']._of(kind)._address(actions, kind))
        refused = self.env['dso.belt']._claim(company, parcels)
        self._create_messages(
            [
                parcel._replace(
                    code='address' if (parcel.action.id, kind) in refused else parcel.code,
                    automatic=automatic,
                )
                for parcel in parcels
            ]
        )

    # === TEXTS === #

    @api.model
    def _preview(self, action, kind=None, contact=None):
        """Return the texts with which a message would leave now, and why it has none.

        :param str kind: kind of the message; default: the action's own
        :param res.partner contact: whom it addresses; default: the action's own recipient
        :rtype: tuple[dict, str]
        """
        # Who may read the action may read what its message says.
        dispatch = self.sudo().with_company(action.company_id)
        action = action.with_env(dispatch.env)
        kind = kind or action.action_type
        channel = dispatch.env['dso.channel']._of(kind)
        edited = action._get_edited_texts(kind)
        template = channel._get_template(action)
        if not template:
            missing = self.env._("The step has no text: choose one there, or write it here.")
            return edited, "" if edited else missing
        try:
            lang = action._get_message_lang(contact)
            texts = channel._render_texts(template, lang, action)[action.id]
        except UserError as error:
            return edited, channel._get_cause(error)
        return {**texts, **edited}, ""

    # === WAKING UP === #

    @api.model
    def _send_soon(self, at=None):
        """Let the mail queue run after the commit, or at a moment; that of SMS wakes by itself."""
        self._trigger('mail.ir_cron_mail_scheduler_action', at)

    @api.model
    def _dispatch_soon(self, at=None):
        """Let the dispatch run after the commit, or at a moment."""
        self._trigger('dso_collection.ir_cron_dispatch', at)

    def _trigger(self, xmlid, at):
        cron = self.env.ref(xmlid, raise_if_not_found=False)
        if not cron:
            return
        triggers = self.env['ir.cron.trigger'].sudo()  # whoever sends may wake the queue
        if at and triggers.search_count([('cron_id', '=', cron.id), ('call_at', '=', at)], limit=1):
            return
        cron.sudo()._trigger(at)
