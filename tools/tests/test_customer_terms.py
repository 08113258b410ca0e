import pytest
from devenv import customer_terms, merge_translations

polib = pytest.importorskip('polib')

CODE = '''
class Statement:
    def _get_columns(self):
        return self.env._("Due on %(day)s", day=1)

    def _print(self):
        raise UserError(self.env._("No printer"))
'''
HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
SOURCE = 'code:addons/dso_collection/models/dso_statement_document.py:0'
POT = (
    HEAD + f'#. module: dso_collection\n#. odoo-python\n#: {SOURCE}\n'
    'msgid "Due on %(day)s"\nmsgstr ""\n\n'
    f'#. odoo-python\n#: {SOURCE}\nmsgid "No printer"\nmsgstr ""\n\n'
    '#. odoo-javascript\n'
    '#: model_terms:ir.ui.view,arch_db:dso_collection.dso_action_view_form\n'
    '#: model_terms:ir.ui.view,arch_db:dso_collection.items_table\n'
    'msgid "Total"\nmsgstr ""\n'
)


@pytest.fixture
def addon(tmp_path):
    folder = tmp_path / 'dso_collection'
    for name in ('models', 'i18n'):
        (folder / name).mkdir(parents=True)
    (folder / 'models' / 'dso_statement_document.py').write_text(CODE)
    (folder / 'i18n' / 'dso_collection.pot').write_text(POT)
    return folder


def write(addon, *entries, name='de'):
    text = HEAD + ''.join(
        f'#: {place}\nmsgid "{term}"\nmsgstr "{translated}"\n\n'
        for place, term, translated in entries
    )
    (addon / 'i18n' / f'{name}.po').write_text(text)


TABLE = 'model_terms:ir.ui.view,arch_db:dso_collection.items_table'
TOTAL = (TABLE, 'Total', 'Summe')
DUE = (SOURCE, 'Due on %(day)s', 'Am %(day)s')


def test_terms_and_where_customers_read_them(addon):
    template = polib.pofile(str(addon / 'i18n' / 'dso_collection.pot'))
    due, total = customer_terms.customer_terms(template, addon)
    assert (due.msgid, due.comment) == ('Due on %(day)s', 'module: dso_collection\nodoo-python')
    assert (total.msgid, total.comment) == ('Total', '')
    assert total.occurrences == [(TABLE, '')]


def test_complete(addon):
    write(addon, TOTAL, DUE)
    assert not list(customer_terms.failures(addon))


@pytest.mark.parametrize(
    ('entries', 'words'),
    [
        ([TOTAL], "translate it: 'Due on"),
        ([TOTAL, (*DUE[:2], '')], "translate it: 'Due on"),
        ([TOTAL, (*DUE[:2], 'Am %(tag)s')], "differ: 'Due on"),
        ([('elsewhere', *TOTAL[1:]), DUE], f"not for {TABLE}"),
        ([TOTAL, DUE, (SOURCE, 'No printer', 'Kein Drucker')], "no customer reads"),
    ],
)
def test_incomplete(addon, entries, words):
    write(addon, *entries)
    [failure] = customer_terms.failures(addon)
    assert failure.startswith("i18n/de.po: ")
    assert words in failure


def test_hashtags_of_a_complete_language_too(addon):
    write(addon, TOTAL, (*DUE[:2], 'Le %(jour)s'), (SOURCE, 'No printer', 'Non'), name='fr')
    [failure] = customer_terms.failures(addon)
    assert failure.startswith("i18n/fr.po: hashtags")


def test_markup_and_hashtags_are_kept():
    parts = customer_terms.kept_parts
    text = '<p style="color: #fff">Pay <b>#items_amount</b> to {{ object.name }}, 5 %%</p>'
    assert parts(text) == sorted(
        [
            '<p style="color: #fff">', '<b>', '#items_amount', '</b>', '{{ object.name }}', '%%',
            '</p>',
        ]
    )  # fmt: skip
    assert parts(text) != parts(text.replace('#items_amount', '#items_amont'))


def test_merged_with_what_customers_read_alone(addon):
    write(addon, TOTAL, (SOURCE, 'No printer', 'Kein Drucker'))
    path = addon / 'i18n' / 'de.po'
    template = polib.pofile(str(addon / 'i18n' / 'dso_collection.pot'))
    merge_translations.merge(template, path)
    assert {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))} == {
        'Due on %(day)s': '',
        'Total': 'Summe',
    }
