"""The AsyncAPI 3.0 document, made from the registry of events and the table of topics.

FastStream writes such a document too, but its batch subscribers take raw records here, so that
it would show neither the envelope nor the event types.
"""

from typing import Any, Final

from shared.events import intake, ledger, notify, routing
from shared.events.envelope import CONTENT_TYPE, REGISTRY, EventData
from shared.kafka import INTAKE_EVENTS, LEDGER_EVENTS, NOTIFY_EVENTS, QUEUES

_MODULES: Final = (intake, ledger, notify, routing)

PUBLISHES: Final[dict[str, tuple[str, ...]]] = {
    "intake": (INTAKE_EVENTS,),
    "routing": QUEUES,
    "ledger": (LEDGER_EVENTS,),
    "notify": (NOTIFY_EVENTS,),
}
CONSUMES: Final[dict[str, tuple[str, ...]]] = {
    "intake": (LEDGER_EVENTS,),
    "routing": (INTAKE_EVENTS, LEDGER_EVENTS),
    "ledger": (*QUEUES, INTAKE_EVENTS, NOTIFY_EVENTS),
    "notify": (LEDGER_EVENTS,),
}


def types_on(topic: str) -> list[type[EventData]]:
    """Return the data models of the events that travel on a topic."""
    owner = next(service for service, topics in PUBLISHES.items() if topic in topics)
    return [model for model in REGISTRY.values() if model.owner == owner and model.published]


def asyncapi_document(service: str, title: str) -> dict[str, Any]:
    """Return the AsyncAPI document of a service: its topics, directions and CloudEvents."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for action, topics in (("send", PUBLISHES[service]), ("receive", CONSUMES[service])):
        for topic in topics:
            models = types_on(topic)
            messages |= {model.type: _message(model, schemas) for model in models}
            channels[topic] = {
                "address": topic,
                "messages": {
                    model.type: {"$ref": f"#/components/messages/{model.type}"} for model in models
                },
                "bindings": {"kafka": {"topic": topic, "bindingVersion": "0.5.0"}},
            }
            operations[f"{action} {topic}"] = {
                "action": action,
                "channel": {"$ref": f"#/channels/{topic}"},
            }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": title, "version": "1"},
        "defaultContentType": CONTENT_TYPE,
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }


def _message(model: type[EventData], schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": model.type,
        "summary": (model.__doc__ or "").strip().splitlines()[0],
        "contentType": CONTENT_TYPE,
        "headers": {
            "type": "object",
            "properties": {
                "content-type": {"type": "string", "const": CONTENT_TYPE},
                "traceparent": {"type": "string", "description": "W3C trace context"},
                "correlation_id": {"type": "string", "description": "grievance id"},
            },
        },
        "payload": _envelope_schema(model, schemas),
        "bindings": {"kafka": {"key": {"type": "string", "description": "grievance id"}}},
    }


def _envelope_schema(model: type[EventData], schemas: dict[str, Any]) -> dict[str, Any]:
    text = {"type": "string"}
    schema = model.model_json_schema(
        mode="serialization", ref_template="#/components/schemas/{model}"
    )
    schemas |= schema.pop("$defs", {})
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "sequence", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "format": "uuid"},
            "source": {"const": model.owner},
            "type": {"const": model.type},
            "subject": {"type": "string", "description": "grievance id"},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "partitionkey": text,
            "sequence": {"type": "string", "pattern": "^[0-9]{8}$"},
            "causationid": text,
            "traceparent": text,
            "chain": text,
            "data": schema,
        },
    }
