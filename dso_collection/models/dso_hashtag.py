import functools
import secrets
from typing import NamedTuple

from markupsafe import Markup
from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_list
from odoo.tools.image import image_data_uri
from odoo.tools.misc import get_lang

from ..engine.late import totals
from ..engine.statement import nets, subtotals
from ..tools import hashtags

#: An invisible letter of the Latin alphabet: signs and digits beside it run like it.
LEFT_TO_RIGHT = '\N{LEFT-TO-RIGHT MARK}'


class Hashtag(NamedTuple):
    """What a hashtag stands for, in words for people, and where it may stand."""

    label: str
    is_block: bool = False  # a table or picture, which no subject can hold
    needs_items: bool = False
    needs_late: bool = False
    needs_links: bool = False


class DsoHashtag(models.AbstractModel):
    """The hashtags of collection texts: one registry, and their values for a batch of actions.

    An extension adds an entry to :meth:`_hashtags` and two methods: ``_text_<name>(action)`` for
    subjects and plain texts and, for a block, ``_html_<name>(action)``. What these need for all
    actions of a batch is read once in :meth:`_load`.
    """

    _name = 'dso.hashtag'
    _description = "Hashtags of Collection Texts"

    # === REGISTRY === #

    @api.model
    def _hashtags(self):
        """Return the known hashtags by name.

        :rtype: dict[str, Hashtag]
        """
        env = self.env
        return {
            'items_list': Hashtag(env._("Table of all items to collect"), True, True),
            'items_list_overdue': Hashtag(env._("Table of the overdue items"), True, True),
            'items_list_not_due': Hashtag(env._("Table of the items that are not due"), True, True),
            'items_list_selected': Hashtag(env._("Table of the items of the action"), True, True),
            'items_list_collection_grouped': Hashtag(
                env._("Table of all items with the code of each grouped customer"), True, True
            ),
            'items_list_collection_grouped_splitted': Hashtag(
                env._("Table and subtotal of all items per grouped customer"), True, True
            ),
            'items_amount': Hashtag(env._("Amount of all items, net of credits"), False, True),
            'items_amount_overdue': Hashtag(
                env._("Amount of the overdue items, net of credits"), False, True
            ),
            'items_amount_selected': Hashtag(
                env._("Amount of the items of the action, net of credits"), False, True
            ),
            'items_amount_late_penalties': Hashtag(
                env._("Interest and compensation for late payment up to today"), False, True, True
            ),
            'items_amount_overdue_include_late_penalties': Hashtag(
                env._("Amount of the overdue items with interest and compensation"),
                False,
                True,
                True,
            ),
            'payment_button_overdue': Hashtag(
                env._("Button that leads to the online payment of the overdue invoices"),
                is_block=True,
                needs_links=True,
            ),
            'payment_button_exclude_disputes': Hashtag(
                env._("The same button, by a name that tells that it leaves disputes out"),
                is_block=True,
                needs_links=True,
            ),
            'collector_name': Hashtag(env._("Name of the collector")),
            'collector_phone': Hashtag(env._("Phone number of the collector")),
            'collector_email': Hashtag(env._("Email address of the collector")),
            'company_logo': Hashtag(env._("Logo of the company"), True),
        }

    @api.model
    def _check(self, names, allow_blocks=True):
        """Refuse unknown hashtags, and blocks where only text can stand.

        :param list names: names of the hashtags found in a text
        :param bool allow_blocks: whether the text can hold tables and pictures
        """
        known = self._hashtags()
        unknown = [name for name in names if name not in known]
        if unknown:
            raise ValidationError(
                self.env._(
                    "Unknown hashtag: %(unknown)s. Known hashtags: %(known)s.",
                    unknown=", ".join(f'#{name}' for name in unknown),
                    known=", ".join(f'#{name}' for name in known),
                )
            )
        blocks = [name for name in names if known[name].is_block and not allow_blocks]
        if blocks:
            raise ValidationError(
                self.env._(
                    "%(hashtag)s becomes a table or a picture and cannot stand in a subject: use "
                    "it in the text of the email.",
                    hashtag=f'#{blocks[0]}',
                )
            )

    @api.model
    def _shows_late(self, sources):
        """Tell whether texts, before they are rendered, ask for interest for late payment.

        :param sources: texts with hashtags
        """
        known = self._hashtags()
        return any(known[name].needs_late for name in self._used_names(sources, known))

    # === REPLACEMENT === #

    @api.model
    def _mark(self, source):
        """Return the source of a text with its known hashtags marked, and the mark.

        :rtype: tuple[str, str]
        """
        mark = f'h{secrets.token_hex(8)}_'
        return hashtags.marked(source, self._hashtags(), mark), mark

    @api.model
    def _replace(self, rendered, is_html, mark=''):
        """Replace the hashtags in texts of actions, in the language of the environment.

        :param dict rendered: text by id of the action
        :param bool is_html: whether the texts are HTML
        :param str mark: what the hashtags of the source bear, see :meth:`_mark`; others stay then
        :rtype: dict
        """
        rendered = {action_id: text or '' for action_id, text in rendered.items()}
        known = {f'{mark}{name}': hashtag for name, hashtag in self._hashtags().items()}
        used = self._used_names(rendered.values(), known)
        if not used:
            return rendered
        actions = self.env['dso.action'].browse(rendered)
        actions.check_access('read')
        # Who may read the action may read what its message says about the customer account.
        bare = {name[len(mark) :]: known[name] for name in used}
        loaded = self.sudo()._load(actions.sudo(), bare)
        return {
            action.id: loaded._replace_one(rendered[action.id], action, used, is_html, len(mark))
            for action in actions.sudo()
        }

    def _used_names(self, texts, known):
        used = set()
        for text in texts:
            used.update(hashtags.HASHTAG.findall(str(text or '')))
        return used & known.keys()

    def _replace_one(self, text, action, names, is_html, skip):
        """Replace the hashtags in the text of one action; their first ``skip`` letters are none."""

        @functools.cache
        def text_of(name):
            return getattr(self, f'_text_{name[skip:]}')(action)

        @functools.cache
        def html_of(name):
            return getattr(self, f'_html_{name[skip:]}', lambda action: text_of(name))(action)

        if is_html:
            return hashtags.replace_in_html(text, names, text_of, html_of)
        return hashtags.replace_in_text(text, names, text_of)

    @api.model
    def _load(self, actions, used):
        """Read what the values of the used hashtags need, for all actions at once.

        :param dso.action actions: actions whose texts are written
        :param dict used: used hashtags by name
        :return: this model with what was read in its context
        """
        loaded, wanted = self, used.values()
        if any(hashtag.needs_links for hashtag in wanted):
            loaded = loaded.with_context(dso_links=actions.customer_id._get_payment_links())
        if any(hashtag.needs_items for hashtag in wanted):
            loaded = loaded.with_context(dso_statements=self._load_statements(actions))
        if any(hashtag.needs_late for hashtag in wanted):
            units = {}
            found = self.env['dso.late.payment']._load(actions.customer_id)
            for account_id, late in found.items():
                units.setdefault(late.unit_id, {})[account_id] = late
            loaded = loaded.with_context(dso_late=units)
        return loaded

    @api.model
    def _load_statements(self, actions):
        """Return the open items of the customer accounts of actions, with their groups.

        :rtype: dict[int, Statement]
        """
        loaded = self.env['dso.statement']._load(actions.customer_id._get_units())
        selected = self._load_selected(actions)
        statements = {
            action.id: loaded[action.customer_id._get_unit().id]._replace(
                selected=selected.get(action.id, frozenset())
            )
            for action in actions
        }
        return {**statements, **self._load_chosen(actions, statements)}

    @api.model
    def _load_chosen(self, actions, statements):
        """Return the statements of actions for items that people have chosen: these are out of the
        scenario, and the action is about them.

        :param dict statements: what may be chased, by id of the action
        :rtype: dict[int, Statement]
        """
        chosen = actions.filtered(lambda a: a.origin != 'scenario' and statements[a.id].selected)
        if not chosen:
            return {}
        whole = self.env['dso.statement']._load(chosen.customer_id._get_units(), is_whole=True)
        return {
            action.id: statements[action.id].with_chosen(
                whole[action.customer_id._get_unit().id].lines
            )
            for action in chosen
        }

    @api.model
    def _load_selected(self, actions):
        rows = self.env.execute_query(
            SQL(
                "SELECT action_id, move_id, due_date FROM dso_action_item"
                " WHERE action_id = ANY(%s)",
                actions.ids,
            )
        )
        selected = {}
        for action_id, move_id, due in rows:
            selected[action_id] = selected.get(action_id, frozenset()) | {(move_id, due)}
        return selected

    # === VALUES: ITEMS === #

    def _lines(self, action, kind):
        return self.env.context['dso_statements'][action.id].listed(kind)

    def _text_items_list(self, action):
        return self._list_as_text(action, 'all')

    def _html_items_list(self, action):
        return self._list_as_html(action, 'all')

    def _text_items_list_overdue(self, action):
        return self._list_as_text(action, 'overdue')

    def _html_items_list_overdue(self, action):
        return self._list_as_html(action, 'overdue')

    def _text_items_list_not_due(self, action):
        return self._list_as_text(action, 'not_due')

    def _html_items_list_not_due(self, action):
        return self._list_as_html(action, 'not_due')

    def _text_items_list_selected(self, action):
        return self._list_as_text(action, 'selected')

    def _html_items_list_selected(self, action):
        return self._list_as_html(action, 'selected')

    def _text_items_list_collection_grouped(self, action):
        return self._list_as_text(action, 'all', codes=True)

    def _html_items_list_collection_grouped(self, action):
        return self._list_as_html(action, 'all', codes=True)

    def _text_items_list_collection_grouped_splitted(self, action):
        return self._list_as_text(action, 'all', split=True)

    def _html_items_list_collection_grouped_splitted(self, action):
        return self._list_as_html(action, 'all', split=True)

    def _text_items_amount(self, action):
        return self._amount(action, 'all')

    def _text_items_amount_overdue(self, action):
        return self._amount(action, 'overdue')

    def _text_items_amount_selected(self, action):
        return self._amount(action, 'selected')

    def _amount(self, action, kind):
        """Return the net amounts of a list, one per currency, as a phrase."""
        return self._phrase(action, nets(self._lines(action, kind)))

    def _phrase(self, action, amounts):
        amounts = amounts or [(action.currency_id.id, 0.0)]
        texts = [self._money(total, currency) for currency, total in amounts]
        return format_list(self.env, [self._left_to_right(text) for text in texts])

    def _list_as_text(self, action, kind, **layout):
        return self.env['dso.statement']._text(self._lines(action, kind), **layout)

    def _list_as_html(self, action, kind, **layout):
        today = self.env.context['dso_statements'][action.id].today
        interests = self._interest_by_line(action)
        return self.env['dso.statement']._html(
            self._lines(action, kind), today, interests=interests, **layout
        )

    def _left_to_right(self, text):
        """Return an amount or a number so that no text from right to left puts it in disorder."""
        if text and get_lang(self.env).direction == 'rtl':
            return f'{LEFT_TO_RIGHT}{text}{LEFT_TO_RIGHT}'
        return text

    def _money(self, amount, currency_id):
        return self.env['dso.statement']._money(amount, currency_id)

    # === VALUES: LATE PAYMENT === #

    def _text_items_amount_late_penalties(self, action):
        return self._phrase(action, sorted(self._penalties(action).items()))

    def _text_items_amount_overdue_include_late_penalties(self, action):
        amounts = self._penalties(action)
        for currency, _lines, total in subtotals(self._lines(action, 'overdue')):
            amounts[currency] = amounts.get(currency, 0.0) + total
        return self._phrase(action, sorted((c, total) for c, total in amounts.items() if total > 0))

    def _penalties(self, action):
        """Return interest and compensation of an action's items, by currency.

        :raise UserError: when a reference rate is missing; the action is in error then
        """
        entries = [
            entry
            for late in self._late(action).values()
            for entry in [*late.interests, *late.compensations]
        ]
        return {currency: float(total) for currency, total in totals(entries).items()}

    def _interest_by_line(self, action):
        """Return the interest by item, or ``None`` when the text does not speak of it."""
        if 'dso_late' not in self.env.context:
            return None
        return self.env['dso.statement']._get_interests(self._late(action))

    def _late(self, action):
        unit = action.customer_id._get_unit()
        late = self.env.context['dso_late'].get(unit.id, {})
        # The customer's text is in his language, the sentence for the collector in his own.
        late_payment = self.env['dso.late.payment'].with_context(lang=self.env.user.lang)
        missing = late_payment._get_missing_sentence(late)
        if missing and not self.env.context.get('dso_without_rates'):
            raise UserError(missing)
        return late

    # === VALUES: PEOPLE AND COMPANY === #

    def _text_collector_name(self, action):
        return action._get_signatory().name or ""

    def _text_collector_phone(self, action):
        return self._left_to_right(action._get_signatory().phone or "")

    def _text_collector_email(self, action):
        return action._get_signatory().email or ""

    def _text_company_logo(self, action):
        return action.company_id.name

    def _html_company_logo(self, action):
        company = action.company_id
        url = f'{company.get_base_url()}/logo.png?company={company.id}'
        if self.env.context.get('dso_print'):  # nothing is fetched while a page is printed
            url = image_data_uri(company.logo) if company.logo else ''
        return Markup(
            '<img src="{url}" alt="{name}" style="max-height: 60px; border: 0;"/>'
        ).format(url=url, name=company.name)
