"""Many documents, each with changes of its own, in one guarded write on a real server."""

import pytest

from shared.mongo import Change, Collection, Database, update_each


@pytest.fixture
async def items(database: Database) -> Collection:
    collection: Collection = database["items"]
    await collection.insert_many(
        [{"_id": str(n), "version": n, "wake": "w", "kept": None, "list": [n]} for n in range(5)]
    )
    return collection


async def state(items: Collection) -> dict[str, dict[str, object]]:
    found = await items.find({}).to_list(None)
    return {document.pop("_id"): document for document in found}


async def test_each_gets_its_own_fields_and_nobody_else_changes(items: Collection) -> None:
    before = await state(items)
    changes = {str(n): Change({"list": [n, "$kept"], "new": {"a": None}}, n) for n in (1, 3)}
    assert await update_each(items, changes, guard="version") == 2
    after = await state(items)
    for n in ("1", "3"):
        fields = {"list": [int(n), "$kept"], "new": {"a": None}}
        assert after.pop(n) == before.pop(n) | fields
    assert after == before


async def test_what_is_not_as_expected_stays_as_it_is(items: Collection) -> None:
    before = await state(items)
    changes = {
        "1": Change({"kept": "x"}, 2),
        "2": Change({"kept": "x"}, None),
        "away": Change({"kept": "x"}, 1),
    }
    assert await update_each(items, changes, guard="version") == 0
    assert await update_each(items, {"1": Change({"kept": "x"}, "w")}, guard="missing") == 0
    assert await state(items) == before


async def test_a_comparison_other_than_equality(items: Collection) -> None:
    changes = {str(n): Change({"version": 3}, 3) for n in range(5)}
    assert await update_each(items, changes, guard="version", compare="$lt") == 3
    assert [d["version"] for d in (await state(items)).values()] == [3, 3, 3, 3, 4]


async def test_removed_fields_are_gone_and_stored_nulls_stay(items: Collection) -> None:
    changes = {"0": Change({}, 0, ("wake",)), "1": Change({"wake": "later", "kept": None}, 1)}
    assert await update_each(items, changes, guard="version") == 2
    after = await state(items)
    assert after["0"] == {"version": 0, "kept": None, "list": [0]}
    assert after["1"]["wake"] == "later"
    assert after["2"]["wake"] == "w"
    assert {document["kept"] for document in after.values()} == {None}


async def test_no_changes_are_no_write(items: Collection) -> None:
    assert await update_each(items, {}, guard="version") == 0
