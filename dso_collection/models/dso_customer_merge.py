from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: What the destination takes over where it has decided nothing itself.
CHOICES = (
    'collector_id',
    'scenario_id',
    'hold_reason',
    'not_before',
    'start_decision',
    'late_exempt',
    'late_policy_id',
    'insurer',
    'guarantee_permanent',
    'guarantee_temporary',
    'guarantee_other',
)


class DsoCustomer(models.Model):
    _inherit = 'dso.customer'

    def _merge_partners(self, src_partners, dst_partner):
        """Merge the customer accounts of contacts that are about to be merged.

        Per company the account of the destination stays, with its own choices; history and chatter
        of the others move to it. Done by SQL, because the history is closed to every other path.

        :param res.partner src_partners: contacts that will disappear
        :param res.partner dst_partner: contact that stays
        """
        merged = self.search([('partner_id', 'in', (src_partners | dst_partner).ids)])
        if not merged:
            return
        if dst_partner != dst_partner.commercial_partner_id:
            merged._leave_groups()  # items will be those of its company
        self.env['dso.planner']._mark_partners((src_partners | dst_partner).ids)
        self.env.flush_all()
        for accounts in merged.grouped('company_id').values():
            target = accounts.filtered(lambda c: c.partner_id == dst_partner) or accounts[0]
            sources = accounts - target
            if target.partner_id != dst_partner:
                target._move_to_partner(dst_partner)
            if sources:
                sources._merge_into(target)
        self.env.invalidate_all(flush=False)

    def _move_to_partner(self, partner):
        """Give the account and its position to another commercial partner."""
        for table, record in (('dso_customer', self), ('dso_position', self.position_id)):
            self.env.execute_query(
                SQL(
                    "UPDATE %s SET partner_id = %s WHERE id = %s RETURNING id",
                    SQL.identifier(table),
                    partner.id,
                    record.id,
                )
            )

    def _merge_into(self, target):
        names = ", ".join(self.mapped('display_name'))
        self._check_nothing_sending(target)
        self._drop_open_proposals()
        self._hand_over_groups(target)
        self._repoint_history(target)
        self.env.invalidate_all()
        self._hand_over_choices(target)
        self.unlink()
        target._move_specific_actions()
        target.message_post(
            body=self.env._("Merged with the customer account of %(names)s.", names=names)
        )

    def _check_nothing_sending(self, target):
        if self.env['dso.action'].search_count(
            [('customer_id', 'in', self.ids), ('state', '=', 'sending')], limit=1
        ):
            raise UserError(
                self.env._(
                    "A message to %(customer)s is on its way: merge the contacts when it is sent, "
                    "and its letters are marked as sent or withdrawn.",
                    customer=self[0].display_name,
                )
            )

    def _drop_open_proposals(self):
        """Take back what the engine proposed for accounts that disappear; it plans anew."""
        proposals = self.env['dso.action'].search(
            [
                ('customer_id', 'in', self.ids),
                ('origin', 'in', ('scenario', 'control')),
                ('state', 'in', ('planned', 'error')),
            ]
        )
        proposals._set_cancelled('merged')
        self.env.flush_all()

    def _repoint_history(self, target):
        params = {'target': target.id, 'ids': self.ids}
        for query in (
            "UPDATE dso_action SET customer_id = %(target)s WHERE customer_id = ANY(%(ids)s)",
            "UPDATE dso_action_item SET customer_id = %(target)s WHERE customer_id = ANY(%(ids)s)",
            "UPDATE dso_action SET member_id = %(target)s WHERE member_id = ANY(%(ids)s)",
            "UPDATE dso_reply SET customer_id = %(target)s WHERE customer_id = ANY(%(ids)s)",
            # An entry of several customers may give one item to both.
            "UPDATE dso_item_status e SET is_current = FALSE FROM dso_item_status kept"
            " WHERE e.customer_id = ANY(%(ids)s) AND e.is_current AND kept.is_current"
            " AND kept.customer_id = %(target)s"
            " AND (kept.move_id, kept.due_date) = (e.move_id, e.due_date)",
            "UPDATE dso_item_status SET customer_id = %(target)s WHERE customer_id = ANY(%(ids)s)",
            "UPDATE dso_promise SET customer_id = %(target)s WHERE customer_id = ANY(%(ids)s)",
            "UPDATE dso_dispute SET customer_id = %(target)s WHERE customer_id = ANY(%(ids)s)",
            "UPDATE dso_assignment_rule SET group_account_id = %(target)s"
            " WHERE group_account_id = ANY(%(ids)s)",
            "UPDATE mail_message SET res_id = %(target)s"
            " WHERE model = 'dso.customer' AND res_id = ANY(%(ids)s)",
            "UPDATE ir_attachment SET res_id = %(target)s"
            " WHERE res_model = 'dso.customer' AND res_id = ANY(%(ids)s)",
        ):
            self.env.cr.execute(SQL(query, **params))

    def _hand_over_groups(self, target):
        """Keep groups whole when one of their customer accounts disappears.

        The destination stays in its group, or takes over the one of an account that disappears;
        who was collected through such an account is collected with the destination.
        """
        members = (self.grouped_account_ids - target) - self
        own = target.group_account_id - self
        offered = self.group_account_id - target - self
        is_lead = target.grouped_account_ids - self or members
        account = own or (self.browse() if is_lead else offered[:1])
        self.filtered('group_account_id').write({'group_account_id': False})
        if target.group_account_id != account:
            target.write({'group_account_id': account.id})
        for source, accounts in members.grouped('group_source').items():
            accounts = accounts.with_context(dso_source=source)
            accounts.write({'group_account_id': (account or target).id})

    def _hand_over_choices(self, target):
        """Fill what the destination has not decided from the accounts that disappear."""
        sources = self.sorted('id')
        values = {}
        for name in CHOICES:
            chosen = sources.filtered(name)[:1]
            if chosen and not target[name]:
                values |= chosen._choice_values(name)
        held = max((target, *sources), key=lambda customer: customer._get_hold_rank())
        if held != target and held._get_hold_rank():
            values |= held._choice_values('hold_reason')
        if values:
            target.write(values)

    def _get_hold_rank(self):
        """Return how much a hold decides: one that has ended nothing, whoever is insolvent now
        gets no letter.

        :rtype: int
        """
        if self.on_hold:
            return 2
        return int(bool(self.hold_from and self.hold_from > self.company_id._dso_today()))

    def _choice_values(self, name):
        """Return a choice with the fields that belong to it."""
        together = {
            'hold_reason': ('hold_reason', 'hold_from', 'hold_until'),
            'not_before': ('not_before', 'not_before_on'),
            'insurer': ('insurer', 'policy_number'),
            'guarantee_temporary': (
                'guarantee_temporary',
                'guarantee_temporary_from',
                'guarantee_temporary_until',
            ),
            'guarantee_other': (
                'guarantee_other',
                'guarantee_other_label',
                'guarantee_other_until',
            ),
        }
        return {
            field: self[field].id if self._fields[field].type == 'many2one' else self[field]
            for field in together.get(name, (name,))
        }
