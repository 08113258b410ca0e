import logging
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ..const import AUTOMATIC_MODES
from ..engine import action_sql, scope_sql
from .dso_action_message import LEFT, LOCK_TIMEOUT

_logger = logging.getLogger(__name__)

#: When a queue asks again for messages of which somebody kept it from looking at the books.
ASK_AGAIN = timedelta(minutes=1)


class DsoActionMessage(models.Model):
    """The last look before a message leaves.

    A hold, a payment or a pause that is committed while messages are being written sees none of
    them, nor do they see it. So whoever hands a message over asks here first, when both are
    committed: a queue of core for a batch, a person who prints for what is printed.
    """

    _inherit = 'dso.action.message'

    # === QUEUES OF CORE === #

    @api.model
    def _let_go(self, queue):
        """Return the records of a queue of core that may be handed over now, in their order.

        Nothing here fails: what cannot be looked at waits for the next run of the queue.

        :param queue: records of ``mail.mail`` or ``sms.sms``
        """
        messages = self._find_queued(queue)
        if not messages:
            return queue
        kept = self.sudo().browse(messages.values())._look_again()
        return queue.filtered(lambda record: messages.get(record.id) not in kept)

    @api.model
    def _find_queued(self, queue):
        """Return ids of messages of collection by the ids of the records that carry them, in one
        query.

        :param queue: records of ``mail.mail`` or ``sms.sms``
        :rtype: dict[int, int]
        """
        queue.flush_model(['mail_message_id', 'state'])
        self.flush_model(['mail_message_id', 'delivery'])
        found = SQL(
            """SELECT queued.id, message.id FROM %s queued
            JOIN dso_action_message message ON message.mail_message_id = queued.mail_message_id
            WHERE queued.id = ANY(%s) AND queued.state = 'outgoing'
                AND message.delivery <> ALL(%s)""",
            SQL.identifier(queue._table),
            queue.ids,
            list(LEFT),
        )
        return dict(self.env.execute_query(found))

    def _look_again(self):
        """Take back those among these messages that may not leave any more.

        :return: ids of those that must not be handed over now
        :rtype: set[int]
        """
        try:
            with self.env.cr.savepoint():
                self._set_lock_timeout(LOCK_TIMEOUT)
                outdated = self._withdraw_outdated()
                self.env.flush_all()
                self.env['dso.planner']._defer_pending()  # the queue goes on at once
                self._set_lock_timeout('0')
        except psycopg2.OperationalError as error:
            _logger.info("Messages %s left for later: %s", self.ids, str(error).strip())
            outdated = self
        waiting = outdated.filtered(lambda message: message.delivery == 'queued')
        for kind in set(waiting.mapped('kind')):
            self.env['dso.channel']._of(kind)._wake_queue(fields.Datetime.now() + ASK_AGAIN)
        return set(outdated.ids)

    # === WHAT MAY NOT LEAVE === #

    def _withdraw_outdated(self):
        """Take back those among these messages that may not leave any more (spec 3.16).

        :return: those that may not leave, also if somebody hands them over in this moment
        :rtype: dso.action.message
        """
        paused = self.filtered(lambda message: message.company_id.dso_paused)
        paused._take_back()._set_paused()
        outdated, others = paused, self - paused
        others.customer_id._plan()
        for company, group in others.grouped('company_id').items():
            # What is stored is read by all who work there.
            changes = group.with_context(lang=company.partner_id.lang)._get_changes()
            changed = group.browse(changes)
            for message in changed._take_back():
                message.write({'failure_code': 'withdrawn', 'failure_reason': changes[message.id]})
            outdated += changed
        return outdated

    def _get_changes(self):
        """Return what has changed since messages were written, by id, for those where it has.

        :rtype: dict[int, str]
        """
        unlisted = self.action_id._get_unlisted()
        changes = {}
        for message in self:
            action, is_held = message.action_id, message._is_on_hold()
            reasons = [
                *(item._explain_change(item in unlisted, is_held) for item in action.item_ids),
                is_held and self.env._("dunning hold"),
                action.company_id.dso_paused and self.env._("sending is paused"),
                message._is_answered() and self.env._("a reply waits"),
                message._has_other_plan() and self.env._("the plan has changed"),
            ]
            if text := ", ".join(filter(None, reasons)):
                changes[message.id] = text
        return changes

    def _is_answered(self):
        """Tell whether nobody has dealt yet with a reply to whom a message goes by itself."""
        return self.automatic and self.action_id.customer_id.waiting_reply_count > 0

    def _has_other_plan(self):
        """Tell whether the action of a message would no longer be proposed, or later."""
        self.ensure_one()
        action = self.action_id
        if action.origin != 'scenario' or action.state != 'sending':
            return False
        position = action.customer_id.position_id
        planned = (position.plan_step_id, position.leader_move_id, position.leader_due)
        if planned != (action.step_id, action.leader_move_id, action.leader_due):
            return True
        if not position.plan_date:
            return True
        # A person who sends by hand decides on the day.
        is_early = self.automatic and position.plan_date > action.company_id._dso_today()
        is_held = action.mode in AUTOMATIC_MODES and bool(position.plan_held)
        return is_early or is_held or bool(position.plan_error)


class DsoAction(models.Model):
    _inherit = 'dso.action'

    def _get_unlisted(self):
        """Return the items on record that reminders written now would not ask for, or for less.

        In one query; the items of other actions were chosen by people.

        :rtype: dso.action.item
        """
        items = self.env['dso.action.item']
        actions = self.filtered(lambda action: action.origin == 'scenario')
        if not actions:
            return items
        self.env.flush_all()
        scope = scope_sql.scope_of_ids(actions.customer_id.ids)
        rows = [company._dso_calendar_row() for company in actions.company_id]
        ctes = [self.env['dso.planner']._items(scope, rows)]
        found = self.env.execute_query(action_sql.unlisted_items(ctes, actions.ids))
        return items.browse(row[0] for row in found)


class DsoActionItem(models.Model):
    _inherit = 'dso.action.item'

    def _is_reduced(self):
        """Tell whether less is open than when the item was listed."""
        self.ensure_one()
        if self.line_id.parent_state != 'posted':
            return True
        left = self.line_id.amount_residual_currency
        return self.currency_id.compare_amounts(left, self.amount_residual) < 0

    def _explain_change(self, is_unlisted, is_held):
        """Return what has become of an item since it was listed, nothing when nothing has.

        :param bool is_unlisted: whether it may be chased no longer, or for less
        :param bool is_held: whether a dunning hold tells as much
        """
        line, number = self.line_id, self.number
        if self._is_reduced():
            left = line.amount_residual_currency
            if line.parent_state != 'posted':
                return self.env._("%(number)s is not booked as it was", number=number)
            if not left:
                return self.env._("%(number)s paid", number=number)
            left = formatLang(self.env, left, currency_obj=self.currency_id)
            return self.env._("%(number)s paid but for %(amount)s", number=number, amount=left)
        if not is_unlisted:
            return ""
        if line.dso_dispute_id:
            return self.env._("%(number)s in dispute", number=number)
        if line.dso_status_category == 'litigation':
            return self.env._("%(number)s in litigation", number=number)
        return "" if is_held else self.env._("%(number)s is chased no longer", number=number)
