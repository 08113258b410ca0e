import io

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date, ormcache
from odoo.tools.image import image_data_uri
from odoo.tools.misc import get_lang
from odoo.tools.pdf import PdfFileReader

from ..tools.attachments import file_name
from .ir_actions_report import MARGIN

#: Where the window of an envelope shows the address, in mm from the left and the top of the sheet.
WINDOWS = {'left': (20, 45), 'right': (110, 45)}

#: A sheet of so many pages tells how much the program that makes the PDF shrinks them.
RULER_PAGES = 300
RULER = '<html><body style="margin: 0"><div style="height: %dmm">.</div></body></html>'


class DsoLetter(models.AbstractModel):
    """Letters on paper: address in the window of the envelope, text, and what it stands for.

    A page is laid out in millimetres, because an envelope has its window at a fixed place
    (DIN 5008 on the left, French envelopes on the right).
    """

    _name = 'dso.letter'
    _description = "Collection Letter"

    @api.model
    def _to_pdf(self, parcel):
        """Return a written letter as PDF, in the language of its recipient.

        :param dso_channel.Parcel parcel: texts, action and contact
        :rtype: bytes
        """
        lang = parcel.action._get_message_lang(parcel.contact)
        letter = self.with_context(lang=lang)
        action = parcel.action.with_context(lang=lang)
        html = letter.env['ir.qweb']._render(
            'dso_collection.letter', letter._get_values(action, parcel), minimal_qcontext=True
        )
        return self._print(f'<!DOCTYPE html>\n{html}')

    def _get_values(self, action, parcel):
        """Return what the template of a letter shows."""
        company, contact = action.company_id, parcel.contact or action.partner_id
        paper = self._get_paper()
        left, top = self._get_window(parcel)
        return {
            'letter': action,
            'company': company,
            'logo': company.logo and image_data_uri(company.logo),
            'direction': get_lang(self.env).direction,
            'language': get_lang(self.env).code,
            'address': self._get_address(contact),
            'sender': self._get_sender_line(company),
            'date': format_date(self.env, company._dso_today()),
            'is_registered': parcel.kind == 'registered_letter',
            'title': self.env['dso.channel']._as_line(parcel.texts['subject']),
            'text': parcel.texts['body_html'],
            'zoom': 1 / self._get_scale(paper),
            'left': left - paper.margin_left,
            'top': top - MARGIN,
            'far': company.dso_letter_window == 'left',
            'padding': (max(25 - paper.margin_left, 0), max(20 - paper.margin_right, 0)),
        }

    def _get_window(self, parcel):
        """Return where the address of a letter has to stand, in mm from the left and the top."""
        return WINDOWS[parcel.action.company_id.dso_letter_window]

    def _get_address(self, contact):
        """Return the lines of an address: firm, person, street, town, country."""
        firm = contact.commercial_partner_id
        names = [firm.name, contact.name if contact != firm else False]
        address = contact._display_address(without_company=True)
        lines = [*names, *address.splitlines()]
        return list(dict.fromkeys(line.strip() for line in lines if line and line.strip()))

    def _get_sender_line(self, company):
        partner = company.partner_id
        place = " ".join(filter(None, (partner.zip, partner.city)))
        return " · ".join(filter(None, (company.name, partner.street, place)))

    @api.model
    def _get_file_name(self, action, title):
        """Return the name of the file of a letter, without what file systems refuse."""
        name = f'{action.customer_id.display_name} - {title}'
        return f'{file_name(name)}.pdf'

    # === PAPER === #

    def _get_paper(self):
        """Return the paper of the company, on which core prints what has no paper of its own."""
        paper = self.env.company.paperformat_id
        if not paper:
            raise UserError(
                self.env._(
                    "%(company)s has no paper format: choose one in the general settings.",
                    company=self.env.company.name,
                )
            )
        return paper

    def _print(self, html):
        """Return a page of HTML as PDF on the paper of the company.

        :rtype: bytes
        """
        return self.env['ir.actions.report']._dso_print(html)

    def _get_scale(self, paper):
        """Return how long a millimetre of a page becomes on paper; programs differ in that."""
        return self._measure_scale(paper.id, paper.write_date)

    @ormcache('paper_id', 'changed_on')
    def _measure_scale(self, paper_id, changed_on):
        """Count the pages of a sheet of known length.

        :param datetime changed_on: when the paper format was changed, after which it may differ
        """
        paper = self.env['report.paperformat'].browse(paper_id)
        height = paper.print_page_height - 2 * MARGIN
        pdf = self._print(RULER % (RULER_PAGES * height))
        return PdfFileReader(io.BytesIO(pdf)).getNumPages() / RULER_PAGES
