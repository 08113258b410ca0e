import pytest
from devenv import system
from devenv.console import Stop


@pytest.fixture
def bare(monkeypatch):
    """A machine with apt-get, without PostgreSQL and wkhtmltopdf, used by an ordinary user."""
    needs = {name: (lambda: None, packages) for name, (_find, packages) in system.NEEDS.items()}
    monkeypatch.setattr(system, 'NEEDS', needs)
    monkeypatch.setattr(system, 'is_root', lambda: False)
    monkeypatch.setattr(system.shutil, 'which', lambda name: name)
    return monkeypatch


def test_what_is_missing_is_named_in_one_line(bare):
    with pytest.raises(Stop) as stopped:
        system.provide('postgresql', 'wkhtmltopdf')
    line = str(stopped.value).splitlines()[-1].strip()
    assert line.startswith('sudo apt-get install -y') and line.endswith('postgresql wkhtmltopdf')


def test_wkhtmltopdf_is_not_needed_to_start(bare, capsys):
    system.provide('wkhtmltopdf')
    assert 'note' in capsys.readouterr().out


def test_without_apt_the_needs_are_named(bare):
    bare.setattr(system.shutil, 'which', lambda name: None)
    with pytest.raises(Stop, match="This system lacks postgresql"):
        system.provide('postgresql')


def test_nothing_is_said_when_all_is_there(bare, capsys):
    bare.setattr(system, 'NEEDS', {'venv': (lambda: True, ['python3-venv'])})
    system.provide('venv')
    assert not capsys.readouterr().out
