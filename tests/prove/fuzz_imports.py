"""Registers that mean harm: spoiled bytes, cells, character sets, and archives full of tricks."""

import io
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
from hypothesis import strategies as st

from services.intake.import_files import ENCODINGS
from tests.prove.fuzz_findings import Caller, Findings, feed
from tests.prove.fuzz_nasty import broken, texts
from tests.prove.fuzz_world import FuzzWorld

_DATA = Path(__file__).parents[1] / "data"
_CSV = [path.read_bytes() for path in sorted(_DATA.glob("plaintes_*.csv"))]
_BOOK = (_DATA / "plaintes.xlsx").read_bytes()
_HEADS = ("N°", "Date", "Commune", "Nom du plaignant", "Téléphone", "Objet de la plainte", "Langue")
#: Every how many registers that were taken are filed as well.
_CONFIRM = 7


def fuzz_imports(world: FuzzWorld, findings: Findings, count: int, round_: int) -> None:
    """Send registers for a dry run, and file some of those that are taken."""
    caller = Caller(findings, "imports")
    url = f"{world.system.intake}/v1/imports"
    who = world.system.person("representative", "syndicat-demo")
    taken = 0

    def act(example: tuple[bytes, dict[str, str], str]) -> None:
        nonlocal taken
        content, fields, name = example
        answer = caller(
            "POST",
            url,
            repr(content[:120]),
            files={"file": (name, content)},
            data=fields,
            headers=who,
        )
        if answer is not None and answer.status_code == 201:
            taken += 1
            if taken % _CONFIRM == 0:
                caller("POST", f"{url}/{answer.json()['id']}/confirm", "confirm", headers=who)

    fields = st.fixed_dictionaries(
        {}, optional={"encoding": st.sampled_from(ENCODINGS) | texts(), "mapping": _mappings()}
    )
    names = st.sampled_from(("registre.csv", "a.xlsx", "", "..\\..\\x", "é" * 300, "\u202ecsv"))
    feed(st.tuples(_files(), fields, names), count, act, round_ * 10 + 6)
    caller.close()


def _mappings() -> st.SearchStrategy[str]:
    return st.sampled_from(("registre-papier", "nyc-311")) | texts()


def _files() -> st.SearchStrategy[bytes]:
    spoiled_csv = broken(st.sampled_from(_CSV))
    cells = st.lists(st.lists(_cells(), max_size=9), max_size=6)
    return st.one_of(
        spoiled_csv,
        spoiled_csv,
        st.builds(_csv, cells, st.sampled_from(";,\t"), st.sampled_from(ENCODINGS)),
        broken(st.just(_BOOK)),
        st.builds(_book, cells),
        st.sampled_from(sorted(_TRICKS)).flatmap(lambda name: st.just(_TRICKS[name])),
        st.binary(max_size=300),
    )


def _cells() -> st.SearchStrategy[str]:
    return texts() | st.sampled_from(
        (
            "45000",
            "4.5E4",
            "1e308",
            "70 00 00 01",
            "7.0000001E7",
            "1/1/1",
            "31/02/2026",
            "=1+1",
            '"',
        )
    )


def _csv(rows: list[list[str]], delimiter: str, encoding: str) -> bytes:
    lines = [delimiter.join(_HEADS), *(delimiter.join(row) for row in rows)]
    return "\r\n".join(lines).encode(encoding, "replace")


def _book(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(_HEADS)
    for row in rows:
        sheet.append(["".join(c for c in cell[:32_000] if c.isprintable()) for cell in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _rebuilt(change: dict[str, bytes], *, times: int = 1, drop: str = "") -> bytes:
    """Return the sample workbook with parts replaced, left out or repeated."""
    content = io.BytesIO()
    with (
        warnings.catch_warnings(action="ignore"),  # names that stand twice are meant
        zipfile.ZipFile(io.BytesIO(_BOOK)) as source,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist() * times:
            if name != drop:
                target.writestr(name, change.get(name, source.read(name)))
        for name in change.keys() - set(source.namelist()):
            target.writestr(name, change[name])
    return content.getvalue()


def _lying_sizes() -> bytes:
    """Return a workbook whose directory tells tiny unpacked sizes."""
    content = bytearray(_rebuilt({}))
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 24 : at + 28] = struct.pack("<I", 1)
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


_SHEET, _STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _sheet(rows: bytes) -> bytes:
    return b"<worksheet " + _NAMESPACE + b"><sheetData>" + rows + b"</sheetData></worksheet>"


_LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]>'
_TRICKS: dict[str, bytes] = {
    "entities": _rebuilt({_SHEET: _LAUGHS + _sheet(b'<row r="1"><c t="str"><v>&c;</v></c></row>')}),
    "outside": _rebuilt(
        {_SHEET: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'}
    ),
    "bomb": _rebuilt({"xl/media/a": b"\0" * 70_000_000}),
    "small bomb": _rebuilt({_SHEET: _sheet(b'<row r="1"><c t="str"><v>x</v></c></row>' * 200_000)}),
    "twice": _rebuilt({}, times=2),
    "no sheet": _rebuilt({}, drop=_SHEET),
    "no book": _rebuilt({}, drop="xl/workbook.xml"),
    "outside names": _rebuilt({"../../x": b"x", "/etc/x": b"x", "xl\\workbook.xml": b"x"}),
    "far cells": _rebuilt(
        {_SHEET: _sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')}
    ),
    "dates": _rebuilt(
        {_SHEET: _sheet(b'<row><c s="1"><v>1e300</v></c><c t="d"><v>x</v></c></row>')}
    ),
    "odd index": _rebuilt({_SHEET: _sheet(b'<row><c t="s"><v>99999999</v></c></row>')}),
    "many parts": _rebuilt({f"xl/{n}": b"" for n in range(1_200)}),
    "lying sizes": _lying_sizes(),
    "not xml": _rebuilt({_SHEET: b"\x00\xff", _STRINGS: b"<"}),
    "cut": _BOOK[: len(_BOOK) // 2],
    "prefix": b"MZ" + _BOOK,
    "old": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "empty archive": b"PK\x05\x06" + b"\0" * 18,
}
