"""Planning and figures: SQL builders and pure functions; no screens, no sending."""
