"""Reading registers: character set by rule, delimiters, workbooks that mean harm."""

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from services.intake import import_files
from services.intake.import_files import FileProblem, cell_text, decode, delimiter_of, read_table

DATA = Path(__file__).parents[2] / "data"
VECTORS: list[dict[str, Any]] = json.loads((DATA / "csv_charset.json").read_text("utf-8"))["cases"]


def content_of(case: dict[str, Any]) -> bytes:
    if "body_b64" in case:
        return base64.b64decode(case["body_b64"])
    name = Path(case["payload_file"]).name
    if name.endswith("utf16_tab.txt"):
        # Excel's “Unicode text” of the same register: UTF-16 with its mark, tabs, CR LF.
        table = read_table((DATA / "plaintes_utf8_virgule.csv").read_bytes())
        lines = [table.header, *(row.cells for row in table.rows)]
        return "\r\n".join("\t".join(line) for line in lines).encode("utf-16")
    return (DATA / name).read_bytes()


@pytest.mark.parametrize(
    "case", VECTORS, ids=lambda c: c.get("name") or Path(c["payload_file"]).name
)
def test_character_set_is_found_by_rule(case: dict[str, Any]) -> None:
    content = content_of(case)
    if case["expected_encoding"] is None:
        with pytest.raises(FileProblem) as problem:
            read_table(content)
        assert problem.value.code == "encoding-unclear"
        assert "mac_roman" in problem.value.members["choices"]
        return
    table = read_table(content)
    assert table.encoding == case["expected_encoding"]
    assert list(table.header) == case["header"]
    first = list(table.rows[0].cells)
    assert first == case["row1"]
    if "delimiter" in case:
        assert table.delimiter == case["delimiter"]
    if "rows" in case:
        assert len(table.rows) + 1 == case["rows"]
    if "row2_object" in case:
        assert table.rows[1].cells[6] == case["row2_object"]


def test_the_operator_can_name_the_encoding() -> None:
    table = read_table((DATA / "plaintes_macroman_cr.csv").read_bytes(), "mac_roman")
    assert table.rows[0].cells[6] == "Eau de la rivière polluée, odeur d’essence"
    assert len(table.rows) == 4


@pytest.mark.parametrize("encoding", ["latin-weird", "rot13", "base64", "idna"])
def test_only_listed_encodings_are_taken(encoding: str) -> None:
    with pytest.raises(FileProblem) as problem:
        read_table(b"a;b\n1;2\n", encoding)
    assert problem.value.code == "unknown-encoding"


def test_a_named_encoding_that_does_not_fit_is_said() -> None:
    with pytest.raises(FileProblem) as problem:
        decode("é".encode("cp1252"), "utf-8")
    assert problem.value.code == "wrong-encoding"


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_bytes_that_cp1252_does_not_define_are_asked_about(byte: int) -> None:
    with pytest.raises(FileProblem) as problem:
        decode(b"objet\r\n" + bytes([byte, 0xE9]))
    assert problem.value.code == "encoding-unclear"


def test_an_old_mac_file_is_asked_about_even_where_cp1252_would_read_it() -> None:
    content = "objet\rdégât\r".encode("mac_roman")
    assert content.decode("cp1252") != "objet\rdégât\r"
    with pytest.raises(FileProblem) as problem:
        read_table(content)
    assert problem.value.code == "encoding-unclear"


def test_utf16_without_a_mark_is_asked_about() -> None:
    with pytest.raises(FileProblem):
        decode("objet\n".encode("utf-16-le"))
    assert decode("objet\n".encode("utf-16-le"), "utf-16-le")[0] == "objet\n"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("a;b,c;d", ";"),
        ("a,b,c", ","),
        ("a\tb\tc;", "\t"),
        ('"a;b;c;d",b\n1;2;3;4', ","),
        ("a", ";"),
    ],
)
def test_delimiter_is_counted_in_the_header_outside_quotes(header: str, expected: str) -> None:
    assert delimiter_of(header) == expected


def test_quoted_line_ends_stay_in_one_row_and_lines_are_told() -> None:
    table = read_table('objet;nom\r\n"une\nligne";Zoé\r\n\r\nautre;\r\n'.encode())
    assert [row.cells for row in table.rows] == [("une\nligne", "Zoé"), ("autre",)]
    assert [(row.number, row.line) for row in table.rows] == [(1, 2), (2, 5)]
    assert table.blank == 1


def test_an_unclosed_quotation_mark_refuses_the_file_and_names_the_line() -> None:
    with pytest.raises(FileProblem) as problem:
        read_table(b'objet;nom\na;b\n"c;d\ne;f\n')
    assert problem.value.code == "open-quote"
    assert problem.value.members["line"] == 3


def test_accents_are_composed_and_control_characters_dropped() -> None:
    table = read_table("objet\ne\u0301boulement\u0007\n".encode())
    assert table.rows[0].cells == ("éboulement",)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old-excel"),
        (b"PK\x03\x04garbage", "unreadable"),
        (b"x" * (import_files.MAX_FILE_BYTES + 1), "too-large"),
        (b"a\n" + b"b\n" * (import_files.MAX_ROWS + 1), "too-many-rows"),
        (b"a" + b";b" * 300, "too-many-columns"),
        (b"a\n" + b"b" * 120_000, "cell-too-long"),
        (b"a\n" + b"b" * 200_000, "unreadable"),
    ],
)
def test_files_that_cannot_be_taken_are_refused_with_a_code(content: bytes, code: str) -> None:
    with pytest.raises(FileProblem) as problem:
        read_table(content)
    assert problem.value.code == code


def archive(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return packed.getvalue()


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


@pytest.mark.parametrize("size", [80_000_000, 20_000_000], ids=["too large", "too dense"])
def test_a_zip_bomb_is_refused_before_it_is_opened(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    def opened(*_: Any, **__: Any) -> None:
        raise AssertionError("the bomb was opened")

    monkeypatch.setattr(openpyxl, "load_workbook", opened)
    bomb = archive({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b"0" * size})
    assert len(bomb) < 200_000
    with pytest.raises(FileProblem) as problem:
        read_table(bomb)
    assert problem.value.code == "unpacks-too-large"


def test_an_archive_that_is_no_workbook_is_said_so() -> None:
    with pytest.raises(FileProblem) as problem:
        read_table(archive({"a.txt": b"x"}))
    assert problem.value.code == "not-a-workbook"


def test_entity_bombs_in_a_workbook_are_refused() -> None:
    packed = io.BytesIO(workbook(["Objet"], ["a"]))
    parts = {
        name: zipfile.ZipFile(packed).read(name) for name in zipfile.ZipFile(packed).namelist()
    }
    sheet = parts["xl/worksheets/sheet1.xml"]
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + sheet.replace(
        b"<sheetData>", b"<sheetData>&b;"
    )
    parts["xl/worksheets/sheet1.xml"] = bomb
    with pytest.raises(FileProblem) as problem:
        read_table(archive(parts))
    assert problem.value.code == "unreadable"


def test_formula_cells_stay_text_and_numbers_lose_their_spreadsheet_form() -> None:
    table = read_table(workbook(["Objet", "Tél"], ["=1+1", 7.0000001e7], [None, None], ["b", 1.5]))
    assert table.rows[0].cells == ("=1+1", "70000001")
    assert table.rows[1].cells == ("b", "1.5")
    assert table.rows[1].line == 4
    assert cell_text(True) == "1"


def test_the_sample_workbook_reads_dates_and_numbers() -> None:
    table = read_table((DATA / "plaintes.xlsx").read_bytes())
    assert table.encoding is None
    assert [row.cells[1] for row in table.rows] == ["2026-11-23", "24/11/2026", "46351"]
    assert table.rows[0].cells[5] == "70000001"
