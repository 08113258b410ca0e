"""What holds by the shape of the database, whatever statement writes to it."""

from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from ..const import OPEN_STATES
from .common import CollectionCase, jan

#: Numbers that are no money: hours of the sending window, yearly rates in percent.
FIGURES = {'dso', 'dso_rolling', 'dso_best', 'delay', 'cei', 'overdue_share'}  # days, percentages
NO_MONEY = {'dso_window_start', 'dso_window_end', 'margin', 'percent', *FIGURES}


@tagged('post_install', '-at_install')
class TestInvariants(CollectionCase):
    def stored_fields(self, *domain):
        """Stored fields of our models that outlive a dialog, and what we add to core's."""
        found = self.env['ir.model.fields'].search([('store', '=', True), *domain])
        return found.filtered(
            lambda field: (
                field.name in self.env[field.model]._fields
                and self.env[field.model]._fields[field.name]._module == 'dso_collection'
                and not self.env[field.model]._transient
            )
        )

    def test_one_open_scenario_action(self):
        """Two would send two reminders (invariant 1)."""
        customer = self.create_customer()
        self.create_invoice(customer, jan(1), posted=jan(-20))
        values = {'customer_id': customer.id, 'origin': 'scenario', 'action_type': 'email'}
        actions = self.env['dso.action'].sudo()
        proposed = self.next_action(customer).sudo()
        for state in OPEN_STATES:
            proposed.state = state
            with (
                self.subTest(state=state),
                self.assertRaises(UniqueViolation),
                mute_logger('odoo.sql_db'),
                self.env.cr.savepoint(),
            ):
                actions.create(values)

    def test_history_is_not_deleted_by_cascade(self):
        """What hangs on an action, and on whom it hangs, keeps it (invariant 5)."""
        history = self.stored_fields(('relation', '=', 'dso.action'), ('ttype', '=', 'many2one'))
        self.assertNotIn('cascade', history.mapped('on_delete'))
        parts = history.filtered(lambda field: field.model.startswith(('dso.action.', 'dso.reply')))
        models = ('dso.action', 'dso.action.item')
        customers = self.stored_fields(('relation', '=', 'dso.customer'), ('model', 'in', models))
        kept = {('dso.action.item', 'action_id'), ('dso.reply', 'action_id')}
        self.assertLessEqual(kept, self.names(parts))
        self.assertLessEqual({('dso.action', 'customer_id')}, self.names(customers))
        for field in parts | customers:
            with self.subTest(field=field.display_name):
                self.assertEqual(field.on_delete, 'restrict')

    def test_money_has_a_currency(self):
        """A number without currency would be added up over currencies (invariant 9)."""
        numbers = self.stored_fields(('ttype', '=', 'float'))
        self.assertEqual(set(numbers.mapped('name')), NO_MONEY)

    def names(self, found):
        return {(field.model, field.name) for field in found}
