"""The pages of which `make screenshots` takes pictures.

A page is (name, login, address, selector to wait for, widths); widths are names of `SIZES`. To add
one, add a line. Addresses are relative to the demo's; `/odoo/action-<xml id>` opens an action.
"""

SIZES = {'desktop': (1400, 900), 'phone': (390, 844)}
BOTH = ('desktop', 'phone')

PAGES = [
    ('login', None, '/web/login', 'form.oe_login_form', BOTH),
    ('apps', 'admin', '/odoo/apps', '.o_kanban_record', ('desktop',)),
]
