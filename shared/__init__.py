"""Technical building blocks and the published language; no business rule lives here."""
