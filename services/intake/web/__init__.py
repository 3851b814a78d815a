"""The public pages: telling, and following what became of it; no script, no cookie."""
