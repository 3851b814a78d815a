"""`make prove`: what the system promises, tried by force on a running one, in figures."""
