"""The published language: CloudEvents that the services exchange over Kafka.

Append-only contracts: optional fields may be added, nothing is renamed or reused.
No event carries personal data: only codes, dates, directory ids and pointers into the vault.
"""

from shared.events.envelope import REGISTRY, Event, EventData, UnknownType, data_model, parse

__all__ = ["REGISTRY", "Event", "EventData", "UnknownType", "data_model", "parse"]
