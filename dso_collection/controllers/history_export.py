import json
import tempfile

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import Response, content_disposition, request
from werkzeug.exceptions import BadRequest, Forbidden, InternalServerError
from werkzeug.wsgi import wrap_file

from ..tools.spreadsheet import TABLES


class HistoryExport(http.Controller):
    """Hands out the history of collection as a file."""

    @http.route(
        '/dso_collection/history/<string:extension>',
        type='http',
        auth='user',
        methods=['POST'],
        readonly=True,
    )
    def export(self, extension, data, **_kwargs):
        """Return the history as a file.

        :param str extension: ``csv`` or ``xlsx``
        :param str data: JSON of ``domain`` and ``order`` of the list, and of the ids of the
            ``companies`` that are on
        """
        if not request.env.user.has_group('dso_collection.group_dso_reader'):
            raise Forbidden
        if extension not in TABLES:
            raise request.not_found()
        try:
            params = json.loads(data)
            domain, order, companies = params['domain'], params['order'], params['companies']
        except (ValueError, KeyError, TypeError) as error:
            raise BadRequest from error
        export = request.env['dso.history.export'].with_context(allowed_company_ids=companies)
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the response
        try:
            export._write_file(file, extension, domain, order)
        except UserError as error:
            file.close()
            # The form in which the web client's download shows a sentence.
            payload = {'code': 0, 'message': str(error), 'data': http.serialize_exception(error)}
            raise InternalServerError(json.dumps(payload)) from error
        return self._respond(file, extension, fields.Date.context_today(export))

    def _respond(self, file, extension, today):
        size = file.tell()
        file.seek(0)
        name = f"{request.env._('Collection History')} {today}.{extension}"
        headers = [
            ('Content-Type', TABLES[extension].mimetype),
            ('Content-Disposition', content_disposition(name)),
            ('Content-Length', size),
        ]
        return Response(
            wrap_file(request.httprequest.environ, file), headers=headers, direct_passthrough=True
        )
