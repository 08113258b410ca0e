import pytest
from devenv import lint_addon

MODELS = """
from odoo import models

class A(models.Model):
    _name = 'dso.a'

class B(models.TransientModel):
    _name = 'dso.b'

class C(models.AbstractModel):
    _name = 'dso.c'

class D(models.Model):
    _inherit = 'res.partner'

class E(models.Model):
    _name = 'res.users'
    _inherit = ['res.users', 'dso.c']
"""


@pytest.fixture
def addon(tmp_path):
    folder = tmp_path / 'dso_collection'
    for name in ('views', 'security', 'models'):
        (folder / name).mkdir(parents=True)
    (folder / '__manifest__.py').write_text("{'data': ['views/a.xml'], 'version': '1'}")
    (folder / 'views' / 'a.xml').write_text('<odoo/>')
    (folder / 'models' / 'models.py').write_text(MODELS)
    return folder


def test_models_with_a_table():
    assert list(lint_addon.models_of(MODELS)) == ['dso.a', 'dso.b']


def test_file_that_is_not_in_the_manifest(addon):
    assert not list(lint_addon.check_manifest(addon))
    (addon / 'views' / 'b.xml').write_text('<odoo/>')
    assert list(lint_addon.check_manifest(addon)) == [
        "views/b.xml: not in the manifest, hence never loaded"
    ]


def test_file_that_does_not_exist(addon):
    (addon / 'views' / 'a.xml').unlink()
    assert list(lint_addon.check_manifest(addon)) == ["__manifest__.py: views/a.xml does not exist"]


def test_model_without_access_line(addon):
    access = addon / 'security' / 'ir.model.access.csv'
    access.write_text('id,model_id:id\naccess_a,dso_collection.model_dso_a\n')
    assert list(lint_addon.check_access(addon)) == [
        "models/models.py: dso.b has no line in security/ir.model.access.csv"
    ]


def test_no_translations_yet_is_a_note(addon, capsys):
    assert not list(lint_addon.check_translations(addon))
    assert 'note' in capsys.readouterr().out


def test_incomplete_french(addon):
    folder = addon / 'i18n'
    folder.mkdir()
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    (folder / 'dso_collection.pot').write_text(
        head + 'msgid "a"\nmsgstr ""\n\nmsgid "b"\nmsgstr ""\n'
    )
    (folder / 'fr.po').write_text(head + 'msgid "a"\nmsgstr ""\n\n#~ msgid "c"\n#~ msgstr "d"\n')
    found = list(lint_addon.check_translations(addon))
    assert [sentence.split(': ')[1].split(' (')[0] for sentence in found] == [
        'untranslated',
        'obsolete',
        'missing',
    ]
