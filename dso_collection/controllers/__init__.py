from . import history_export, letters, payment, preview
