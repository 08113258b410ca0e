from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..const import AUTOMATIC_MODES, AUTOMATIC_TYPES

#: What a person may say about a specific action, besides its date.
GIVEN = ('action_type', 'mode', 'name', 'note')
TEXTS = ('mail_template_id', 'sms_template_id', 'letter_template_id')


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
        values = self._check_specific(lines, values)
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
        return actions.sudo(self.env.su)

    @api.model
    def _check_specific(self, lines, values):
        """Refuse what cannot be planned; return the values of the actions.

        :rtype: dict
        """
        today = lines.company_id.root_id._dso_today()
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
        return [
            Command.create(
                {
                    'customer_id': customer.id,
                    'line_id': line.id,
                    'move_id': line.move_id.id,
                    'number': line.move_id.name,
                    'due_date': line._dso_due_date(),
                    'currency_id': line.currency_id.id,
                    'amount_original': line.amount_currency,
                    'amount_residual': line.amount_residual_currency,
                    'amount_residual_company': line.amount_residual,
                    'customer_code': line.dso_customer_code,
                }
            )
            for line in lines
        ]
