{
    'name': "DSO Collection",
    'version': '19.0.1.0.0',
    'category': 'Accounting/Collection',
    'summary': "Turn open invoices into a collector's agenda and send the due reminders",
    'author': "DSO Collection contributors",
    'license': 'LGPL-3',
    'depends': ['account_payment', 'sms'],
    'data': [
        'security/dso_collection_groups.xml',
        'security/ir.model.access.csv',
        'security/dso_collection_rules.xml',
        'data/ir_cron_data.xml',
        'data/dso_hashtag_templates.xml',
        'data/mail_template_data.xml',
    ],
    'application': True,
}
