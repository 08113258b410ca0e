"""The pages of which `make screenshots` takes pictures.

A page is (name, login, address, selector to wait for, widths); widths are names of `SIZES`. To add
one, add a line. Addresses are relative to the demo's; `/odoo/action-<xml id>` opens an action and
`{code}` stands for the id of the customer account with that customer code. What is to be clicked
first follows the widths: pairs of a selector and the one to wait for then.
"""

SIZES = {'desktop': (1400, 900), 'phone': (390, 844)}
BOTH = ('desktop', 'phone')

PAGES = [
    ('login', None, '/web/login', 'form.oe_login_form', BOTH),
    ('apps', 'admin', '/odoo/apps', '.o_kanban_record', ('desktop',)),
    ('manual', 'collector', '/odoo/collection-manual', '.o_data_row, .o_kanban_record', BOTH),
    ('automatic', 'collector', '/odoo/collection-automatic', '.o_data_row, .o_kanban_record', BOTH),
    (
        'panel',
        'collector',
        '/odoo/collection-manual',
        '.o_data_row, .o_kanban_record',
        BOTH,
        (
            (
                '.o_data_row:has(.fa-phone) td[name=customer_id], .o_dso_card:has(.fa-phone)',
                '.o_dso_panel_foot',
            ),
        ),
    ),
    (
        'panel-email',
        'collector',
        '/odoo/collection-automatic',
        '.o_data_row, .o_kanban_record',
        BOTH,
        (('.o_data_row:nth-child(2) td[name=customer_id], .o_dso_card', '.o_dso_panel_foot'),),
    ),
    ('history', 'manager', '/odoo/collection-history', '.o_data_row, .o_kanban_record', BOTH),
    ('charts', 'manager', '/odoo/collection-charts', '.o_graph_view canvas', BOTH),
    ('substitutes', 'manager', '/odoo/collection-substitutes', '.o_view_controller', BOTH),
    (
        'calendar',
        'manager',
        '/odoo/collection-manual?view_type=calendar',
        '.fc-view',
        ('desktop',),
    ),
    (
        'calendar',
        'manager',
        '/odoo/collection-manual',
        '.o_kanban_record',
        ('phone',),
        (  # a phone opens the cards, whatever the address says
            (
                '.o_cp_switch_buttons button',
                '.o-dropdown-item:has(.fa-calendar, .oi-view-calendar)',
            ),
            ('.o-dropdown-item:has(.fa-calendar, .oi-view-calendar)', '.fc-view'),
        ),
    ),
    (
        'act-now',
        'collector',
        '/odoo/collection-customers/{C1053}',
        '.o_form_view',
        ('desktop',),
        (('.o_statusbar_buttons button:has-text("Act Now")', '.modal .o_form_view'),),
    ),
    ('load', 'manager', '/odoo/collection-load', '.o_kanban_record', BOTH),
    ('letters', 'manager', '/odoo/collection-letters', '.o_data_row, .o_kanban_record', BOTH),
    (
        'panel-letter',
        'collector',
        '/odoo/collection-manual',
        '.o_data_row, .o_kanban_record',
        BOTH,
        (
            (
                '.o_data_row:has(.fa-certificate) td[name=customer_id], '
                '.o_dso_card:has(.fa-certificate)',
                '.o_dso_panel_body',
            ),
        ),
    ),
    ('replies', 'manager', '/odoo/collection-replies', '.o_data_row, .o_kanban_record', BOTH),
    ('reply', 'manager', '/odoo/collection-replies/2', '.o_form_view', BOTH),
    ('insights', 'manager', '/odoo/collection-insights', '.o_data_row, .o_kanban_record', BOTH),
    ('customers', 'manager', '/odoo/collection-customers', '.o_data_row, .o_kanban_record', BOTH),
    ('customer', 'collector', '/odoo/collection-customers/1', '.o_form_view', BOTH),
    (
        'statement',
        'collector',
        '/odoo/collection-customers/{C1053}',
        '.o_form_view',
        ('desktop',),
        (('.oe_stat_button .fa-file-pdf-o', '.modal footer .btn-primary'),),
    ),
    (
        'contacts',
        'collector',
        '/odoo/collection-customers/1',
        '.o_form_view',
        ('desktop',),
        (
            ('button[name=action_open_partner]', '.o_form_view .nav-link[name=collection]'),
            ('.nav-link[name=collection]', 'div[name=dso_contact_ids]'),
        ),
    ),
    ('groups', 'collector', '/odoo/collection-customers/{C1053}', '.o_form_view', BOTH),
    ('member', 'collector', '/odoo/collection-customers/{C1054}', '.o_form_view', BOTH),
    ('items', 'collector', '/odoo/collection-items', '.o_data_row, .o_kanban_record', BOTH),
    ('disputes', 'manager', '/odoo/collection-disputes', '.o_data_row, .o_kanban_record', BOTH),
    ('dispute', 'manager', '/odoo/collection-disputes/4', '.o_form_view', BOTH),
    (
        'dispute-outcome',
        'manager',
        '/odoo/collection-disputes/4',
        '.o_form_view',
        BOTH,
        (('button[name=action_open_settle]', '.modal [name=dispute_outcome]'),),
    ),
    (
        'dispute-reasons',
        'manager',
        '/odoo/collection-dispute-reasons',
        '.o_data_row, .o_kanban_record',
        BOTH,
    ),
    ('litigation', 'manager', '/odoo/collection-customers/{C1024}', '.o_form_view', BOTH),
    (
        'qualify',
        'collector',
        '/odoo/collection-customers/{C1053}',
        '.o_form_view',
        ('desktop',),
        (
            ('.o_form_view button.o_dso_quick_promise', '[data-days=ask]'),
            ('[data-days=ask]', '.modal .o_dso_promise'),
        ),
    ),
    ('statuses', 'manager', '/odoo/collection-statuses', '.o_data_row, .o_kanban_record', BOTH),
    ('status', 'manager', '/odoo/collection-statuses/3', '.o_form_view', BOTH),
    ('promises', 'collector', '/odoo/collection-promises', '.o_data_row, .o_kanban_record', BOTH),
    (
        'promise',
        'collector',
        '/odoo/collection-promises',
        '.o_data_row, .o_kanban_record',
        BOTH,
        (('.o_data_row .o_data_cell, .o_kanban_record', '.o_form_view'),),
    ),
    (
        'promises-calendar',
        'collector',
        '/odoo/collection-promises?view_type=calendar',
        '.o_calendar_renderer',
        ('desktop',),
    ),
    ('reliability', 'collector', '/odoo/collection-customers/{C1012}', '.o_form_view', BOTH),
    (
        'cash',
        'collector',
        '/odoo/collection-expected-cash',
        '.o_graph_renderer canvas',
        ('desktop',),
    ),
    (
        'cash-calendar',
        'collector',
        '/odoo/collection-expected-cash?view_type=calendar',
        '.o_calendar_renderer',
        ('desktop',),
    ),
    (
        'cash-list',
        'collector',
        '/odoo/collection-expected-cash?view_type=list',
        '.o_data_row, .o_kanban_record',
        BOTH,
    ),
    ('assign', 'manager', '/odoo/collection-assign', '.o_dso_tabs', BOTH),
    (
        'assign-default',
        'manager',
        '/odoo/collection-assign-default',
        '.o_dso_tabs',
        ('desktop',),
    ),
    ('scenario', 'manager', '/odoo/collection-scenarios/1', '.o_form_view', BOTH),
    (
        'preview',
        'manager',
        '/odoo/collection-scenarios/1',
        '.o_form_view',
        ('desktop',),
        (('.o_data_row button[name=action_preview]', '.o_dso_preview_body'),),
    ),
    (
        'preview',
        'manager',
        '/odoo/collection-scenarios/1',
        '.o_form_view .o_kanban_record',
        ('phone',),
        (
            ('.o_kanban_record', '.modal button[name=action_preview]'),
            ('.modal button[name=action_preview]', '.o_dso_preview_body'),
        ),
    ),
    (
        'text',
        'manager',
        '/odoo/collection-scenarios/1',
        '.o_form_view',
        ('desktop',),
        (
            ('.o_data_row button[name=action_open_email_text]', '.modal .odoo-editor-editable'),
            # The buttons of a field show when the mouse or the cursor is in it.
            ('.modal [name=subject] input', '.modal [name=subject] .o_dso_hashtag_button'),
            ('.modal [name=subject] .o_dso_hashtag_button', '.o_dso_hashtags'),
        ),
    ),
    ('late-policies', 'manager', '/odoo/collection-late-payment', '.o_data_row', ('desktop',)),
    ('late-policies', 'manager', '/odoo/collection-late-payment', '.o_kanban_record', ('phone',)),
    ('late-policy', 'manager', '/odoo/collection-late-payment/5', '.o_form_view', BOTH),
    (
        'settings',
        'admin',
        '/odoo/action-dso_collection.res_config_settings_action',
        '.o_form_view',
        ('desktop',),
    ),
]
