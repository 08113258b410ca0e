from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..const import AUTOMATIC_MODES, AUTOMATIC_TYPES, CONTACT_TYPES, MESSAGE_TYPES
from .dso_action_panel import EDITED_FIELDS

#: What a person may say about a specific action, besides its date.
GIVEN = ('action_type', 'mode', 'name', 'note')
TEXTS = ('mail_template_id', 'sms_template_id', 'letter_template_id')

#: Fields of the texts that people have edited.
EDITED = {field for names in EDITED_FIELDS.values() for _name, field in names}


class DsoAction(models.Model):
    """Specific actions: planned by people for chosen items, which are out of the scenario
    meanwhile."""

    _name = 'dso.action'
    _inherit = ['dso.action', 'dso.text.mixin']

    # The history does not keep a text from being deleted.
    mail_template_id = fields.Many2one(readonly=True, ondelete='set null')
    sms_template_id = fields.Many2one(readonly=True, ondelete='set null')
    letter_template_id = fields.Many2one(readonly=True, ondelete='set null')

    # === BUSINESS METHODS === #

    @api.model
    def _plan_specific(self, lines, values):
        """Plan one specific action per customer account for chosen items.

        :param account.move.line lines: open items of one company
        :param dict values: ``action_type`` (default task), ``mode`` (default manual), ``date`` or
            ``delay`` in days (default 7), ``name``, ``note``, ``mail_template_id``,
            ``sms_template_id`` and ``letter_template_id``
        :return: the actions; those of grouped accounts stand on the group account
        :rtype: dso.action
        """
        values = self._check_specific(lines.company_id.root_id, values)
        by_customer = {}
        for line, customer in lines.sudo()._dso_customers().items():
            by_customer[customer] = by_customer.get(customer, lines.browse()) | line
        # Who collects may plan, and the items of an action are nobody's to write.
        actions = self.sudo().create(
            [
                {
                    **values,
                    **self._prepare_chosen(chosen.sudo()),
                    'customer_id': customer.id,
                    'item_ids': self._prepare_chosen_items(customer, chosen.sudo()),
                }
                for customer, chosen in by_customer.items()
            ]
        )
        self.env['dso.planner']._mark_customers(actions.customer_id)
        actions._find_recipients()
        return actions.sudo(self.env.su)

    @api.model
    def _act_at_once(self, customer, lines, values):
        """Do something out of the scenario at once: a message leaves, all else is done already.

        :param dso.customer customer: whom it concerns
        :param account.move.line lines: open items that it is about, of this customer; may be empty
        :param dict values: what :meth:`_plan_specific` takes, without date and mode
        :return: the action in the history, or on its way there
        :rtype: dso.action
        """
        self.env['dso.customer']._check_collect_access()
        customer.check_access('write')
        lines.check_access('read')
        values = {**values, 'mode': 'manual', 'delay': 0, 'date': False}
        vals = self._check_specific(customer.company_id, values)
        vals |= {'origin': 'direct', 'customer_id': customer.id}
        if lines:
            vals |= self._prepare_chosen(lines.sudo())
            vals['item_ids'] = self._prepare_chosen_items(customer, lines.sudo())
        action = self.sudo().create(vals).sudo(self.env.su)
        if action.action_type in MESSAGE_TYPES:
            action._send_at_once()
        else:
            action._set_done('done')
        return action

    def action_send_and_keep(self, date):
        """Send the messages of specific actions now, and keep these open until a later day.

        What was sent stands in the history as an action of its own, with the same items.

        :param date: next day of the specific actions, a date or its ISO string
        """
        self._check_collector()
        self._check_all_open()
        self._check_sendable_by_hand()
        if any(action.origin != 'specific' for action in self):
            raise UserError(
                self.env._("Only specific actions stay open when their message is sent.")
            )
        date = fields.Date.to_date(date)
        if not date or any(date < company._dso_today() for company in self.company_id):
            raise UserError(self.env._("Give the action its next day: today or later."))
        for action in self:
            action._copy_at_once()._send_at_once()
        self.filtered(lambda action: action.state == 'error')._set_planned()
        self._set_date(date)
        return True

    # === TOOLS === #

    def _copy_at_once(self):
        """Return a direct action with the items and the text of this one.

        :rtype: dso.action
        """
        names = ('action_type', 'name', 'collector_id', 'leader_number', 'leader_due', 'amount')
        names += ('leader_line_id', 'leader_move_id', *TEXTS, 'edited_on', 'edited_by_id')
        names += ('edited_items', *sorted(EDITED))
        [vals] = self.sudo().read(['customer_id', 'member_id', *names], load=None)
        items = self.sudo().item_ids.copy_data({'action_id': False})
        vals = {name: vals[name] for name in names}
        vals |= {
            'customer_id': (self.member_id or self.customer_id).id,
            'origin': 'direct',
            'mode': 'manual',
            'date_planned': self.company_id._dso_today(),
            'item_ids': [Command.create(item) for item in items],
        }
        return self.sudo().create(vals).sudo(self.env.su)

    def _send_at_once(self):
        """Send a message now, or tell in one sentence why it cannot go; nothing is kept then."""
        self._check_sendable_by_hand()
        self.env['dso.planner']._plan_pending()
        sent = self.env['dso.dispatch']._dispatch(self, self._domain_sendable_by_hand())
        for reason in (self - sent)._get_unsent(sent).values():
            raise UserError(self.env._("Nothing was sent: %(reason)s", reason=reason))

    def _find_recipients(self):
        """Write to whom the messages of actions that people plan would go now."""
        for kind, actions in self.grouped('action_type').items():
            if kind not in CONTACT_TYPES:
                continue
            found = self.env['dso.planner']._get_recipients(actions.customer_id, kind)
            for (contact_id, recipient), group in actions.grouped(
                lambda a, found=found: found.get(a.customer_id.id, (False, False))[:2]
            ).items():
                group.write({'recipient_id': contact_id, 'recipient': recipient})

    @api.model
    def _check_specific(self, company, values):
        """Refuse what cannot be planned; return the values of the actions.

        :param res.company company: root company of the customer accounts
        :rtype: dict
        """
        today = company._dso_today()
        day = fields.Date.to_date(values.get('date'))
        day = day or today + timedelta(days=values.get('delay', 7))
        if day < today:
            raise UserError(
                self.env._("An action cannot be planned in the past: choose today or later.")
            )
        names = (*GIVEN, *TEXTS)
        vals = {name: values[name] for name in names if values.get(name)}
        if (
            vals.get('mode') in AUTOMATIC_MODES
            and vals.get('action_type', 'task') not in AUTOMATIC_TYPES
        ):
            raise UserError(
                self.env._(
                    "Only emails, SMS and letters go out by themselves: choose the manual mode."
                )
            )
        return {**vals, 'origin': 'specific', 'date_planned': day}

    @api.model
    def _prepare_chosen(self, lines):
        """Return what an action shows of its items: the oldest of them and what is open.

        :rtype: dict
        """
        oldest = min(lines, key=lambda line: (line._dso_due_date(), line.id))
        return {
            'leader_line_id': oldest.id,
            'leader_move_id': oldest.move_id.id,
            'leader_number': oldest.move_id.name,
            'leader_due': oldest._dso_due_date(),
            'amount': sum(lines.mapped('amount_residual')),
        }

    @api.model
    def _prepare_chosen_items(self, customer, lines):
        copies = self.env['dso.action.item']._prepare_items(lines)
        return [Command.create({**copy, 'customer_id': customer.id}) for copy in copies]
