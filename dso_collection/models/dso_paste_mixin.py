from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: Values that one paste may hold; more are an import, not a search.
MAX_PASTED = 50000


class DsoPasteMixin(models.AbstractModel):
    """Records that people look for by a list of values copied from a spreadsheet (spec 2.3).

    A model tells in :attr:`_dso_paste_paths` under which fields it looks a value up (the first that
    knows it wins), in :attr:`_dso_paste_key` by which field the facet keeps what was found, and in
    :meth:`_dso_paste_words` how it names that.
    """

    _name = 'dso.paste.mixin'
    _description = "Found by Pasted Values"

    #: Paths to character fields, in the order in which they are asked.
    _dso_paste_paths = ()
    _dso_paste_key = 'id'

    @api.model
    @api.readonly
    def dso_find_pasted(self, values):
        """Find the records of pasted values, with as many queries for one value as for thousands.

        :param list values: texts, as the cells of a spreadsheet
        :return: ``description`` and ``domain`` of a facet, how many values were ``found``, which
            are ``missing``, and the sentence that says so (``warning``)
        :rtype: dict
        """
        wanted = list(dict.fromkeys(value for value in values if value))
        if len(wanted) > MAX_PASTED:
            raise UserError(
                self.env._(
                    "%(count)s values are too many to search for: paste at most %(limit)s at once.",
                    count=len(wanted),
                    limit=MAX_PASTED,
                )
            )
        ids = self._dso_ids_by_value(wanted)
        found = sorted({record_id for record_ids in ids.values() for record_id in record_ids})
        missing = [value for value in wanted if value not in ids]
        description, warning = self._dso_paste_words(len(ids), len(missing))
        return {
            'description': description,
            'domain': [(self._dso_paste_key, 'in', found)],
            'found': len(ids),
            'missing': missing,
            'warning': warning,
        }

    @api.model
    def _dso_ids_by_value(self, values):
        """Return what values name.

        :param list values: texts, each once
        :return: value → ids of :attr:`_dso_paste_key`; values that name nothing are not in it
        :rtype: dict
        """
        ids, left = {}, values
        for path in self._dso_paste_paths:
            domain = self._dso_paste_domain() & Domain(path, 'in', left)
            key = f'{self._dso_paste_key}:array_agg_distinct'
            ids |= dict(self._read_group(domain, [path], [key]))
            left = [value for value in left if value not in ids]
        return ids

    # === HOOKS === #

    @api.model
    def _dso_paste_domain(self):
        """Return the domain of the records among which values are looked for.

        :rtype: Domain
        """
        return Domain.TRUE

    @api.model
    def _dso_paste_words(self, found, missing):
        """Return the name of the facet, and the sentence about values that name nothing.

        :param int found: number of values that named a record
        :param int missing: number of values that named none
        :rtype: tuple[str, str]
        """
        raise NotImplementedError
