"""What a pause takes back, and what goes when sending is resumed."""

from odoo.addons.mail.tools.discuss import Store
from odoo.tests import tagged
from odoo.tools import SQL

from .common import jan
from .test_letters import LetterCase


class PauseCase(LetterCase):
    """The reminder of day 3 is an email that goes as letter and SMS, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.partner_id.phone = '+1 202 555 0123'
        cls.scenario.step_ids.filtered(lambda step: step.delay == 3).write(
            {
                'action_type': 'email',
                'also_letter': True,
                'also_sms': True,
                'sms_template_id': cls.create_sms_template().id,
            }
        )

    def pause_after_the_email(self):
        """An action whose email has arrived when a manager pauses sending."""
        self.go_to(jan(4))
        action = self.send(self.next_action(self.customer))
        self.assertEqual(action.state, 'done')
        self.company.dso_paused = True
        return action

    def resume(self):
        self.company.dso_paused = False
        self.run_cron()
        self.run_sms_queue()

    def of_kind(self, action, kind):
        return action.sent_message_ids.filtered(lambda message: message.kind == kind)

    def told(self, action, kind):
        """Delivery and code of the messages of a kind, in order."""
        return [(row.delivery, row.failure_code) for row in self.of_kind(action, kind)]


@tagged('post_install', '-at_install')
class TestPause(PauseCase):
    def test_what_is_taken_back_beside_an_email_goes_later(self):
        action = self.pause_after_the_email()
        for kind in ('letter', 'sms'):
            self.assertEqual(self.told(action, kind), [('failed', 'paused')])
        self.assertIn("when sending is resumed", self.of_kind(action, 'letter').failure)
        self.run_cron()
        self.run_sms_queue()
        self.assertFalse(self.provider.messages)
        self.resume()
        self.assertEqual(self.told(action, 'letter'), [('failed', 'withdrawn'), ('queued', False)])
        self.assertEqual(self.told(action, 'sms'), [('failed', 'withdrawn'), ('sent', False)])
        self.assertEqual(len(self.provider.messages), 1)
        self.post(self.of_kind(action, 'letter')[1])
        self.assertEqual((action.state, action.day_done), ('done', jan(4)))
        self.assertEqual(len(self.server.messages), 1)

    def test_it_goes_once(self):
        action = self.pause_after_the_email()
        self.resume()
        self.resume()
        self.assertEqual(len(action.sent_message_ids), 5)
        self.company.dso_paused = True
        self.resume()
        self.assertEqual(len(self.of_kind(action, 'sms')), 2, "the SMS had arrived")
        self.assertEqual(len(self.of_kind(action, 'letter')), 3)
        self.assertEqual(len(self.provider.messages), 1)

    def test_paid_meanwhile(self):
        action = self.pause_after_the_email()
        self.pay(self.customer, 1000, self.invoice)
        self.resume()
        for kind in ('letter', 'sms'):
            self.assertEqual(self.told(action, kind), [('failed', 'withdrawn')])
        self.assertFalse(self.provider.messages)

    def test_on_hold_meanwhile(self):
        action = self.pause_after_the_email()
        self.customer.hold_reason = 'legal'
        self.resume()
        self.assertEqual(self.told(action, 'sms'), [('failed', 'withdrawn')])

    def test_only_while_the_window_is_open(self):
        action = self.pause_after_the_email()
        self.go_to(jan(4), hour=23)
        self.resume()
        self.assertEqual(self.told(action, 'sms'), [('failed', 'paused')])
        self.go_to(jan(5))
        self.run_cron()
        self.assertEqual(len(self.told(action, 'sms')), 2)

    def test_taken_back_before_the_email_left_all_is_planned_again(self):
        self.go_to(jan(4))
        action = self.next_action(self.customer)
        self.dispatch(action)
        self.company.dso_paused = True
        self.assertEqual(action.state, 'planned')
        self.assertNotIn('paused', action.sent_message_ids.mapped('failure_code'))
        self.resume()
        self.run_queue()
        self.assertEqual(action.state, 'done')
        self.assertEqual((len(self.server.messages), len(self.provider.messages)), (1, 1))

    def test_what_was_written_when_the_switch_was_turned(self):
        """Whoever paused could not see it yet; the next run takes it back."""
        self.go_to(jan(4))
        action = self.next_action(self.customer)
        self.dispatch(action)
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE res_company SET dso_paused = TRUE WHERE id = %s", self.company.id)
        )
        self.env.invalidate_all()
        self.run_cron()
        self.assertEqual(action.state, 'planned')
        self.run_queue()
        self.assertFalse(self.server.messages)

    def test_recipient_that_is_gone_meanwhile(self):
        action = self.pause_after_the_email()
        self.customer.partner_id.phone = False
        self.resume()
        self.assertEqual(
            self.told(action, 'sms'), [('failed', 'withdrawn'), ('failed', 'no_phone')]
        )


@tagged('post_install', '-at_install')
class TestWithdrawnInTheChatter(LetterCase):
    def titles(self, messages, user=None):
        """Subjects that the chatter shows."""
        messages = messages.with_user(user or self.collector)
        shown = Store().add(messages).get_result()['mail.message']
        return [row['subject'] for row in sorted(shown, key=lambda row: row['id'])]

    def test_letter_that_nobody_posted(self):
        letter = self.write_letter()
        written = letter.subject
        self.assertEqual(self.titles(letter.mail_message_id), [written])
        self.by_collector(letter).action_print()
        self.by_collector(letter).action_withdraw()
        self.assertEqual(self.titles(letter.mail_message_id), [f"Withdrawn: {written}"])
        self.assertEqual(letter.subject, written, "what was written stays as it was")

    def test_others_are_not_asked_for(self):
        self.company.dso_payment_grace = 0
        action = self.write_letter().action_id
        self.pay(self.customer, 400, self.invoice)
        self.run_cron()  # takes it back and writes it anew
        letters = action.sent_message_ids
        self.assertEqual(
            [title.split(":")[0] == "Withdrawn" for title in self.titles(letters.mail_message_id)],
            [True, False],
        )
        customers = self.customer | self.create_customer("Deco")
        note = customers[1].message_post(body="Note")
        mails = self.env['mail.message'].search([('model', '=', 'res.partner')], limit=20)
        self.assertFalse((note | mails)._dso_get_withdrawn())
