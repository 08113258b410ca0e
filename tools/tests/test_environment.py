import multiprocessing
import os
import socket

import pytest
from devenv import databases, odoo_source, paths, processes, testing
from devenv.console import Stop


def make_odoo(folder, version='(19, 0, 0, FINAL, 0, "")'):
    (folder / 'odoo').mkdir(parents=True)
    (folder / 'odoo' / 'release.py').write_text(f'version_info = {version}\n')


@pytest.mark.parametrize('below', ['', 'usr/lib/python3/dist-packages'])
def test_odoo_home_is_found(tmp_path, below):
    make_odoo(tmp_path / below)
    assert odoo_source.from_home(tmp_path).python_path == tmp_path / below


def test_odoo_home_may_name_the_package_itself(tmp_path):
    make_odoo(tmp_path)
    assert odoo_source.from_home(tmp_path / 'odoo').python_path == tmp_path


def test_odoo_among_other_packages_is_linked_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, 'RUN', tmp_path / 'run')
    make_odoo(tmp_path / 'usr/lib/python3/dist-packages')
    (tmp_path / 'usr/lib/python3/dist-packages/lxml').mkdir()
    found = odoo_source.from_home(tmp_path).python_path
    assert found == tmp_path / 'run' / 'odoo-link'
    assert [entry.name for entry in found.iterdir()] == ['odoo']


def test_odoo_of_another_series_is_refused(tmp_path):
    make_odoo(tmp_path, '(18, 0, 0)')
    with pytest.raises(Stop, match=r"is Odoo 18\.0"):
        odoo_source.from_home(tmp_path)


def test_no_odoo_there(tmp_path):
    with pytest.raises(Stop, match="holds no Odoo"):
        odoo_source.from_home(tmp_path)


def test_without_apt_the_way_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(odoo_source.shutil, 'which', lambda name: None)
    with pytest.raises(Stop, match="Set ODOO_HOME"):
        odoo_source._fetch(tmp_path / 'odoo')


def test_without_a_debian_mirror_the_way_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(odoo_source.apt_sources, 'debian_main', lambda: None)
    with pytest.raises(Stop, match="Set ODOO_HOME"):
        odoo_source._fetch(tmp_path / 'odoo')


def test_a_failed_download_leaves_nothing(tmp_path, monkeypatch):
    def broken(*_args):
        raise Stop("no network")

    entry = odoo_source.apt_sources.Entry('http://mirror.example', ('bookworm',), ('main',))
    monkeypatch.setattr(odoo_source.apt_sources, 'debian_main', lambda: entry)
    monkeypatch.setattr(odoo_source, '_download', broken)
    with pytest.raises(Stop, match="no network"):
        odoo_source._fetch(tmp_path / 'odoo')
    assert not list(tmp_path.iterdir())


def test_a_broken_download_is_told(tmp_path):
    (tmp_path / 'odoo.deb').write_bytes(b'half of it')
    with pytest.raises(Stop, match="run this again"):
        odoo_source._unpack(tmp_path, tmp_path / 'root')


def test_addon_hash_ignores_tests(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, 'ADDONS', (tmp_path,))
    (tmp_path / 'tests').mkdir()
    (tmp_path / 'models.py').write_text('a')
    first = databases.addon_hash()
    (tmp_path / 'tests' / 'test_a.py').write_text('b')
    assert databases.addon_hash() == first
    (tmp_path / 'models.py').write_text('c')
    assert databases.addon_hash() != first


def test_paths_given():
    assert testing.paths_given(['-x', 'tools/tests'])
    assert testing.paths_given(['tools/tests/test_logs.py::test_x'])
    assert not testing.paths_given(['-k', 'tools'])
    assert not testing.paths_given(['-x', '--lf'])


def test_the_whole_suite_alone_is_spread_over_the_cores(monkeypatch):
    monkeypatch.setattr(os, 'cpu_count', lambda: 8)
    assert testing.spread_options([])[:2] == ['-n', '4']
    assert testing.spread_options(['--hypothesis-seed=1', '-x', '--no-header'])
    for chosen in (['-k', 'leader'], ['tools/tests'], ['-n0'], ['--lf'], ['--pdb']):
        assert not testing.spread_options(chosen)
    monkeypatch.setattr(os, 'cpu_count', lambda: 1)
    assert not testing.spread_options([])


def test_a_lock_ends_with_its_process(tmp_path):
    lock = tmp_path / 'lock'
    assert not paths.is_locked(lock)
    holding = multiprocessing.Event()
    process = multiprocessing.Process(target=_hold, args=(lock, holding))
    process.start()
    assert holding.wait(5)
    assert paths.is_locked(lock)
    process.kill()
    process.join()
    assert not paths.is_locked(lock)


def _hold(lock, holding):
    with paths.locked(lock):
        holding.set()
        multiprocessing.Event().wait(30)


def test_a_taken_port_is_passed_over():
    with socket.socket() as other:
        other.bind(('127.0.0.1', 0))
        other.listen()
        taken = other.getsockname()[1]
        assert processes.free_port(taken, 20) > taken
        with pytest.raises(Stop, match="taken"):
            processes.free_port(taken, 1)


def test_a_pid_that_passed_to_another_process_is_not_ours(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, 'RUN', tmp_path)
    daemon = processes.Daemon('odoo')
    daemon.file.parent.mkdir()
    daemon.file.write_text(f'{{"pid": {os.getpid()}, "started": "long ago"}}')
    assert daemon.read() is None
    assert daemon.stop() is False
    assert not daemon.file.exists()
