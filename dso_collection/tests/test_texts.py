"""Texts of steps: who writes them, in which form, and what is refused."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import CollectionCase


@tagged('post_install', '-at_install')
class TestTexts(CollectionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('fr_FR')
        cls.manager = cls.create_user('manager')
        cls.collector = cls.create_user('collector')
        cls.standard = cls.env.ref('dso_collection.mail_template_first_reminder')
        cls.sms_template = cls.env['sms.template'].create(
            {
                'name': "Reminder",
                'model_id': cls.env['ir.model']._get_id('dso.action'),
                'body': "Please pay #items_amount_overdue",
            }
        )

    def restrict_templates(self):
        """Odoo's setting that reserves logic in texts to template editors."""
        self.env['ir.config_parameter'].set_param('mail.restrict.template.rendering', 'True')
        self.assertFalse(self.manager.has_group('mail.group_mail_template_editor'))

    def as_manager(self, text):
        return text.with_user(self.manager)

    # --- the form --------------------------------------------------------------------------

    def test_opens_from_its_step(self):
        action = self.step(3).action_open_email_text()
        self.assertEqual(
            (action['res_model'], action['res_id']), ('mail.template', self.mail_template.id)
        )
        view = self.env['ir.ui.view'].browse(action['views'][0][0])
        self.assertEqual(view, self.env.ref('dso_collection.mail_template_view_form'))

    def test_new_text_begins_with_what_every_reminder_needs(self):
        template = self.env['mail.template'].with_user(self.manager)
        template = template.with_context(default_model='dso.action', default_name="Ours")
        with Form(template, view='dso_collection.mail_template_view_form') as form:
            form.subject = "Reminder #items_amount"
        text = form.record
        self.assertEqual((text.model, text.name), ('dso.action', "Ours"))
        self.assertEqual(text.lang, '{{ object.message_lang }}')
        for part in ('t-out="object.addressee"', '#items_list_overdue', '#collector_name'):
            self.assertIn(part, text.body_html)

    # --- who writes ------------------------------------------------------------------------

    def test_managers_write(self):
        self.as_manager(self.standard).subject = "Pay #items_amount"
        self.as_manager(self.standard).with_context(lang='fr_FR').subject = "Payez #items_amount"
        self.as_manager(self.sms_template).body = "Pay #items_amount"
        self.assertEqual(self.standard.subject, "Pay #items_amount")
        self.assertEqual(self.standard.with_context(lang='fr_FR').subject, "Payez #items_amount")
        self.assertEqual(self.sms_template.body, "Pay #items_amount")

    def test_others_read(self):
        editor = self.create_user('collector', login='editor')
        editor.group_ids += self.env.ref('mail.group_mail_template_editor')
        for user in (self.collector, editor, self.create_user('reader')):
            for text, field in ((self.standard, 'subject'), (self.sms_template, 'body')):
                text = text.with_user(user)
                self.assertTrue(text[field])
                with self.assertRaises(AccessError):
                    text[field] = "Pay"
                with self.assertRaises(AccessError):
                    text.copy()
                with self.assertRaises(AccessError):
                    text.unlink()

    def test_texts_of_other_models_are_none_of_ours(self):
        partner_model = self.env['ir.model']._get_id('res.partner')
        other = self.create_mail_template(model_id=partner_model)
        self.collector.group_ids += self.env.ref('mail.group_mail_template_editor')
        other.with_user(self.collector).subject = "Hello"
        self.assertEqual(other.subject, "Hello")
        self.restrict_templates()
        with self.assertRaises(AccessError):
            self.as_manager(other).subject = "Pay"
        foreign = self.sms_template.copy({'model_id': partner_model})
        with self.assertRaises(AccessError):
            self.as_manager(foreign).body = "Pay"

    # --- without the right to write logic --------------------------------------------------

    def test_hashtags_and_plain_placeholders_need_no_template_editor(self):
        self.restrict_templates()
        text = self.as_manager(self.standard)
        text.body_html = '<p>Dear <t t-out="object.addressee"/>, #items_list</p>'
        text.subject = "{{ object.company_id.name }}: {{ object.leader_number }} #items_amount"
        self.assertIn('#items_list', self.standard.body_html)

    def test_every_text_of_ours_can_be_edited_without_logic(self):
        self.restrict_templates()
        texts = (
            self.env['mail.template'].search([('model', '=', 'dso.action')]) - self.mail_template
        )
        self.assertGreater(len(texts), 5)
        for text in texts:
            self.as_manager(text).name = f"{text.name} 2"

    def test_logic_is_refused(self):
        self.restrict_templates()
        text = self.as_manager(self.standard)
        for field, logic in (
            ('body_html', '<p t-out="object.env.user.login"/>'),
            ('body_html', '<p t-if="object.id">x</p>'),
            ('subject', "{{ object.env['res.users'].search([]) }}"),
            ('subject', "{{ object.collector_id.login or '' }}"),
        ):
            with self.assertRaisesRegex(AccessError, "placeholders"):
                text[field] = logic

    # --- hashtags --------------------------------------------------------------------------

    def test_picker_knows_the_registry(self):
        listed = self.env['dso.scenario.step'].with_user(self.collector).get_hashtags()
        self.assertEqual({tag['name'] for tag in listed}, set(self.env['dso.hashtag']._hashtags()))
        blocks = {tag['name'] for tag in listed if tag['is_block']}
        self.assertIn('items_list', blocks)
        self.assertNotIn('items_amount', blocks)
        portal = self.env.ref('base.public_user')
        with self.assertRaises(AccessError):
            self.env['dso.scenario.step'].with_user(portal).get_hashtags()

    def test_unknown_hashtag_is_refused_by_an_import(self):
        for model, field in (('mail.template', 'subject'), ('sms.template', 'body')):
            result = (
                self.env[model]
                .with_user(self.manager)
                .load(
                    ['name', 'model_id/id', field],
                    [["Imported", 'dso_collection.model_dso_action', "Pay #items_lst"]],
                )
            )
            self.assertFalse(result['ids'])
            self.assertIn('#items_lst', result['messages'][0]['message'])
            self.assertIn('#items_list_overdue', result['messages'][0]['message'])

    def test_unknown_hashtag_of_an_sms_is_refused(self):
        text = self.as_manager(self.sms_template)
        refused = (
            lambda: text.write({'body': "Pay #items_lst"}),
            lambda: text.with_context(lang='fr_FR').write({'body': "Payez #items_lst"}),
            lambda: text.update_field_translations('body', {'fr_FR': "Payez #items_lst"}),
            lambda: text.copy({'body': "Pay #items_lst"}),
        )
        for write in refused:
            with self.assertRaisesRegex(ValidationError, '#items_lst.*#items_list_overdue'):
                write()

    def test_unknown_hashtag_is_refused_when_a_text_becomes_ours(self):
        partner_model = self.env['ir.model']._get_id('res.partner')
        text = self.create_mail_template(model_id=partner_model, subject="#hashtag")
        with self.assertRaisesRegex(ValidationError, '#hashtag'):
            text.model_id = self.env['ir.model']._get_id('dso.action')
