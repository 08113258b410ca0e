"""The letters of a company that has them posted, when the module goes and the addon stays."""

from odoo.addons.dso_collection.tests.test_module import LifecycleCase

#: A letter waits for the postal service, another one has failed there; then the module goes.
USE_IT = """
from odoo import fields
company = env.company
company.write({'dso_post_letters': True, 'paperformat_id': env.ref('base.paperformat_euro').id})
partner = env['res.partner'].create({'name': "Late Ltd", 'email': 'late@example.com'})
action, refused = env['dso.action'].create([{
    'customer_id': env['dso.customer']._get_or_create(partner, company).id,
    'origin': 'direct',
    'action_type': 'letter',
    'date_planned': fields.Date.today(),
}] * 2)
document = env['ir.attachment'].create({'name': "Letter", 'raw': b'%PDF'})
message = partner.message_post(body="Letter")
vals = {'action_id': action.id, 'kind': 'letter', 'mail_message_id': message.id}
letter = env['dso.action.message'].create({**vals, 'document_id': document.id})
letter._hand_over()
assert letter.snailmail_letter_id.state == 'pending' and not letter.is_waiting
env['dso.action.message'].create({**vals, 'delivery': 'failed', 'failure_code': 'post_credit'})
refused._set_error('post_credit')
env.cr.commit()
module = env['ir.module.module'].search([('name', '=', 'dso_collection_snailmail')])
module.button_immediate_uninstall()
"""

#: What the addon makes of them alone, in a new process.
LOOK_AT_IT = """
letter, failed = env['dso.action.message'].search([], order='id')
assert letter.is_waiting and letter.delivery == 'queued', letter.delivery
assert failed.delivery == 'failed' and not failed.failure_code, failed.failure_code
refused = env['dso.action'].search([('state', '=', 'error')])
assert refused.error_code == 'lost' and refused.error_message, refused
assert env['snailmail.letter'].search([]).mapped('state') == ['canceled']
letter.action_print()
letter.action_mark_posted()
assert letter.delivery == 'sent'
"""

LEFTOVERS = {
    "columns": """SELECT table_name || '.' || column_name FROM information_schema.columns
                   WHERE column_name = 'dso_post_letters'
                      OR (table_name LIKE 'dso%' AND column_name LIKE 'snailmail%')""",
    "fields": "SELECT name FROM ir_model_fields WHERE name = 'dso_post_letters'",
    "xml ids": "SELECT name FROM ir_model_data WHERE module = 'dso_collection_snailmail'",
}


class TestUninstall(LifecycleCase):
    def test_letters_are_left_to_people(self):
        self.assertEqual(set(self.find(LEFTOVERS)), set(LEFTOVERS))
        self.assertEqual(self.odoo('shell', text=USE_IT), [])
        self.assertEqual(self.find(LEFTOVERS), {})
        self.assertEqual(self.odoo('shell', text=LOOK_AT_IT), [])
