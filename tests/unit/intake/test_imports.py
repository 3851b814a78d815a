"""Verdicts on rows: every row is accounted for, and no verdict repeats what a cell says."""

import gzip
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake import imports
from services.intake.import_files import read_table
from services.intake.imports import Verdict, counts, judge, read_date, whole_number
from services.intake.mappings import MappingError, choose, fold, load_mappings, nearest

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data"
MAPPINGS = load_mappings(ROOT / "deploy" / "policy" / "imports")
PAPER = MAPPINGS["registre-papier"]
TODAY = date(2026, 11, 25)
HEADER = "N°;Date;Préfecture;Commune;Nom du plaignant;Téléphone;Objet de la plainte;Langue"


def verdicts(*rows: str) -> list[Verdict]:
    return judge(read_table("\n".join([HEADER, *rows]).encode()), PAPER, TODAY)


def codes(verdict: Verdict) -> set[str]:
    return {note.code for note in verdict.reasons + verdict.warnings}


def test_the_sample_register_is_read_as_written() -> None:
    table = read_table((DATA / "plaintes_excel_fr_cp1252_pointvirgule.csv").read_bytes())
    found = judge(table, PAPER, TODAY)
    assert counts(found)["accepted"] == 4
    first = found[0].draft
    assert first is not None
    assert (first.text, first.language, first.phone, first.occurred_on, first.site_text) == (
        "Eau de la rivière polluée, odeur d’essence",
        "sg",
        "70 00 00 01",
        "2026-11-23",
        "Bambari, Ouaka",
    )
    last = found[3].draft
    assert last is not None
    assert last.text == '=HYPERLINK("http://example.org")'
    assert "formula" in codes(found[3])


def test_all_1999_real_complaints_are_accounted_for() -> None:
    content = gzip.decompress((DATA / "nyc-311-sample.csv.gz").read_bytes())
    table = read_table(content)
    mapping = choose(MAPPINGS, table.header)
    assert mapping is not None
    assert mapping.name == "nyc-311"
    found = judge(table, mapping, TODAY)
    total = counts(found)
    assert len(found) == total["accepted"] + total["refused"] == 1999
    assert [v.row for v in found] == list(range(1, 2000))
    assert all(v.reasons for v in found if v.draft is None)
    assert all(v.draft.occurred_on for v in found if v.draft)
    kinds = {v.draft.category for v in found if v.draft}
    assert {"OTHER", "WATER_ACCESS", "POLLUTION"} <= kinds


@pytest.mark.parametrize(
    ("row", "code", "accepted"),
    [
        ("1;23/11/2026;Ouaka;Bambari;;;;fr", "no-words", False),
        ("1;23/11/2026;Ouaka;Bambari;;;mots;fr;trop", "too-many-cells", False),
        ("1;23/11/2026;Ouaka;Bambari;;;" + "a" * 5_001 + ";fr", "too-long", False),
        ("1;31/02/2026;Ouaka;Bambari;;;mots;fr", "date-unreadable", True),
        ("1;26/11/2026;Ouaka;Bambari;;;mots;fr", "date-in-future", True),
        ("1;;;;;123;mots;fr", "phone-not-valid", True),
        ("1;;;;;;mots;klingon", "language-unknown", True),
        ("1;;;;;;mots;fr", "no-contact", True),
        ("1;;;;;;mots", "no-contact", True),
    ],
)
def test_a_bad_row_gets_a_reason_or_a_warning(row: str, code: str, accepted: bool) -> None:
    verdict = verdicts(row)[0]
    assert code in codes(verdict)
    assert (verdict.verdict == "accepted") is accepted


def test_a_number_that_repeats_is_told_or_refused_as_the_mapping_says() -> None:
    found = verdicts("1;;;;;;un;fr", "1;;;;;;deux;fr")
    assert found[1].verdict == "accepted"
    assert "repeated-number" in codes(found[1])
    strict = PAPER.model_copy(update={"repeated_number": "refuse"})
    table = read_table(f"{HEADER}\n1;;;;;;un;fr\n1;;;;;;deux;fr".encode())
    assert [v.verdict for v in judge(table, strict, TODAY)] == ["accepted", "refused"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=9))
def test_any_row_gets_exactly_one_verdict_that_repeats_no_cell(cells: list[str]) -> None:
    line = ";".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    table = read_table(f"{HEADER}\n{line}\n9;;;;;;mots;fr\n".encode(), "utf-8")
    found = judge(table, PAPER, TODAY)
    assert len(found) == len(table.rows)
    for verdict in found:
        assert (verdict.draft is None) is bool(verdict.reasons)
    marked = read_table(f"{HEADER}\n1;zz9;zz9;zz9;zz9;zz9;zz9;zz9;zz9\n".encode())
    assert "zz9" not in json.dumps([v.told() for v in judge(marked, PAPER, TODAY)])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("70000001.0", "70000001"),
        ("7.0000001E7", "70000001"),
        ("7,0000001E+07", "70000001"),
        ("70 00 00 01", "70 00 00 01"),
        ("+23670000001", "+23670000001"),
        ("1.5", "1.5"),
        ("1e300", "1e300"),
        ("00236", "00236"),
    ],
)
def test_numbers_come_back_from_their_spreadsheet_form(value: str, expected: str) -> None:
    assert whole_number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("03/04/2026", date(2026, 4, 3)),
        ("2026-04-03", date(2026, 4, 3)),
        ("2026-04-03 00:00:00", date(2026, 4, 3)),
        ("46351", date(2026, 11, 25)),
        ("46351.0", date(2026, 11, 25)),
        ("13/13/2026", None),
        ("12", None),
        ("hier", None),
    ],
)
def test_day_comes_before_month_and_serials_are_days(value: str, expected: date | None) -> None:
    assert PAPER.date is not None
    assert read_date(value, PAPER.date) == expected


def test_headers_match_without_accents_case_or_signs() -> None:
    assert fold(" N° ") == fold("no")
    header = ["NUMERO", "date", "PREFECTURE", "Village", "nom", "TEL", "objet", "langue"]
    assert choose(MAPPINGS, header) == PAPER
    assert set(PAPER.locate(header)) == set(PAPER.columns)


def test_missing_columns_are_named() -> None:
    header = ["Date", "Commune", "Téléphone"]
    assert choose(MAPPINGS, header) is None
    near = nearest(MAPPINGS, header)
    assert near is not None
    assert near.missing(header) == ["Objet de la plainte"]


@pytest.mark.parametrize(
    "text",
    [
        "name: x",
        "name: [",
        "- a",
        "name: x\ntitle: {}\ncolumns: {}\nwords: [{column: a}]\nwords_required: [a]",
    ],
)
def test_a_mapping_file_with_a_mistake_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(MappingError, match=r"bad\.yaml"):
        load_mappings(tmp_path)


def test_a_mapping_may_use_only_categories_of_the_taxonomy() -> None:
    with pytest.raises(MappingError, match="WATER_ACCESS"):
        load_mappings(ROOT / "deploy" / "policy" / "imports", categories=["OTHER"])


def test_ids_and_keys_follow_from_the_file() -> None:
    digest = imports.file_hash(b"x")
    assert imports.import_id(digest, "a", None) == imports.import_id(digest, "a", None)
    assert imports.import_id(digest, "a", None) != imports.import_id(digest, "b", None)
    assert imports.row_key(digest, 3) == f"{digest}:3"
