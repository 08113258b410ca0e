from . import history_export
