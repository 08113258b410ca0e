from odoo.http import Controller, content_disposition, request, route


class Letters(Controller):
    @route('/dso_collection/letters/<string:ids>', type='http', auth='user', readonly=True)
    def letters(self, ids):
        """Send stored letters as one document, in the order of the address.

        :param str ids: ids of messages of actions, separated by commas
        """
        letters = request.env['dso.action.message'].browse(
            int(part) for part in ids.split(',') if part.isdecimal()
        )
        content = letters._get_document()
        if not content:
            raise request.not_found()
        name = request.env._("Letters.pdf") if len(letters) > 1 else letters.document_id.sudo().name
        return request.make_response(
            content,
            headers=[
                ('Content-Type', 'application/pdf'),
                ('Content-Disposition', content_disposition(name, disposition_type='inline')),
            ],
        )
