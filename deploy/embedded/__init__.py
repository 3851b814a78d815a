"""Kafka, a MongoDB-compatible store and a message catcher on one machine, without containers."""
