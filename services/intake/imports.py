"""Judging the rows of a register: each becomes a draft grievance or a refusal with a reason.

Pure: no clock, no store. Reasons and warnings are codes with a column and never repeat a cell,
so that a verdict carries no personal data.
"""

import hashlib
import re
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

import phonenumbers

from services.intake.domain import LONGEST_TEXT
from services.intake.import_files import Row, Table
from services.intake.mappings import DateRule, ImportMapping, fold

MAX_WORDS: Final = LONGEST_TEXT
_EXCEL_EPOCH: Final = date(1899, 12, 30)
_SERIALS: Final = range(20_000, 80_000)  # 1954 to 2119
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")
_FORMULA: Final = ("=", "+", "-", "@")

MESSAGES: Final = {
    "no-words": "The row says nothing to act on: this column is empty.",
    "too-long": f"The words are longer than {MAX_WORDS} characters.",
    "too-many-cells": "The row has more cells than the header; its columns may be shifted.",
    "repeated-number": "The same number stands on an earlier row.",
    "date-unreadable": "The date cannot be read; the row is filed without it.",
    "date-in-future": "The date lies in the future; the row is filed without it.",
    "phone-not-valid": "The telephone number is not valid; it is kept as it is written.",
    "language-unknown": "The language is not known; French is assumed.",
    "formula": "The cell begins like a formula; it is kept as text and never evaluated.",
    "site-unknown": "The place is not in the directory; a person will place it.",
    "not-taken": "The row cannot be filed as it is.",
    "no-contact": "There is no way to answer this person.",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One reason or warning: its code and the column it is about."""

    code: str
    column: str | None = None

    def told(self) -> dict[str, str | None]:
        """Return the note for a report."""
        return {"code": self.code, "column": self.column, "text": MESSAGES[self.code]}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a row says, ready to be filed; `raw` is the row as it stood under its headers."""

    text: str
    language: str
    category: str | None
    site_text: str | None
    organisation_text: str | None
    name: str | None
    phone: str | None
    email: str | None
    occurred_on: str | None
    number: str | None
    raw: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return the draft as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one row; `draft` is there exactly when it is accepted."""

    row: int
    line: int
    reasons: tuple[Note, ...]
    warnings: tuple[Note, ...]
    draft: Draft | None

    @property
    def verdict(self) -> Literal["accepted", "refused"]:
        """`accepted` or `refused`."""
        return "accepted" if self.draft else "refused"

    def told(self) -> dict[str, Any]:
        """Return the verdict for a report, without the row's content."""
        return {
            "row": self.row,
            "line": self.line,
            "verdict": self.verdict,
            "reasons": [note.told() for note in self.reasons],
            "warnings": [note.told() for note in self.warnings],
        }


def file_hash(content: bytes) -> str:
    """Return the SHA-256 of a file, the root of its keys."""
    return hashlib.sha256(content).hexdigest()


def import_id(sha256: str, mapping: str, encoding: str | None) -> str:
    """Return the id of an import: the same file read the same way is the same import."""
    return hashlib.sha256(f"{sha256}|{mapping}|{encoding or ''}".encode()).hexdigest()[:32]


def row_key(sha256: str, row: int) -> str:
    """Return the idempotency key of a row: the file's hash and the row's number."""
    return f"{sha256}:{row}"


def judge(table: Table, mapping: ImportMapping, today: date) -> list[Verdict]:
    """Give a verdict on every row of a table; `today` is the date at Bangui."""
    places = mapping.locate(table.header)
    seen: set[str] = set()
    verdicts = []
    for row in table.rows:
        verdict = _Judge(row, table.header, mapping, places, today).verdict(seen)
        verdicts.append(verdict)
    return verdicts


def counts(verdicts: list[Verdict]) -> dict[str, Any]:
    """Return how many rows were accepted, refused and warned about, and why."""
    return {
        "rows": len(verdicts),
        "accepted": sum(1 for v in verdicts if v.draft),
        "refused": sum(1 for v in verdicts if not v.draft),
        "warned": sum(1 for v in verdicts if v.warnings),
        "reasons": dict(Counter(note.code for v in verdicts for note in v.reasons)),
        "warnings": dict(Counter(note.code for v in verdicts for note in v.warnings)),
    }


class _Judge:
    def __init__(
        self,
        row: Row,
        header: tuple[str, ...],
        mapping: ImportMapping,
        places: dict[str, int],
        today: date,
    ) -> None:
        self.row = row
        self.header = header
        self.mapping = mapping
        self.places = places
        self.today = today
        self.reasons: list[Note] = []
        self.warnings: list[Note] = []

    def cell(self, key: str | None) -> str:
        """Return the cell under a column of the mapping, empty when it is not there."""
        place = self.places.get(key) if key else None
        return self.row.cells[place] if place is not None and place < len(self.row.cells) else ""

    def title(self, key: str) -> str:
        return self.mapping.columns[key].header

    def verdict(self, seen: set[str]) -> Verdict:
        mapping = self.mapping
        if len(self.row.cells) > len(self.header):
            self.reasons.append(Note("too-many-cells"))
        if not any(self.cell(key) for key in mapping.words_required):
            self.reasons.append(Note("no-words", self.title(mapping.words_required[0])))
        number = whole_number(self.cell(mapping.number))
        self.check_number(number, seen)
        text = self.words()
        if len(text) > MAX_WORDS:
            self.reasons.append(Note("too-long"))
        self.warn_of_formulas()
        draft = Draft(
            text=text,
            language=self.language(),
            category=self.category(),
            site_text=self.site_text(),
            organisation_text=self.cell(mapping.organisation) or None,
            name=self.cell(mapping.name_column) or None,
            phone=self.phone(),
            email=self.cell(mapping.email) or None,
            occurred_on=self.occurred_on(),
            number=number or None,
            raw=self.raw(),
        )
        if mapping.phone and not draft.phone and not draft.email:
            self.warnings.append(Note("no-contact"))
        return Verdict(
            self.row.number,
            self.row.line,
            tuple(self.reasons),
            tuple(self.warnings),
            None if self.reasons else draft,
        )

    def raw(self) -> dict[str, str]:
        return {
            f"{place + 1} {title}": cell
            for place, (title, cell) in enumerate(zip(self.header, self.row.cells, strict=False))
            if cell
        }

    def check_number(self, number: str, seen: set[str]) -> None:
        if not number or not self.mapping.number:
            return
        if number in seen:
            note = Note("repeated-number", self.title(self.mapping.number))
            refuse = self.mapping.repeated_number == "refuse"
            (self.reasons if refuse else self.warnings).append(note)
        seen.add(number)

    def warn_of_formulas(self) -> None:
        # A telephone number may begin with +; only cells that go into words are told.
        for part in self.mapping.words:
            if self.cell(part.column).startswith(_FORMULA):
                self.warnings.append(Note("formula", self.title(part.column)))

    def words(self) -> str:
        parts = [(part.label, self.cell(part.column)) for part in self.mapping.words]
        return "\n".join(f"{label}{cell}" for label, cell in parts if cell)

    def site_text(self) -> str | None:
        parts = dict.fromkeys(self.cell(key) for key in self.mapping.site)
        return ", ".join(part for part in parts if part) or None

    def language(self) -> str:
        rule = self.mapping.language
        value = fold(self.cell(rule.column))
        if not value:
            return rule.default
        for name, code in rule.values.items():
            if value in (fold(name), code):
                return code
        self.warnings.append(Note("language-unknown", self.title(rule.column or "")))
        return rule.default

    def category(self) -> str | None:
        rule = self.mapping.category
        if rule is None:
            return None
        value = fold(self.cell(rule.column))
        for name, code in rule.exact.items():
            if value == fold(name):
                return code
        for name, code in rule.prefixes.items():
            if value.startswith(fold(name)):
                return code
        return rule.default

    def occurred_on(self) -> str | None:
        rule = self.mapping.date
        value = self.cell(rule.column) if rule else ""
        if not rule or not value:
            return None
        day = read_date(value, rule)
        if day is None or day > self.today:
            code = "date-unreadable" if day is None else "date-in-future"
            self.warnings.append(Note(code, self.title(rule.column)))
            return None
        return day.isoformat()

    def phone(self) -> str | None:
        value = whole_number(self.cell(self.mapping.phone))
        if value and not _valid_phone(value):
            self.warnings.append(Note("phone-not-valid", self.title(self.mapping.phone or "")))
        return value or None


def whole_number(value: str) -> str:
    """Undo what spreadsheets do to whole numbers: `70000001.0` and `7.0000001E7` become digits."""
    if value.isdecimal() or not _NUMBER.fullmatch(value) or value[0] in "+-":
        return value
    number = float(value.replace(",", "."))
    return str(int(number)) if number.is_integer() and number < 1e15 else value


def read_date(value: str, rule: DateRule) -> date | None:
    """Read a date by the formats of the mapping; `serial` is Excel's day number, 1900 system."""
    for form in rule.formats:
        if form == "serial":
            number = whole_number(value)
            if number.isdecimal() and len(number) <= 6 and int(number) in _SERIALS:
                return _EXCEL_EPOCH + timedelta(days=int(number))
            continue
        try:
            return datetime.strptime(value, form).date()
        except ValueError:
            continue
    return None


def _valid_phone(value: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(value, "CF"))
    except phonenumbers.NumberParseException:
        return False
