from odoo.exceptions import AccessError, UserError
from odoo.http import Controller, content_disposition, request, route


class Litigation(Controller):
    @route('/dso_collection/litigation_file/<string:ids>', type='http', auth='user', readonly=True)
    def litigation_file(self, ids):
        """Send the litigation file of open items.

        :param str ids: ids of items of one customer, separated by commas
        """
        lines = request.env['account.move.line'].browse(
            int(part) for part in ids.split(',') if part.isdecimal()
        )
        files = request.env['dso.litigation.file']
        lines = lines.exists()
        try:
            name = files._get_name(files._check_lines(lines))
            content = files._print(lines)
        except AccessError:
            raise
        except UserError as error:
            return request.make_response(str(error), [('Content-Type', 'text/plain')], status=422)
        return request.make_response(
            content,
            headers=[
                ('Content-Type', 'application/pdf'),
                ('Content-Disposition', content_disposition(name, disposition_type='inline')),
            ],
        )
