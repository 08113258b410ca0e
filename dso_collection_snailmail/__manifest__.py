{
    'name': "DSO Collection - Snailmail",
    'version': '19.0.1.0.0',
    'category': 'Accounting/Collection',
    'summary': "Have the letters of collection posted by Odoo's Snailmail",
    'author': "DSO Collection contributors",
    'license': 'LGPL-3',
    'depends': ['dso_collection', 'snailmail'],
    'data': ['views/res_config_settings_views.xml'],
    'uninstall_hook': 'uninstall_hook',
    'auto_install': True,
}
