"""Ids that every service can derive by itself, so that a repeat is recognised anywhere."""

from uuid import NAMESPACE_URL, UUID, uuid5
from zlib import crc32

_NAMESPACE = uuid5(NAMESPACE_URL, "urn:recours")


def derived_id(*parts: str) -> str:
    """Return the uuid5 of the parts: the same stable inputs always give the same id."""
    return str(uuid5(_NAMESPACE, "|".join(parts)))


def derived_beside(near: str, *parts: str) -> str:
    """Return an id derived from a UUID and the parts that sorts beside that UUID.

    A custom UUID (RFC 9562, version 8): the first 48 bits are those of `near`. Ids that are spread
    evenly each stand on another page of an index, which is read and written for each insert once
    the index is larger than the store's memory (tests/load/README.md). What must not show that it
    belongs to `near` takes `derived_id`.
    """
    return f"{near[:13]}-8{derived_id(near, *parts)[15:]}"


def grievance_id(reference: str) -> str:
    """Return the grievance id that belongs to a reference (spaces and case do not matter)."""
    return derived_id("grievance", normal_reference(reference))


def normal_reference(reference: str) -> str:
    """Return a reference as it is stored: upper case, without spaces and hyphens."""
    return "".join(reference.split()).replace("-", "").upper()


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID in its canonical form."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def shard_of(subject: str, shards: int) -> int:
    """Return the shard (0 to shards - 1) whose relay publishes the events of a subject."""
    return crc32(subject.encode()) % shards
