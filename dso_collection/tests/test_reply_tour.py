from datetime import timedelta

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common_replies import GATEWAY_LOG, write_email


@tagged('post_install', '-at_install')
class TestReplyTour(HttpCase):
    """The tab of replies and all that a collector does there, in a browser on the real clock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = new_test_user(
            cls.env,
            login='collector',
            groups='dso_collection.group_dso_collector',
            name="Carl Collector",
            email='carl@seller.example.com',
            tz='UTC',
            lang='en_US',
        )
        partner = cls.env['res.partner'].create(
            {'name': "Azure Interior", 'email': 'a@example.com'}
        )
        cls.customer = cls.env['dso.customer']._get_or_create(partner, cls.env.company)
        cls.customer.collector_id = cls.collector
        for text in ('validate', 'discard', 'call', 'answer'):
            cls.receive(f"Please {text} me")
        cls.receive("first of two")
        cls.receive("second of two")
        cls.receive("whose am I", sender='stranger@example.com')

    @classmethod
    def receive(cls, text, sender='a@example.com'):
        quoted = "On Mon, 4 Jan 2027, Carl wrote:\n> quoted reminder"
        email = write_email(f"{text}\n\n{quoted}", From=sender, Subject="Your reminder")
        with mute_logger(GATEWAY_LOG):
            cls.env['mail.thread'].message_process('dso.customer', email.as_bytes())

    def reply(self, text):
        return self.env['dso.reply'].search([('excerpt', 'ilike', text)])

    def test_replies_tour(self):
        self.start_tour('/odoo', 'dso_collection_replies', login='collector')
        states = {
            'validate me': 'validated',
            'discard me': 'discarded',
            'call me': 'planned',
            'answer me': 'answered',
            'first of two': 'validated',
            'second of two': 'validated',
            'whose am I': 'validated',
        }
        self.assertEqual({text: self.reply(text).state for text in states}, states)
        self.assertEqual(self.reply('discard me').reason, "Sent twice")
        follow_up = self.reply('call me').follow_up_id
        self.assertEqual((follow_up.action_type, follow_up.note), ('call', "Ask for Eve"))
        self.assertGreater(follow_up.date_planned, follow_up.create_date.date() + timedelta(days=1))
        answer = self.reply('answer me').answer_id
        self.assertIn("Thank you", answer.body)
        self.assertEqual(answer.partner_ids, self.customer.partner_id)
        self.assertEqual(self.reply('whose am I').customer_id, self.customer)
