"""Who gets a copy of an email, as a real mail server receives it."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import jan
from .common_dispatch import DispatchCase


@tagged('post_install', '-at_install')
class TestCopies(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env, login='sam', name="Sam Seller", email='sam@seller.example.com'
        )
        cls.colleague = cls.env['res.partner'].create(
            {'name': "Team Mailbox", 'email': 'team@seller.example.com'}
        )
        cls.company.dso_cc_salesperson = True
        cls.partner = cls.customer.partner_id

    def receive(self):
        """Send the reminder; the message as the server took it."""
        action = self.send(self.due_action())
        self.assertEqual((action.state, action.error_code), ('done', False))
        [message] = self.server.messages
        return message

    def assertCopies(self, *addresses):
        message = self.receive()
        self.assertEqual(message['To'], 'Azure Interior <azure.interior@example.com>')
        rcpt = message['X-Rcpt'].split(', ')
        self.assertEqual(rcpt, ['azure.interior@example.com', *addresses])
        return message

    def test_nobody_unless_somebody_says_so(self):
        self.company.dso_cc_salesperson = False
        self.partner.user_id = self.seller
        self.assertIsNone(self.assertCopies()['Cc'])

    def test_salesperson_of_the_customer(self):
        self.partner.user_id = self.seller
        message = self.assertCopies('sam@seller.example.com')
        self.assertEqual(message['Cc'], 'Sam Seller <sam@seller.example.com>')

    def test_salesperson_of_the_leader_invoice(self):
        self.invoice.invoice_user_id = self.seller
        self.assertCopies('sam@seller.example.com')

    def test_who_has_left_gets_nothing(self):
        self.partner.user_id = self.seller
        self.company.dso_cc_partner_ids = self.colleague
        self.seller.active = False
        self.colleague.active = False
        self.assertCopies()

    def test_salesperson_who_has_left_is_replaced(self):
        self.partner.user_id = self.seller
        self.seller.active = False
        self.invoice.invoice_user_id = self.collector
        self.assertCopies('ann@seller.example.com')

    def test_step_decides(self):
        self.partner.user_id = self.seller
        self.step(3).write({'cc_rule': 'step', 'cc_partner_ids': self.colleague.ids})
        self.assertCopies('team@seller.example.com')

    def test_step_can_say_nobody(self):
        self.partner.user_id = self.seller
        self.step(3).cc_rule = 'step'
        self.assertCopies()

    def test_each_address_once_and_no_recipient(self):
        self.partner.user_id = self.seller
        twin = self.colleague.copy({'email': 'SAM@seller.example.com'})
        same = self.colleague.copy({'email': 'Azure.Interior@example.com'})
        self.company.dso_cc_partner_ids = self.colleague | twin | same
        self.mail_template.email_cc = 'team@seller.example.com, book@seller.example.com'
        message = self.receive()
        copies = ['book@seller.example.com', 'sam@seller.example.com', 'team@seller.example.com']
        self.assertEqual(
            sorted(message['X-Rcpt'].split(', ')), ['azure.interior@example.com', *copies]
        )

    def test_wrong_addresses_stop_nothing(self):
        self.seller.partner_id.email = "nonsense"
        self.partner.user_id = self.seller
        self.company.dso_cc_partner_ids = self.colleague.copy({'email': False})
        self.mail_template.email_cc = "nobody at all"
        self.assertCopies()

    def test_copies_stand_in_the_history(self):
        self.partner.user_id = self.seller
        action = self.send(self.due_action())
        self.assertEqual(action.sent_message_ids.cc, '"Sam Seller" <sam@seller.example.com>')

    # --- who says so -----------------------------------------------------------------------

    def test_managers_say_who_gets_copies_of_a_step(self):
        self.partner.user_id = self.seller
        vals = {'cc_rule': 'step', 'cc_partner_ids': self.colleague.ids}
        for user in (self.collector, self.create_user('reader'), self.seller):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.step(3).with_user(user).write(vals)
        self.step(3).with_user(self.create_user('manager')).write(vals)
        self.assertEqual(self.due_action()._get_cc_partners(), self.colleague)

    def test_copies_of_another_company_are_none_of_ours(self):
        company = self.create_company()
        foreign = self.scenario.copy({'company_id': company.id}).step_ids[:1]
        manager = self.create_user('manager')
        with self.assertRaises(AccessError):
            foreign.with_user(manager).cc_partner_ids = self.colleague
        for user in (self.collector, manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.company.with_user(user).dso_cc_partner_ids = self.colleague

    # --- what servers answer -----------------------------------------------------------------

    def test_refused_copy_is_no_error(self):
        self.partner.user_id = self.seller
        self.server.refuse_recipient('sam@seller.example.com')
        self.assertCopies()

    def test_copy_alone_is_no_delivery(self):
        """The customer gets nothing: an error, and nobody else gets it either."""
        self.partner.user_id = self.seller
        self.server.refuse_recipient('azure.interior@example.com')
        action = self.send(self.due_action())
        self.assertError(action, 'refused', "No such user here")
        self.assertFalse(action.is_contact)
        self.assertFalse(self.server.messages)
        self.server.accept()
        action.action_retry()
        self.send(action)
        self.assertEqual(action.state, 'done')
        [message] = self.server.messages
        self.assertEqual(message['X-Rcpt'], 'azure.interior@example.com, sam@seller.example.com')

    def test_session_goes_on_after_a_message_that_was_broken_off(self):
        """The queue sends many messages by one session; the next one has other addresses."""
        other = self.create_customer("Other Customer")
        other.collector_id = self.customer.collector_id
        self.create_invoice(other, jan(1), posted=jan(0))
        (self.customer | other).partner_id.user_id = self.seller
        self.server.refuse_recipient('azure.interior@example.com')
        actions = self.due_action() | self.due_action(other)
        self.send(actions)
        self.assertEqual(actions.mapped('state'), ['error', 'done'])
        [message] = self.server.messages
        self.assertEqual(message['X-Rcpt'], 'other.customer@example.com, sam@seller.example.com')

    def test_bounce_of_a_copy_is_none_of_the_message(self):
        self.partner.user_id = self.seller
        self.company.alias_domain_id = self.env['mail.alias.domain'].create(
            {'name': 'seller.example.com', 'catchall_alias': 'catchall', 'bounce_alias': 'bounce'}
        )
        action = self.send(self.due_action())
        self.bounce('sam@seller.example.com')
        self.assertEqual((action.delivery, action.is_contact), ('sent', True))
        self.assertEqual(action.sent_message_ids.delivery, 'sent')
        self.bounce(self.partner.email)
        self.assertEqual(action.delivery, 'bounced')

    def test_one_of_two_customers_suffices(self):
        for name in ('ann', 'bob'):
            self.env['res.partner'].create(
                {
                    'name': name,
                    'email': f'{name}@example.com',
                    'parent_id': self.partner.id,
                    'is_collection_contact': True,
                }
            )
        self.partner.user_id = self.seller
        self.server.refuse_recipient('ann@example.com')
        message = self.receive()
        self.assertEqual(message['X-Rcpt'], 'bob@example.com, sam@seller.example.com')

    def test_blacklisted_customer_gets_nothing_nor_does_the_copy(self):
        self.partner.user_id = self.seller
        self.env['mail.blacklist']._add(self.partner.email)
        self.go_to(jan(4))
        action = self.next_action(self.customer)
        self.send(action)
        self.assertError(action, 'blacklisted', "on the blacklist")
        self.assertFalse(self.server.messages)

    # --- cost ----------------------------------------------------------------------------------

    def test_cost_does_not_depend_on_the_number(self):
        self.company.dso_cc_partner_ids = self.colleague
        customers = self.create_customers(12)
        customers.partner_id.user_id = self.seller
        customers.collector_id = self.collector
        self.create_opening_entry(customers, jan(1))
        self.go_to(jan(4))
        self.plan(customers)
        counts = []
        for batch in (customers[:4], customers[:4], customers):
            with self.rolled_back():
                counts.append(self.queries(self.dispatch, batch.next_action_id))
        _warm, few, many = counts
        self.assertEqual(few, many)
