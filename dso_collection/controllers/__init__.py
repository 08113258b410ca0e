from . import history_export, letters, litigation, payment, preview
