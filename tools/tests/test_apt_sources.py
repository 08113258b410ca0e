from pathlib import Path

from devenv import apt_sources
from devenv.apt_sources import Entry

DEB822 = """
Types: deb
URIs: http://mirror.example/nodes
Suites: nodistro
Components: main

# a comment
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/some.gpg

Enabled: no
Types: deb
URIs: http://mirror.example/off
Suites: bookworm
Components: main
"""
ONE_LINE = """
# deb http://mirror.example/old bookworm main
deb http://mirror.example/debian-security bookworm-security main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian trixie main non-free # mine
deb-src http://mirror.example/debian trixie main
"""


def test_deb822_finds_the_main_archive():
    found = [entry for entry in apt_sources.parse_deb822(DEB822) if entry.is_debian_main()]
    assert [entry.uri for entry in found] == ['http://mirror.example/debian']
    assert found[0].suites == ('bookworm', 'bookworm-updates')
    assert found[0].signed_by == '/usr/share/keyrings/some.gpg'


def test_one_line_skips_security_comments_and_sources():
    found = [entry for entry in apt_sources.parse_one_line(ONE_LINE) if entry.is_debian_main()]
    assert found == [
        Entry('http://mirror.example/debian', ('trixie',), ('main', 'non-free'), '/k.gpg')
    ]


def test_a_cdrom_is_no_mirror():
    assert not Entry('cdrom:[Debian]/', ('bookworm',), ('main',)).is_debian_main()


def test_no_sources_at_all(tmp_path):
    assert apt_sources.debian_main(tmp_path) is None


def test_files_are_read_in_order(tmp_path):
    folder = tmp_path / 'sources.list.d'
    folder.mkdir()
    (folder / 'a.sources').write_text(DEB822)
    (tmp_path / 'sources.list').write_text(ONE_LINE)
    assert apt_sources.debian_main(Path(tmp_path)).suites == ('trixie',)


def test_key_inside_the_stanza_is_replaced_by_the_keyring():
    entry = Entry('http://mirror.example/debian', ('sid',), ('main',), '-----BEGIN PGP …')
    line = apt_sources.source_line(entry, 'sid')
    assert f'signed-by={apt_sources.KEYRING}' in line
    assert line.endswith('http://mirror.example/debian sid main\n')
