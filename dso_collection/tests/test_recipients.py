"""To whom messages go, and what planning finds wrong with it (docs/engine.md, 7)."""

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import HOME, CollectionCase, jan
from .common_queries import QueryCase

LINE = '1 Main Street, 02139 Cambridge'


@tagged('post_install', '-at_install')
class TestRecipients(CollectionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sms_template = cls.env['sms.template'].create(
            {
                'name': "Reminder",
                'model_id': cls.env['ir.model']._get_id('dso.action'),
                'body': "Please pay",
            }
        )
        cls.customer = cls.create_customer(phone='+1 617 555 0100')
        cls.partner = cls.customer.partner_id
        cls.create_invoice(cls.customer, jan(1), posted=jan(-20))

    def create_contact(self, name, **vals):
        """A collection contact of the customer."""
        vals = {'parent_id': self.partner.id, 'is_collection_contact': True, **vals}
        return self.env['res.partner'].create({'name': name, **vals})

    def propose(self, action_type):
        """The next action when its step is of a type."""
        self.step(3).write(
            {
                'action_type': action_type,
                'mode': 'manual',
                'sms_template_id': self.sms_template.id,
            }
        )
        return self.next_action(self.customer)

    def assertGoesTo(self, action, contact, recipient):
        self.plan()
        self.assertEqual((action.state, action.error_code), ('planned', False))
        self.assertEqual((action.recipient_id, action.recipient), (contact, recipient))

    def assertFault(self, action, code, words):
        self.plan()
        self.assertEqual((action.state, action.error_code), ('error', code))
        self.assertIn(words, action.error_message)

    # --- who says so -----------------------------------------------------------------------

    def test_whoever_keeps_contacts_chooses_collection_contacts(self):
        action = self.propose('email')
        keeper = new_test_user(
            self.env, login='keeper', groups='base.group_user,base.group_partner_manager'
        )
        for user in (self.create_user('collector'), self.create_user('manager'), keeper):
            with self.subTest(user.login), self.rolled_back():
                email = f'contact{user.id}@example.com'
                vals = {'name': user.name, 'email': email, 'parent_id': self.partner.id}
                contact = self.env['res.partner'].with_user(user).create(vals)
                contact.is_collection_contact = True
                self.assertGoesTo(action, contact.sudo(), email)
                contact.collection_by_email = False
                self.assertGoesTo(action, self.partner, 'azure.interior@example.com')

    def test_others_choose_none(self):
        contact = self.create_contact("Ann", email='ann@example.com')
        portal = new_test_user(self.env, login='portal_user', groups='base.group_portal')
        portal.partner_id.parent_id = self.partner
        employee = new_test_user(self.env, login='employee', groups='base.group_user')
        for user in (
            self.create_user('reader'),
            portal,
            employee,
            self.env.ref('base.public_user'),
        ):
            for field in ('is_collection_contact', 'collection_by_email'):
                with self.subTest(user=user.login, field=field):
                    with self.assertRaises(AccessError):
                        contact.with_user(user)[field] = False
                    with self.assertRaises(AccessError):
                        portal.partner_id.with_user(user)[field] = True

    # --- types -----------------------------------------------------------------------------

    def test_every_type_has_its_recipient(self):
        for action_type, recipient in (
            ('email', 'azure.interior@example.com'),
            ('sms', '+16175550100'),
            ('call', '+1 617 555 0100'),
            ('letter', LINE),
            ('registered_letter', LINE),
        ):
            self.assertGoesTo(self.propose(action_type), self.partner, recipient)
        for action_type in ('task', 'litigation'):
            self.assertGoesTo(self.propose(action_type), self.env['res.partner'], False)

    def test_sms_needs_a_number(self):
        action = self.propose('sms')
        self.partner.phone = "ask Ann"
        self.assertFault(action, 'invalid_phone', "phone number of Azure Interior")
        self.partner.phone = False
        self.assertFault(action, 'no_phone', "Azure Interior has no phone number")
        self.partner.phone = '+1 617 555 0111'
        self.assertGoesTo(action, self.partner, '+16175550111')

    def test_call_needs_no_number(self):
        self.partner.phone = False
        self.assertGoesTo(self.propose('call'), self.partner, False)

    def test_letter_needs_an_address(self):
        action = self.propose('letter')
        self.partner.city = False
        self.assertFault(action, 'no_address', "postal address of Azure Interior is incomplete")
        self.partner.write({'city': "Cork", 'zip': False, 'country_id': self.env.ref('base.de').id})
        self.assertFault(action, 'no_address', "zip")
        self.partner.country_id = self.env.ref('base.ie')
        self.assertGoesTo(action, self.partner, '1 Main Street, Cork, IE')

    def test_letter_without_an_address_is_completed_by_hand(self):
        """He who has found the address on paper need not enter it first."""
        action = self.propose('letter')
        self.partner.street = False
        self.assertFault(action, 'no_address', "incomplete")
        action.action_complete()
        self.assertEqual((action.state, action.is_contact), ('done', True))

    # --- contacts --------------------------------------------------------------------------

    def test_contacts_for_chosen_types(self):
        ann = self.create_contact("Ann", email='ann@example.com', phone='+1 617 555 0101')
        bob = self.create_contact("Bob", email='bob@example.com', phone='+1 617 555 0102')
        ann.write({'collection_by_sms': False, 'collection_by_letter': False})
        bob.write({'collection_by_email': False, 'collection_by_letter': False})
        self.assertGoesTo(self.propose('email'), ann, 'ann@example.com')
        self.assertGoesTo(self.propose('sms'), bob, '+16175550102')
        self.assertGoesTo(self.propose('call'), ann, '+1 617 555 0101')
        self.assertGoesTo(self.propose('letter'), self.partner, LINE)

    def test_fallback_to_the_invoice_address(self):
        billing = {'type': 'invoice', 'is_collection_contact': False, **HOME, 'street': "2 Side"}
        first = self.create_contact("Billing", **billing)
        self.create_contact("Billing too", **billing)
        self.assertGoesTo(self.propose('letter'), first, LINE.replace("1 Main Street", "2 Side"))
        self.assertFault(self.propose('email'), 'no_recipient', "Billing has no e-mail address")

    def test_several_contacts_get_one_email(self):
        ann = self.create_contact("Ann", email='ann@example.com')
        bob = self.create_contact("Bob", email='bob@example.com')
        self.create_contact("Ann again", email='ANN@example.com')
        action = self.propose('email')
        self.assertGoesTo(action, ann, 'ann@example.com, bob@example.com')
        bob.email = "nonsense"
        self.assertFault(action, 'invalid_recipient', "Bob")
        bob.active = False
        self.assertGoesTo(action, ann, 'ann@example.com')

    def test_contacts_are_kept_on_the_form_of_the_customer(self):
        form = Form(self.partner.with_user(self.create_user('collector')))
        with form.dso_contact_ids.new() as contact:
            contact.name, contact.email = "Ann", 'ann@example.com'
            contact.collection_by_call = False
        form.save()
        ann = self.partner.dso_contact_ids
        self.assertTrue(ann.is_collection_contact)
        self.assertGoesTo(self.propose('email'), ann, 'ann@example.com')
        self.assertGoesTo(self.propose('call'), self.partner, '+1 617 555 0100')

    def test_contacts_are_imported(self):
        columns = ['name', 'parent_id/.id', 'email', 'is_collection_contact', 'collection_by_sms']
        row = ["Ann", str(self.partner.id), 'ann@example.com', 'True', 'False']
        result = self.env['res.partner'].load(columns, [row])
        self.assertFalse(result['messages'])
        ann = self.env['res.partner'].browse(result['ids'])
        self.assertTrue(ann.collection_by_letter)
        self.assertGoesTo(self.propose('email'), ann, 'ann@example.com')
        self.assertGoesTo(self.propose('sms'), self.partner, '+16175550100')

    def test_contacts_are_of_all_companies(self):
        theirs = self.env['dso.customer']._get_or_create(
            self.partner, self.create_company("Second Company")
        )
        ann = self.create_contact("Ann", email='ann@example.com')
        found = self.env['dso.planner']._get_recipients(theirs, 'email')
        self.assertEqual(found[theirs.id], (ann.id, 'ann@example.com', None))

    def test_deleted_contact(self):
        ann = self.create_contact("Ann", email='ann@example.com')
        action = self.propose('email')
        self.assertGoesTo(action, ann, 'ann@example.com')
        ann.unlink()
        self.assertGoesTo(action, self.partner, self.partner.email)

    def test_confirmation_lapses_with_the_address(self):
        action = self.propose('letter')
        action.sudo().write({'confirmed_on': self.env.cr.now(), 'confirmed_amount': 10**6})
        self.partner.street = "2 Main Street"
        self.plan()
        self.assertEqual((action.confirmed_on, action.confirm_reason), (False, 'recipient'))

    # --- blacklists ------------------------------------------------------------------------

    def test_blacklisted_address(self):
        action = self.propose('email')
        blacklist = self.env['mail.blacklist']
        blacklist._add(self.partner.email)
        self.assertFault(action, 'blacklisted', "on the blacklist")
        blacklist._remove(self.partner.email)
        self.assertGoesTo(action, self.partner, self.partner.email)
        entry = blacklist._add(self.partner.email)
        self.assertFault(action, 'blacklisted', self.partner.email)
        entry.unlink()
        self.assertGoesTo(action, self.partner, self.partner.email)

    def test_blacklisted_number(self):
        self.partner.phone = '+16175550100'
        action = self.propose('sms')
        self.env['phone.blacklist'].add('+16175550100')
        self.assertFault(action, 'blacklisted', "+16175550100")
        ann = self.create_contact("Ann", phone='+16175550101')
        self.assertGoesTo(action, ann, '+16175550101')

    # --- further types of an action ----------------------------------------------------------

    def test_recipients_of_another_type(self):
        bare = self.create_customer("Bare", street=False, email="nonsense")
        planner = self.env['dso.planner']
        found = {
            action_type: planner._get_recipients(self.customer | bare, action_type)
            for action_type in ('email', 'sms', 'letter', 'call')
        }
        ours, theirs = self.partner.id, bare.partner_id.id
        self.assertEqual(
            found,
            {
                'email': {
                    self.customer.id: (ours, self.partner.email, None),
                    bare.id: (theirs, None, 'invalid_recipient'),
                },
                'sms': {
                    self.customer.id: (ours, '+16175550100', None),
                    bare.id: (theirs, None, 'no_phone'),
                },
                'letter': {
                    self.customer.id: (ours, LINE, None),
                    bare.id: (theirs, None, 'no_address'),
                },
                'call': {
                    self.customer.id: (ours, '+1 617 555 0100', None),
                    bare.id: (theirs, None, None),
                },
            },
        )
        self.assertEqual(planner._get_recipients(self.env['dso.customer'], 'sms'), {})


@tagged('post_install', '-at_install')
class TestRecipientQueries(QueryCase):
    def test_recipients_of_another_type(self):
        planner = self.env['dso.planner']
        self.assertSame(
            lambda customers: customers,
            lambda customers: planner._get_recipients(customers, 'sms'),
        )

    def test_blacklisting(self):
        """The hook of the blacklists: one search and the marks, however many contacts."""
        blacklist = self.env['mail.blacklist']

        def entries(customers):
            vals = [{'email': email} for email in customers.partner_id.mapped('email')]
            return blacklist.create(vals)

        self.assertSame(entries, lambda found: found._dso_mark_partners())
