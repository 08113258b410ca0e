from devenv import logs, paths

LOG = """2026-11-22 02:00:00,1 77 INFO base odoo.modules.loading: loading dso_collection
2026-11-22 02:00:00,2 77 WARNING base odoo.registry: Two fields of dso.customer have one label
2026-11-22 02:00:00,3 77 ERROR base odoo.sql_db: bad query: SELECT 1
ERROR:  relation "dso_action" does not exist
2026-11-22 02:00:00,4 77 WARNING base odoo.addons.mail: something of its own
"""


def test_complaints_tell_ours_from_others(tmp_path):
    path = tmp_path / 'odoo.log'
    path.write_text(LOG)
    ours, others = logs.complaints(path)
    assert [logger for _level, logger, _text in ours] == ['odoo.registry', 'odoo.sql_db']
    assert [logger for _level, logger, _text in others] == ['odoo.addons.mail']


def test_logger_of_the_addon_is_ours():
    assert logs.is_ours('odoo.addons.dso_collection.models.dso_action', "anything")
    assert not logs.is_ours('odoo.addons.dso_collections', "anything")


def test_a_checkout_with_our_name_is_not_meant(monkeypatch):
    monkeypatch.setattr(paths, 'CHECKOUT', '/home/me/dso_collection')
    text = "cannot read /home/me/dso_collection/.run/data/filestore/x"
    assert not logs.is_ours('odoo.http', text)
