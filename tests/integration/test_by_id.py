"""Single documents by id on a real server: each caller gets its own answer."""

import asyncio

from shared.by_id import ById
from shared.mongo import Database


async def test_what_is_asked_for_together_is_each_its_own(database: Database) -> None:
    kept = ById(database["kept"], {"secret": 0})
    await database["kept"].insert_many([{"_id": n, "n": n, "secret": "s"} for n in ("a", "b")])
    found = await asyncio.gather(*(kept.find(ident) for ident in ("a", "b", "a", "none")))
    assert found == [{"_id": "a", "n": "a"}, {"_id": "b", "n": "b"}, {"_id": "a", "n": "a"}, None]
    assert found[0] is not found[2]


async def test_of_one_id_the_first_is_kept_and_told(database: Database) -> None:
    kept = ById(database["kept"])
    documents = [{"_id": "a", "n": 1}, {"_id": "a", "n": 2}, {"_id": "b", "n": 3}]
    assert await asyncio.gather(*map(kept.insert, documents)) == [True, False, True]
    assert await kept.insert({"_id": "a", "n": 4}) is False
    assert await kept.find("a") == {"_id": "a", "n": 1}


async def test_a_read_sees_what_was_written_before_it_was_asked_for(database: Database) -> None:
    kept = ById(database["kept"])

    async def write_and_read(ident: str) -> bool:
        await database["kept"].insert_one({"_id": ident})
        return await kept.find(ident) is not None

    assert all(await asyncio.gather(*(write_and_read(f"k{n}") for n in range(30))))
