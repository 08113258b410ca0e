"""Hashtags in texts: their values, their languages, and what is refused when a text is saved."""

from odoo.exceptions import ValidationError

from .common import CollectionCase, jan


class TestHashtags(CollectionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('en_US')
        cls.collector = cls.create_user(
            'collector', name="Ann <Clerk>", phone="+32 2 123", login='ann', email='ann@example.com'
        )
        cls.customer = cls.create_customer("Azure <b>Interior</b>")
        cls.customer.collector_id = cls.collector
        cls.late = cls.create_invoice(cls.customer, jan(3), 1000, posted=jan(1))
        cls.later = cls.create_invoice(cls.customer, jan(20), 500, posted=jan(1))
        cls.credit = cls.create_credit_note(cls.customer, 100)

    def setUp(self):
        super().setUp()
        self.go_to(jan(6))

    def render(self, text, customer=None, lang='en_US', subject=False):
        field = 'subject' if subject else 'body_html'
        self.mail_template[field] = text
        action = self.next_action(customer or self.customer)
        rendered = self.mail_template._render_field(field, action.ids, set_lang=lang)
        return rendered[action.id]

    # --- values ----------------------------------------------------------------------------

    def test_amounts_are_net_of_credits(self):
        self.assertEqual(self.render("#items_amount", subject=True), "$\N{NBSP}1,400.00")
        self.assertEqual(self.render("#items_amount_overdue", subject=True), "$\N{NBSP}900.00")
        self.assertEqual(self.render("#items_amount_selected", subject=True), "$\N{NBSP}900.00")

    def test_list_shows_items_and_credits(self):
        html = self.render("<p>#items_list</p>")
        for move in (self.late, self.later, self.credit):
            self.assertIn(f'>{move.name}</div>', html)
        self.assertIn('>Credit note</div>', html)
        self.assertIn("$\N{NBSP}-100.00", html)
        self.assertIn("$\N{NBSP}1,400.00", html)
        self.assertNotIn('<p>', html)

    def test_list_of_overdue_items(self):
        html = self.render("<p>#items_list_overdue</p>")
        self.assertIn(self.late.name, html)
        self.assertNotIn(self.later.name, html)
        self.assertIn('>3</div>', html)  # days overdue

    def test_list_of_items_not_due(self):
        html = self.render("<p>#items_list_not_due</p>")
        self.assertIn(self.later.name, html)
        self.assertNotIn(self.late.name, html)
        self.assertNotIn(self.credit.name, html)

    def test_excluded_items_are_not_listed(self):
        self.receivables(self.later).no_followup = True
        html = self.render("<p>#items_list</p>")
        self.assertNotIn(self.later.name, html)

    def test_partly_paid_item_shows_both_amounts(self):
        self.pay(self.customer, 400, self.late)
        html = self.render("<p>#items_list_overdue</p>")
        self.assertIn("$\N{NBSP}1,000.00", html)
        self.assertIn("$\N{NBSP}600.00", html)

    def test_two_currencies(self):
        self.create_invoice(self.customer, jan(4), 300, posted=jan(1), currency_id=self.eur.id)
        self.assertEqual(
            self.render("#items_amount_overdue", subject=True),
            "$\N{NBSP}900.00 and 300.00\N{NBSP}€",
        )
        self.assertEqual(self.render("<p>#items_list_overdue</p>").count('<table'), 2)

    def test_collector(self):
        text = "#collector_name, #collector_phone, #collector_email"
        self.assertEqual(self.render(text, subject=True), "Ann <Clerk>, +32 2 123, ann@example.com")
        self.assertIn("Ann &lt;Clerk&gt;", self.render("<p>#collector_name</p>"))

    def test_without_collector_the_sender_of_the_company_signs(self):
        self.customer.collector_id = False
        self.company.dso_sender_id = self.collector
        self.assertEqual(self.render("#collector_name", subject=True), "Ann <Clerk>")

    def test_logo(self):
        html = self.render("<p>#company_logo</p>")
        self.assertIn(f'/logo.png?company={self.company.id}', html)

    def test_names_are_text(self):
        html = self.render('<p><t t-out="object.partner_id.name"/> #items_amount</p>')
        self.assertIn("Azure &lt;b&gt;Interior&lt;/b&gt;", html)
        self.late.name = "INV/<i>{{ 1 + 1 }}</i>"
        html = self.render("<p>#items_list</p>")
        self.assertIn("INV/&lt;i&gt;{{ 1 + 1 }}&lt;/i&gt;", html)

    def test_hashtags_in_names_are_text(self):
        """Who is called like a hashtag, or an expression, reads his name and no table."""
        name = "#items_list & {{ 1 + 1 }} <t t-out='2 + 2'/>"
        self.customer.partner_id.name = name
        self.collector.name = name
        self.late.name = "#items_amount"
        text = '<t t-out="object.partner_id.name"/> #collector_name'
        html = self.render(f'<p title="#collector_name">{text} #items_list_overdue</p>')
        self.assertEqual(html.count("#items_list &amp; {{ 1 + 1 }} &lt;t t-out="), 3)
        self.assertEqual(html.count('<table'), 1)
        self.assertIn('>#items_amount</', html)
        subject = self.render("{{ object.partner_id.name }}: #collector_name", subject=True)
        self.assertEqual(subject, f"{name}: {name}")

    def test_language_of_the_recipient(self):
        self.env['res.lang']._activate_lang('fr_FR')
        html = self.render("<p>#items_list_overdue</p>", lang='fr_FR')
        separator = self.env['res.lang']._get_data(code='fr_FR').thousands_sep
        self.assertIn(f"$\N{NBSP}1{separator}000,00", html)
        self.assertIn("03/01/2027", html)

    def test_values_of_a_batch_cost_the_same_for_more_actions(self):
        self.mail_template.body_html = (
            "<p>#items_list #items_amount #collector_name #company_logo</p>"
        )
        actions = self.next_action(self.customer)
        for n in range(7):
            customer = self.create_customer(f"Customer {n}")
            customer.collector_id = self.collector
            self.create_invoice(customer, jan(3), 100 + n, posted=jan(1))
            actions |= self.next_action(customer)
        self.queries(actions[:4])  # fill the caches of code
        self.assertEqual(self.queries(actions[:4]), self.queries(actions))

    def queries(self, actions):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.mail_template._render_field('body_html', actions.ids)
        return self.env.cr.sql_log_count - before

    # --- refused ---------------------------------------------------------------------------

    def test_unknown_hashtag_is_refused(self):
        for field in ('subject', 'body_html'):
            with self.assertRaisesRegex(ValidationError, '#items_lst.*#items_list_overdue'):
                self.mail_template[field] = "Pay #items_lst"

    def test_unknown_hashtag_in_a_translation_is_refused(self):
        self.env['res.lang']._activate_lang('fr_FR')
        with self.assertRaisesRegex(ValidationError, '#montant'):
            self.mail_template.with_context(lang='fr_FR').subject = "Payez #montant"
        with self.assertRaisesRegex(ValidationError, '#montant'):
            self.mail_template.update_field_translations('subject', {'fr_FR': "Payez #montant"})

    def test_table_in_a_subject_is_refused(self):
        with self.assertRaisesRegex(ValidationError, 'cannot stand in a subject'):
            self.mail_template.subject = "Yours #items_list"

    def test_texts_of_other_models_are_left_alone(self):
        partner_model = self.env['ir.model']._get_id('res.partner')
        template = self.create_mail_template(model_id=partner_model, subject="#hashtag")
        partner = self.customer.partner_id
        self.assertEqual(template._render_field('subject', partner.ids)[partner.id], "#hashtag")
