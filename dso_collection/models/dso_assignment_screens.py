from odoo import fields, models
from odoo.exceptions import UserError

from ..engine import assign_sql
from ..tools import server
from .dso_assignment_rule import KIND_FIELDS


class DsoAssignmentRule(models.Model):
    """Runs by hand: a preview first, then what it showed."""

    _inherit = 'dso.assignment.rule'

    def _preview(self, run):
        """Fill a preview with what these rules would change among the user's customer accounts.

        :param dso.assignment.run run: an empty preview, in sudo
        """
        self.check_access('read')
        customers = self.env['dso.customer']
        customers._check_assign_access()
        with server.settings(self.env, server.BULK):
            errors = self._collect(by_hand=run.by_hand, writable=customers._writable_sql())
            for field in KIND_FIELDS.values():
                self.env.cr.execute(
                    assign_sql.preview(
                        field, run.id, 'rule', uid=self.env.uid, now=fields.Datetime.now()
                    )
                )
        self.env.invalidate_all(flush=False)
        counts = dict(run.line_ids._read_group([('run_id', '=', run.id)], ['rule_id'], ['__count']))
        run.rule_ids.create(
            [
                {
                    'run_id': run.id,
                    'rule_id': rule.id,
                    'sequence': number,
                    'change_count': counts.get(rule, 0),
                    'error': errors.get(rule, False),
                }
                for number, rule in enumerate(self)
            ]
        )
        run.change_count = sum(counts.values())

    def _apply_preview(self, run):
        """Write the lines of a preview; what has changed since it was made is left alone.

        :param dso.assignment.run run: a preview of these rules
        """
        customers = self.env['dso.customer']
        run.check_access('write')
        customers._check_assign_access()
        if run.is_done:
            raise UserError(self.env._("This preview was applied already: run the rules again."))
        failed = {line.rule_id: line.error for line in run.rule_ids if line.error}
        for rule in self - self.browse(rule.id for rule in failed):
            rule._check_value_now()
        writable = customers._writable_sql()

        def source(field):
            return assign_sql.previewed(field, run.id, writable)

        with server.settings(self.env, server.BULK):
            counts = self._assign(source)
        self._note_run(counts, failed)
        summary = run.sudo()  # its figures are nobody's to write
        for line in summary.rule_ids:
            line.change_count = counts.get(line.rule_id.id, 0)
        summary.write({'is_done': True, 'change_count': sum(counts.values())})
