"""Pure helpers of messages: texts and what mail servers say; nothing here knows Odoo."""
