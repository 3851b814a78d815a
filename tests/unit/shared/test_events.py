"""The envelope: a repeat has the same id, a round trip changes nothing, junk is refused."""

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from shared.events import REGISTRY, UnknownType, parse
from shared.ids import derived_beside, grievance_id, is_uuid, normal_reference, shard_of
from tests.support.events import message


def test_a_repeat_has_the_same_id_and_another_cause_another() -> None:
    assert message("g", 1, cause="a").id == message("g", 2, cause="a").id
    assert message("g", 1, cause="a").id != message("g", 1, cause="b").id
    assert message("g", 1, cause="a").id != message("h", 1, cause="a").id


def test_round_trip_keeps_everything() -> None:
    event = message("g", 7)
    again = parse(event.to_bytes())
    assert again == event


def test_the_envelope_is_a_structured_cloudevent() -> None:
    envelope = json.loads(message("g", 7).to_bytes())
    assert envelope["specversion"] == "1.0"
    assert envelope["partitionkey"] == envelope["subject"] == "g"
    assert envelope["source"] == "intake"
    assert int(envelope["sequence"]) == 7
    assert envelope["time"] == "2026-11-23T07:00:00.000Z"
    assert all(name.islower() and name.isalnum() for name in envelope)


def test_unknown_fields_of_newer_producers_are_ignored() -> None:
    envelope = message("g", 1).to_cloudevent()
    envelope["data"]["from_tomorrow"] = 1
    assert parse(json.dumps(envelope).encode()).data == message("g", 1).data


def test_an_unknown_type_is_told_apart_from_junk() -> None:
    envelope = message("g", 1).to_cloudevent() | {"type": "cf.recours.moon.landed.v1"}
    with pytest.raises(UnknownType):
        parse(json.dumps(envelope).encode())


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{}", b"\xff", b'{"specversion":"1.0"}'])
def test_junk_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the readers of junk differ in their words
        parse(raw)


def test_wrong_data_is_a_validation_error() -> None:
    envelope = message("g", 1).to_cloudevent() | {"data": {"reference": 5}}
    with pytest.raises(ValidationError):
        parse(json.dumps(envelope).encode())


def test_every_type_name_carries_noun_past_tense_and_version() -> None:
    for name, model in REGISTRY.items():
        assert name.startswith("cf.recours.")
        assert name.endswith(".v1")
        assert model.__doc__
        assert model.owner in {"intake", "routing", "ledger", "notify"}


def test_references_are_read_as_people_write_them() -> None:
    assert normal_reference(" k7q m4t-2p ") == "K7QM4T2P"
    assert grievance_id("k7q m4t 2p") == grievance_id("K7QM4T2P")
    assert is_uuid(grievance_id("K7QM4T2P"))
    assert not is_uuid("K7QM4T2P")


def test_an_events_id_is_a_uuid_that_sorts_beside_its_case() -> None:
    mine, other = sorted(map(grievance_id, ("K7QM4T2P", "A2CDE3FG")))
    ids = [derived_beside(mine, "cause", name) for name in ("one", "two")]
    assert ids == [derived_beside(mine, "cause", name) for name in ("one", "two")]
    assert len({*ids, derived_beside(other, "cause", "one")}) == 3
    assert all(is_uuid(one) and one[14] == "8" for one in ids)
    assert all(one.startswith(mine[:13]) and one < other for one in ids)


def test_shards_spread_and_stay() -> None:
    shards = [shard_of(f"subject-{n}", 4) for n in range(400)]
    assert shards == [shard_of(f"subject-{n}", 4) for n in range(400)]
    assert all(shards.count(shard) > 50 for shard in range(4))


def test_times_are_written_in_utc() -> None:
    local = datetime.fromisoformat("2026-11-23T08:00:00+01:00")
    assert message("g", 1, time=local).to_cloudevent()["time"] == "2026-11-23T07:00:00.000Z"
    assert parse(message("g", 1, time=local).to_bytes()).time == local.astimezone(UTC)
