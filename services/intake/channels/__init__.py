"""Channels: each in its own wire format, all with one idempotency rule."""
