"""Over a real store: exactly the cases that another policy touches are found."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.policy_diff.compare import compare, version_of
from deploy.policy_diff.histories import Recorded
from deploy.policy_diff.report import Comparison
from deploy.recours import app
from shared.clock import whole_milliseconds
from shared.mongo import Client, connect, database
from shared.policy_bundle import PolicyError
from tests.load.exemplar import Rulebook
from tests.load.seed import PLACES, Secrets, Seeder
from tests.support.submissions import POLICY_DIR
from tests.unit.policy_diff.folders import bundle, folder

CASES = 200
NOW = whole_milliseconds(datetime.now(UTC))
SHIPPED = bundle()
_WAGES = "severity: S3\n    lane: open\n    ladder: [{}, authority:labour, central]"
_WAGES_TO_COMPANY = (
    "taxonomy.yaml",
    _WAGES.format("syndicate, company"),
    _WAGES.format("company, syndicate"),
)
_COMPANY_CLOSED = ("organisations.yaml", "    kind: company", "    open: false\n    kind: company")


@pytest.fixture
async def client(mongo_uri: str) -> AsyncIterator[Client]:
    """A client of a store with two hundred seeded cases, ten of them overdue."""
    client = connect(mongo_uri)
    seeder = Seeder(client, Rulebook(POLICY_DIR), Secrets(b"p" * 40, b"m" * 32), NOW)
    await seeder.seed(CASES, 10, lambda _: None)
    await seeder.ensure_indexes()
    yield client
    for name in {name for name, _ in PLACES}:
        await client.drop_database(f"recours_{name}")
    client.close()


async def references(client: Client, **wanted: Any) -> set[str]:
    """Return the references of the cases whose ledger's view has these values."""
    views = database(client, "recours_ledger")["cases"]
    return {view["reference"] for view in await views.find(wanted).to_list(None)}


async def compared(client: Client, *edits: tuple[str, str, str]) -> Comparison:
    """Return what an edited policy changes in the store."""
    seen: list[int] = []
    told = await compare(SHIPPED, bundle(*edits), Recorded(client), NOW, seen.append)
    assert told.cases == seen[-1] == len(seen) == CASES
    return told


async def test_a_policy_that_says_the_same_changes_no_case(client: Client) -> None:
    told = await compared(client, ("stages.yaml", "elapsed:", "# a remark\nelapsed:"))
    assert told.old != told.new
    assert told.verdicts == ()
    await _written_by_a_newer_program(client)
    told = await compare(SHIPPED, SHIPPED, Recorded(client), NOW, lambda _: None)
    assert (told.cases, told.unread, told.verdicts) == (CASES - 1, 1, ())


async def _written_by_a_newer_program(client: Client) -> None:
    """Put an event into the record of one case that this program does not know."""
    events = database(client, "recours_ledger")["events"]
    last = await events.find_one({"sequence": 2})
    assert last is not None
    newer = {"_id": "newer", "sequence": 99, "type": "cf.recours.case.painted.v1"}
    await events.insert_one(last | newer)


async def test_exactly_the_cases_of_a_changed_category_are_found(client: Client) -> None:
    """Another ladder gives them to another holder; all the others go as they went."""
    wages = await references(client, category="WAGES")
    told = await compared(client, _WAGES_TO_COMPANY)
    assert len(wages) > 40
    assert {verdict.reference for verdict in told.verdicts} == wages
    assert all(
        next((d.what, d.after) for d in verdict.differences if d.kind == "routed")
        == ("holder", "societe-demo")
        for verdict in told.verdicts
    )
    assert not told.refused


async def test_a_policy_that_takes_the_holder_away_is_refused(client: Client) -> None:
    """Every open case that the closed company holds is named, and no other."""
    held = await references(client, holder="societe-demo")
    told = await compared(client, _COMPANY_CLOSED)
    assert 100 < len(held) < CASES
    assert {verdict.reference for verdict in told.refused} == held
    assert {verdict.lacks for verdict in told.refused} == {("holder",)}


async def test_the_command_tells_it_and_writes_nothing(
    client: Client, mongo_uri: str, tmp_path: Path
) -> None:
    """Status 1 for a policy that is refused; an earlier version is read from the record."""
    db = database(client, "recours_ledger")
    files = [{"name": name, "text": text} for name, text in SHIPPED.files.items()]
    await db["policies"].insert_one({"_id": SHIPPED.version, "files": files})
    closed = folder(tmp_path, _COMPANY_CLOSED)
    before = await _everything(client)

    async def run(*args: str) -> tuple[int, str]:
        call = ["policy", "diff", SHIPPED.version, *args, "--url", mongo_uri]
        done = await asyncio.to_thread(CliRunner().invoke, app, call)
        return done.exit_code, done.stdout

    status, text = await run(str(POLICY_DIR))
    assert status == 0, text
    assert text.splitlines()[0].startswith("Rien ne change")
    assert text.splitlines()[-1].startswith(f"{CASES} dossiers rejoués en ")
    status, text = await run(str(closed), "--json")
    told = json.loads(text)
    assert status == 1
    assert set(told["refused"]) == await references(client, holder="societe-demo")
    assert told["replayed"] == CASES
    status, text = await run(str(closed))
    assert status == 1
    assert "REFUSÉE" in text.splitlines()[-2]
    assert await _everything(client) == before
    assert (await run("p-000000000000"))[0] == 1


async def _everything(client: Client) -> dict[str, list[Any]]:
    return {
        f"{name}.{collection}": await database(client, f"recours_{name}")[collection]
        .find({})
        .sort([("_id", 1)])
        .to_list(None)
        for name, collection in (*PLACES, ("ledger", "policies"))
    }


async def test_a_folder_that_is_not_in_order_is_refused(tmp_path: Path) -> None:
    """What was in force is taken as it is: only what shall be put in force must be in order."""
    ladder = "triage_ladder: [triage, protection"
    bad = folder(tmp_path, ("routing.yaml", f"{ladder}, protection-national]", f"{ladder}]"))
    with pytest.raises(PolicyError, match="nobody at an unknown site"):
        await version_of(str(bad), None, checked=True)
    assert (await version_of(str(bad), None, checked=False)).version.startswith("p-")
