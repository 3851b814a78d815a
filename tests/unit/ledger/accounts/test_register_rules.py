"""What administrators describe, over the policy's files."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from services.ledger.accounts.register_rules import (
    RegisteredDay,
    RegisteredSite,
    calendar_over,
    check_day,
    check_id,
    check_organisation,
    organisations_over,
    sites_over,
    written,
)
from services.ledger.accounts.rules import Organisation as Said
from services.ledger.deadlines import WorkCalendar
from shared.directory import Organisation, Organisations, Site, Sites
from shared.errors import Conflict, Invalid
from shared.policy_file import load_bundle
from tests.unit.ledger.cases import POLICY

FILES = load_bundle(
    POLICY,
    {"organisations.yaml": Organisations, "sites.yaml": Sites, "calendar.yaml": WorkCalendar},
)
ORGANISATIONS, SITES = FILES.get(Organisations), FILES.get(Sites)
CALENDAR = FILES.get(WorkCalendar)
NEW = Organisation(name="Mairie de Carnot", kind="authority", functions=("commune",))
MONDAY = date(2026, 11, 23)


def test_what_was_said_lies_over_the_file() -> None:
    said = [
        Said(id="commune-carnot", described=NEW),
        Said(id="societe-demo", open=False),
        Said(id="never-described"),
    ]
    merged = organisations_over(ORGANISATIONS, said)
    assert merged.find("commune-carnot") == NEW
    closed = merged.find("societe-demo")
    assert closed is not None
    assert not closed.open
    assert not closed.can_hold
    assert merged.find("never-described") is None
    assert merged.organisations.keys() == {*ORGANISATIONS.organisations, "commune-carnot"}
    site = Site(name="Nouveau site")
    more = sites_over(SITES, [RegisteredSite(id="new", described=site)])
    assert more.sites == {**SITES.sites, "new": site}


def test_a_day_is_a_holiday_a_working_day_or_as_computed() -> None:
    christmas = date(2026, 12, 25)

    def over(*days: RegisteredDay) -> WorkCalendar:
        return calendar_over(CALENDAR, days)

    free = over(RegisteredDay(day=MONDAY, kind="holiday", why="Décret"))
    assert CALENDAR.is_working(MONDAY)
    assert not free.is_working(MONDAY)
    assert not CALENDAR.is_working(christmas)
    assert over(RegisteredDay(day=christmas, kind="working", why="Décret")).is_working(christmas)
    back = calendar_over(free, [RegisteredDay(day=MONDAY, kind="computed", why="Retiré")])
    assert back.is_working(MONDAY)
    assert back == CALENDAR


def test_descriptions_name_known_sites_and_the_kind_stays() -> None:
    check_organisation(NEW, None, SITES)
    with pytest.raises(Invalid):
        check_organisation(NEW.model_copy(update={"sites": ("nowhere",)}), None, SITES)
    with pytest.raises(Conflict):
        check_organisation(NEW.model_copy(update={"kind": "company"}), NEW, SITES)


def test_days_are_from_today_to_three_years_from_now() -> None:
    for fine in (MONDAY, MONDAY + timedelta(days=1098)):
        check_day(fine, MONDAY)
    for wrong in (MONDAY - timedelta(days=1), MONDAY + timedelta(days=1099), date.max):
        with pytest.raises(Invalid):
            check_day(wrong, MONDAY)


def test_ids_are_plain() -> None:
    for fine in ("a", "commune-carnot-2"):
        check_id(fine, "site")
    for wrong in ("", "-a", "a-", "A", "é", "a b", "a/b", "..", "a" * 61, "a\n"):
        with pytest.raises(Invalid):
            check_id(wrong, "site")


def test_what_is_written_is_read_as_the_same(tmp_path: Path) -> None:
    """Also names that YAML would take for something else."""
    odd = Organisation(name="on: #[]{}", kind="company", aliases=("yes", "1e3", "été", "~"))
    organisations = organisations_over(ORGANISATIONS, [Said(id="odd", described=odd)])
    day = RegisteredDay(day=MONDAY, kind="holiday", why="Décret n° 1: 'jour'")
    calendar = calendar_over(CALENDAR, [day])
    (tmp_path / "organisations.yaml").write_text(written(organisations))
    (tmp_path / "sites.yaml").write_text(written(SITES))
    (tmp_path / "calendar.yaml").write_text(written(calendar))
    read = load_bundle(
        tmp_path,
        {"organisations.yaml": Organisations, "sites.yaml": Sites, "calendar.yaml": WorkCalendar},
    )
    assert read.get(Organisations) == organisations
    assert read.get(Sites) == SITES
    assert read.get(WorkCalendar) == calendar
