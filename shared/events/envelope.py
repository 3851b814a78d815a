"""The CloudEvents 1.0 envelope (structured mode) and the registry of event types."""

import json
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter
from pydantic_core import from_json

from shared.ids import derived_beside

CONTENT_TYPE: Final = "application/cloudevents+json; charset=UTF-8"
#: Made once: to make an encoder for each value cost as much as to write the value (measured).
_COMPACT: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_TIME = TypeAdapter[datetime](AwareDatetime)
_REQUIRED = ("id", "source", "subject", "time")
_OPTIONAL = ("causationid", "traceparent", "chain")
T = TypeVar("T", bound="EventData")


class UnknownType(Exception):
    """An event type that this program does not know; consumers skip and count it."""


class EventData(BaseModel):
    """Base of every event's data; unknown fields from newer producers are ignored.

    `published` is false for what a service keeps to itself for ever, or no longer writes.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: ClassVar[str]
    owner: ClassVar[str]
    published: ClassVar[bool] = True


REGISTRY: dict[str, type[EventData]] = {}


def data_model(name: str, owner: str) -> Callable[[type[T]], type[T]]:
    """Register a data model under its CloudEvents type name and the service that owns it."""

    def register(model: type[T]) -> type[T]:
        model.type, model.owner = name, owner
        REGISTRY[name] = model
        return model

    return register


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact about one grievance.

    `subject` is the grievance id and the Kafka key; `sequence` counts from 1 per subject and
    source; `cause` is the id of the event or command that led to it; `traceparent` is the W3C
    trace of the first request; `chain` is the ledger's hash over this and all entries before.
    """

    id: str
    source: str
    subject: str
    sequence: int
    time: datetime
    data: EventData
    cause: str | None = None
    traceparent: str | None = None
    chain: str | None = None

    @property
    def type(self) -> str:
        """The CloudEvents type name."""
        return self.data.type

    @classmethod
    def derived(
        cls,
        data: EventData,
        *,
        subject: str,
        sequence: int,
        time: datetime,
        cause: str,
        traceparent: str | None = None,
        discriminator: str = "",
    ) -> Self:
        """Build an event whose id follows from subject, cause and type: a repeat has the same id.

        `discriminator` tells apart several events of one type that have the same cause.
        """
        return cls(
            id=derived_beside(subject, cause, data.type, discriminator),
            source=data.owner,
            subject=subject,
            sequence=sequence,
            time=time,
            data=data,
            cause=cause,
            traceparent=traceparent,
        )

    def resequenced(self, sequence: int) -> Self:
        """Return the same event at another place of its stream."""
        return replace(self, sequence=sequence)

    def to_cloudevent(self) -> dict[str, Any]:
        """Return the structured-mode CloudEvent as JSON-ready values."""
        return {**_attributes(self), "data": self.data.model_dump(mode="json")}

    def to_bytes(self) -> bytes:
        """Return the structured-mode CloudEvent as the bytes of a Kafka value."""
        return _structured(self, self.data.model_dump_json())


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event as it was stored, with its data as JSON values.

    What goes from the store to Kafka was validated when it was decided: to do so again for each
    cost a tenth of the ledger's time (measured).
    """

    id: str
    source: str
    type: str
    subject: str
    sequence: int
    time: datetime
    data: Mapping[str, Any]
    cause: str | None = None
    traceparent: str | None = None
    chain: str | None = None

    def to_bytes(self) -> bytes:
        """Return the structured-mode CloudEvent as the bytes of a Kafka value."""
        return _structured(self, _compact(self.data))


def _structured(event: Event | StoredEvent, data: str) -> bytes:
    return f'{_compact(_attributes(event))[:-1]},"data":{data}}}'.encode()


def _compact(values: Mapping[str, Any]) -> str:
    return _COMPACT.encode(values)


def _attributes(event: Event | StoredEvent) -> dict[str, str]:
    attributes = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "subject": event.subject,
        "time": format_time(event.time),
        "datacontenttype": "application/json",
        "partitionkey": event.subject,
        "sequence": f"{event.sequence:08d}",
    }
    if event.cause:
        attributes["causationid"] = event.cause
    if event.traceparent:
        attributes["traceparent"] = event.traceparent
    if event.chain:
        attributes["chain"] = event.chain
    return attributes


def format_time(time: datetime) -> str:
    """Write a time as RFC 3339 in UTC with milliseconds."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def typed_data(type_name: str, data: Any) -> EventData:
    """Validate event data by its registered model; raises UnknownType or ValidationError."""
    model = REGISTRY.get(type_name)
    if model is None:
        raise UnknownType(type_name)
    return model.model_validate(data)


def parse(raw: bytes) -> Event:
    """Read a structured-mode CloudEvent; raises UnknownType, ValueError or ValidationError."""
    envelope, type_name = _opened(raw)
    return _event(envelope, type_name)


def parse_wanted(raw: bytes, wanted: Container[str]) -> Event | None:
    """Read a CloudEvent as `parse` does; None, and not validated, when its type is not wanted."""
    envelope, type_name = _opened(raw)
    if type_name in REGISTRY and type_name not in wanted:
        return None
    return _event(envelope, type_name)


def _opened(raw: bytes) -> tuple[dict[str, Any], str]:
    envelope = from_json(raw, allow_inf_nan=False)
    if not isinstance(envelope, dict) or envelope.get("specversion") != "1.0":
        raise ValueError("not a CloudEvent 1.0 in structured mode")
    type_name = envelope.get("type")
    if not isinstance(type_name, str):
        raise ValueError("the CloudEvent has no type")
    return envelope, type_name


def _event(envelope: Mapping[str, Any], type_name: str) -> Event:
    data = typed_data(type_name, envelope.get("data"))
    texts = {name: envelope.get(name) for name in _REQUIRED + _OPTIONAL}
    wrong = [name for name in _REQUIRED if not texts[name]]
    wrong += [name for name, value in texts.items() if not isinstance(value, str | None)]
    if wrong:
        raise ValueError(f"the CloudEvent lacks or spoils {', '.join(wrong)}")
    return Event(
        id=str(texts["id"]),
        source=str(texts["source"]),
        subject=str(texts["subject"]),
        sequence=_sequence(envelope.get("sequence")),
        time=_TIME.validate_python(texts["time"]),
        data=data,
        cause=texts["causationid"],
        traceparent=texts["traceparent"],
        chain=texts["chain"],
    )


def _sequence(value: Any) -> int:
    if value is None:
        return 0
    if not isinstance(value, str | int):
        raise ValueError("the CloudEvent's sequence is not a number")
    return int(value)
