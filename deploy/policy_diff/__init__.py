"""What another policy would change: named changes, the cases it touches, and what must hold."""
