"""Reading paper registers: bytes of a CSV or XLSX file become a header and rows of text.

The character set is found by rule and never guessed: byte order mark, strict UTF-8, strict
cp1252, else the operator is asked. Workbooks are measured before they are opened.
"""

import codecs
import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import openpyxl
from openpyxl import DEFUSEDXML

MAX_FILE_BYTES: Final = 5 * 1024 * 1024
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 200
MAX_CELL: Final = 100_000
#: A row is sealed as one document of the store, which takes 16 MB; in JSON a sign may take six.
MAX_ROW: Final = 500_000
MAX_UNPACKED_BYTES: Final = 60 * 1024 * 1024
MAX_RATIO: Final = 200
MAX_PARTS: Final = 1_000

#: Encodings that the operator may name.
ENCODINGS: Final = (
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
    "iso-8859-15",
    "mac_roman",
    "cp850",
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END: Final = "\u241cend-of-register\u241c"


class FileProblem(Exception):
    """The file as a whole cannot be taken; `code` is stable, `detail` tells the operator why."""

    def __init__(self, code: str, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.members = members


@dataclass(frozen=True, slots=True)
class Row:
    """One record: `number` counts records from 1, `line` is where the operator finds it."""

    number: int
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A register as text; `encoding` and `delimiter` are None for a workbook."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    blank: int
    encoding: str | None = None
    delimiter: str | None = None


def read_table(content: bytes, encoding: str | None = None) -> Table:
    """Read a CSV or XLSX file; raises FileProblem when it cannot be read as a whole."""
    if len(content) > MAX_FILE_BYTES:
        raise FileProblem("too-large", f"The file is larger than {MAX_FILE_BYTES // 1024**2} MB.")
    if not content.strip():
        raise FileProblem("empty", "The file is empty.")
    if content.startswith(_OLD_EXCEL):
        raise FileProblem(
            "old-excel", "This is an old .xls or a protected workbook. Save it as .xlsx or CSV."
        )
    if content.startswith(_ZIP):
        return _read_workbook(content)
    text, found = decode(content, encoding)
    return read_csv(text, found)


def decode(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return the text and its encoding by rule; asks (FileProblem) where no rule decides."""
    if encoding:
        return _decode_as(content, encoding.lower())
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _decode_as(content, name)
    if b"\0" in content:
        raise _ask("The file has no byte order mark and contains NUL bytes.")
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    # Excel on Windows ends lines with CR LF; a lone CR is an old Mac's sign, and mac_roman bytes
    # are often valid but wrong in cp1252.
    if b"\r" in content and b"\n" not in content:
        raise _ask("The lines end as on an old Mac and the text is not UTF-8.")
    try:
        return content.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        raise _ask("The text is neither UTF-8 nor Windows-1252.") from None


def _decode_as(content: bytes, encoding: str) -> tuple[str, str]:
    if encoding not in (*ENCODINGS, "utf-8-sig"):
        raise FileProblem(
            "unknown-encoding",
            f"The encoding is not one of: {', '.join(ENCODINGS)}.",
            choices=list(ENCODINGS),
        )
    name = "utf-8-sig" if encoding == "utf-8" and content.startswith(codecs.BOM_UTF8) else encoding
    try:
        return content.decode(name), encoding.removesuffix("-sig")
    except UnicodeDecodeError as error:
        raise FileProblem(
            "wrong-encoding",
            f"The file is not valid {encoding}: byte {error.start} cannot be read.",
            choices=list(ENCODINGS),
        ) from None


def _ask(why: str) -> FileProblem:
    return FileProblem(
        "encoding-unclear",
        f"{why} Say in which encoding it was saved, with the parameter `encoding` "
        "(often mac_roman or cp850), or save it again as “CSV UTF-8”.",
        choices=list(ENCODINGS),
    )


def delimiter_of(text: str) -> str:
    """Return the delimiter that the header line uses most, outside quotation marks."""
    counts = dict.fromkeys(";,\t", 0)
    quoted = False
    for sign in text.lstrip("\r\n"):
        if sign == '"':
            quoted = not quoted
        elif not quoted and sign in "\r\n":
            break
        elif not quoted and sign in counts:
            counts[sign] += 1
    return max(counts, key=lambda sign: counts[sign])


def read_csv(text: str, encoding: str) -> Table:
    """Read delimited text; quoted fields may hold delimiters and line ends."""
    delimiter = delimiter_of(text)
    # A mark after the last line shows whether an unclosed quotation mark swallowed the rest.
    ending = "" if text.endswith(("\n", "\r")) else "\n"
    reader = csv.reader(
        io.StringIO(f"{text}{ending}{_END}\n", newline=""), delimiter=delimiter, strict=False
    )
    records: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            records.append((line, cells))
            line = reader.line_num + 1
            if len(records) > 2 * MAX_ROWS:
                raise _too_many()
    except csv.Error as error:
        raise FileProblem("unreadable", f"Line {reader.line_num}: {error}.") from None
    last_line, last = records.pop()
    if last != [_END]:
        raise FileProblem(
            "open-quote",
            f"A quotation mark opened in the record at line {last_line} is never closed.",
            line=last_line,
        )
    return _table(records, encoding=encoding, delimiter=delimiter)


def _table(
    records: Iterable[tuple[int, list[str]]],
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Table:
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    blank = 0
    for line, raw in records:
        cells = tuple(clean(cell) for cell in raw)
        while cells and not cells[-1]:
            cells = cells[:-1]
        if not cells:
            blank += 1 if header else 0
            continue
        if len(cells) > MAX_COLUMNS:
            raise FileProblem(
                "too-many-columns", f"Line {line} has more than {MAX_COLUMNS} columns.", line=line
            )
        if any(len(cell) > MAX_CELL for cell in cells):
            raise FileProblem(
                "cell-too-long",
                f"Line {line} has a cell of more than {MAX_CELL} characters.",
                line=line,
            )
        if sum(map(len, cells)) > MAX_ROW:
            raise FileProblem(
                "row-too-long", f"Line {line} has more than {MAX_ROW:,} characters.", line=line
            )
        if not header:
            header = cells
            continue
        if len(rows) == MAX_ROWS:
            raise _too_many()
        rows.append(Row(len(rows) + 1, line, cells))
    if not header:
        raise FileProblem("empty", "The file has no header line.")
    return Table(header, tuple(rows), blank, encoding, delimiter)


def clean(cell: str) -> str:
    """Trim a cell, compose its accents and drop NUL and other control characters."""
    text = unicodedata.normalize("NFC", cell).strip().strip("\ufeff")
    return "".join(
        sign for sign in text if sign in "\n\t" or unicodedata.category(sign) != "Cc"
    ).strip()


def _too_many() -> FileProblem:
    return FileProblem(
        "too-many-rows", f"The file has more than {MAX_ROWS} rows. Send it in parts."
    )


def _read_workbook(content: bytes) -> Table:
    _measure(content)
    if not DEFUSEDXML:  # pragma: no cover - the extra `intake` installs it
        raise RuntimeError("defusedxml is not installed; workbooks are not opened without it")
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=False, keep_links=False
        )
        try:
            if not book.worksheets:
                raise FileProblem("empty", "The workbook has no sheet.")
            sheet: Any = book.worksheets[0]
            # The stated extent may be a lie of a million rows: it is measured while reading.
            sheet.reset_dimensions()
            return _table(_sheet_records(sheet.iter_rows(values_only=True)))
        finally:
            book.close()
    except FileProblem:
        raise
    except Exception as error:
        # A broken workbook makes the library raise whatever it stumbles over.
        raise FileProblem(
            "unreadable", f"The workbook cannot be read ({type(error).__name__})."
        ) from error


def _measure(content: bytes) -> None:
    """Refuse an archive that is no workbook or that unpacks to far more than it should."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise FileProblem("unreadable", "The file is a damaged archive, not a workbook.") from error
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise FileProblem("not-a-workbook", "The file is an archive but not an .xlsx workbook.")
    if any(part.flag_bits & 0x1 for part in parts):
        raise FileProblem("protected", "The workbook is protected by a password.")
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    if (
        len(parts) > MAX_PARTS
        or unpacked > MAX_UNPACKED_BYTES
        or (unpacked > 1024**2 and unpacked / packed > MAX_RATIO)
    ):
        raise FileProblem(
            "unpacks-too-large", "The workbook unpacks to far more than its size; it is not opened."
        )


def _sheet_records(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, list[str]]]:
    for line, values in enumerate(rows, start=1):
        if line > 3 * MAX_ROWS:
            raise _too_many()
        yield line, [cell_text(value) for value in values]


def cell_text(value: Any) -> str:
    """Write a cell's value as text; a formula stays its own text and is never evaluated."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
