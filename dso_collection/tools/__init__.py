"""Pure helpers of messages and imports; nothing here knows Odoo."""
