"""Read the machine's own Debian mirror from its apt configuration (both file formats)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
RELEASES = {'stable', 'oldstable', 'testing', 'unstable', 'sid', 'bookworm', 'trixie', 'forky'}


@dataclass(frozen=True)
class Entry:
    """One archive that apt reads."""

    uri: str
    suites: tuple
    components: tuple
    signed_by: str = ''

    def is_debian_main(self):
        """Debian's own archive: other publishers have a component `main` too, not the suites."""
        return (
            self.uri.split(':', 1)[0] != 'cdrom'
            and 'main' in self.components
            and any(suite in RELEASES for suite in self.suites)
            and not any('security' in suite for suite in self.suites)
        )


def parse_one_line(text):
    """Entries of a classic `sources.list`."""
    entries = []
    for line in text.splitlines():
        match = re.match(r'deb\s+(?:\[(?P<options>[^]]*)\]\s*)?(?P<rest>\S.*)', line.strip())
        if not match:
            continue
        words = match['rest'].split('#')[0].split()
        if len(words) < 3:
            continue
        signed = re.search(r'signed-by=(\S+)', match['options'] or '')
        signed_by = signed[1] if signed else ''
        entries.append(Entry(words[0], (words[1],), tuple(words[2:]), signed_by))
    return entries


def parse_deb822(text):
    """Entries of a `*.sources` file."""
    entries = []
    for stanza in re.split(r'\n\s*\n', text):
        fields = _fields(stanza)
        if 'deb' not in fields.get('types', '').split():
            continue
        if fields.get('enabled', 'yes').lower() in ('no', 'false'):
            continue
        suites = tuple(fields.get('suites', '').split())
        components = tuple(fields.get('components', '').split())
        signed_by = fields.get('signed-by', '')
        for uri in fields.get('uris', '').split():
            entries.append(Entry(uri, suites, components, signed_by))
    return entries


def _fields(stanza):
    fields, name = {}, None
    for line in stanza.splitlines():
        if line.startswith('#') or not line.strip():
            continue
        if line[0].isspace():
            if name:
                fields[name] += '\n' + line.strip()
            continue
        name, _colon, value = line.partition(':')
        name = name.strip().lower()
        fields[name] = value.strip()
    return fields


def read_entries(folder=Path('/etc/apt')):
    """All entries in the order in which apt reads the files."""
    entries = []
    classic = [folder / 'sources.list', *sorted((folder / 'sources.list.d').glob('*.list'))]
    for path in classic:
        if path.is_file():
            entries += parse_one_line(path.read_text(encoding='utf-8', errors='replace'))
    for path in sorted((folder / 'sources.list.d').glob('*.sources')):
        entries += parse_deb822(path.read_text(encoding='utf-8', errors='replace'))
    return entries


def debian_main(folder=Path('/etc/apt')):
    """The first entry of Debian's main archive, or None."""
    return next((entry for entry in read_entries(folder) if entry.is_debian_main()), None)


def source_line(entry, suite):
    """A one-line source for another suite of the same mirror."""
    # A key that is written into the stanza itself has no place in a one-line source.
    signed_by = entry.signed_by if entry.signed_by.startswith('/') else KEYRING
    return f'deb [signed-by={signed_by}] {entry.uri} {suite} main\n'
