"""The demo portfolio, built through Odoo's accounting; the addon itself never loads it."""
