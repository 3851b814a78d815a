"""Pages for administrators, and for the lead of an organisation's own people. No case is here."""
