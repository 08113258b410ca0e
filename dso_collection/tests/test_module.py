from odoo.tests import HttpCase, TransactionCase, tagged


@tagged('post_install', '-at_install')
class TestModule(TransactionCase):
    def test_module_is_installed(self):
        module = self.env['ir.module.module'].search([('name', '=', 'dso_collection')])
        self.assertEqual(module.state, 'installed')
        self.assertTrue(module.application)


@tagged('post_install', '-at_install')
class TestWeb(HttpCase):
    def test_login_page(self):
        response = self.url_open('/web/login')
        self.assertEqual(response.status_code, 200)
        self.assertIn('name="login"', response.text)
