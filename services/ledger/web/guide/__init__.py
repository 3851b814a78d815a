"""A short guide for each role, served by the desk itself."""
