"""The check of the record on a running database: work in progress is no fault, a cut is."""

from services.ledger import verify
from services.ledger.consumers import take_in
from services.ledger.store import Ledger
from shared.mongo import Database
from tests.service.ledger.test_cases_in_store import many


async def test_a_case_that_goes_on_while_it_is_checked_is_no_fault(
    ledger: Ledger, database: Database
) -> None:
    await take_in(ledger, many(1))
    case = (await database["cases"].find_one({}))["_id"]  # type: ignore[index]
    read_before_its_last_entry = (await verify.record_of(database["events"], case))[:-1]
    records = {case: read_before_its_last_entry}
    assert await verify._checked(database, records, {"$gte": case, "$lte": case}) == []


async def test_a_record_cut_short_is_still_found(ledger: Ledger, database: Database) -> None:
    await take_in(ledger, many(1))
    await database["events"].delete_many({})
    report = await verify.verify_database(database)
    assert not report.ok
    assert report.faults[0].kind == "missing"
