"""Who the people and the programs are that work with cases, and how they show it.

`rules`, `passphrases`, `factors` and `access_rules` are pure; the others stand on the store.
"""
