import base64

from markupsafe import Markup
from odoo import models
from odoo.tools.image import image_data_uri

from ..tools import qr_code

#: Mail programs drop style sheets.
BUTTON = (
    'display: inline-block; padding: 10px 18px; border-radius: 4px; background-color: #714b67;'
    ' color: #ffffff; font-weight: bold; text-decoration: none;'
)

#: A code of 30 mm: its smallest squares are as large as scanners need.
CODE = 'width: 30mm; height: 30mm;'


class DsoHashtag(models.AbstractModel):
    """Links to online payment in texts: buttons in emails, codes to scan on paper."""

    _inherit = 'dso.hashtag'

    def _text_payment_button_overdue(self, action):
        return " ".join(self._payment_links(action).values())

    def _html_payment_button_overdue(self, action):
        """Return a button or a code per currency, nothing where nothing can be paid."""
        links = self._payment_links(action)
        is_printed = self.env.context.get('dso_print')
        label = self.env._("Scan to pay") if is_printed else self.env._("Pay now")
        layout = self._payment_code if is_printed else self._payment_button
        return Markup(" ").join(
            layout(url, label if len(links) == 1 else f'{label} ({currency.name})')
            for currency, url in links.items()
        )

    def _text_payment_button_exclude_disputes(self, action):
        """Nobody is asked online for what he disputes: one link serves both hashtags."""
        return self._text_payment_button_overdue(action)

    def _html_payment_button_exclude_disputes(self, action):
        return self._html_payment_button_overdue(action)

    def _payment_links(self, action):
        return self.env.context['dso_links'][action.customer_id.id]

    def _payment_button(self, url, label):
        button = Markup('<a href="{url}" style="{style}">{label}</a>')
        return button.format(url=url, style=BUTTON, label=label)

    def _payment_code(self, url, label):
        """Return a code that leads to a link: nobody can press a button on paper."""
        picture = image_data_uri(base64.b64encode(qr_code.png(url)))
        return Markup(
            '<span style="display: inline-block; text-align: center; margin: 0 16px 8px 0;">'
            '<img src="{picture}" alt="{url}" style="{style}"/><br/>{label}</span>'
        ).format(picture=picture, url=url, style=CODE, label=label)
