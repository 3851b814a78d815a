"""The words of notices: templates as data, checked at start, filled with codes and dates only."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from babel.dates import format_date, format_time
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.notify.audience import COMPLAINANT, Audiences
from services.notify.sms_text import segments, without_rare_letters
from shared.directory import Organisations
from shared.hours import BANGUI
from shared.policy_bundle import Bundle, Models, PolicyError
from shared.text import contains_words, plain

Params = Mapping[str, str | datetime]
DEFAULT_LANGUAGE: Final = "fr"
OFFICE: Final = "office"
_SMS_UNITS: Final = 160

_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
_OPTIONAL: Final = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
#: What may be missing stands inside [[ ]]: the whole passage is left out then.
_ALWAYS: Final = frozenset({"ref", "stage", "link", "cases", "items"})
_FOR_COMPLAINANT: Final = frozenset({"ref", "date", "previous", "link"})
_FOR_OFFICE: Final = _ALWAYS | {"date", "previous", "from", "to", "ending", "when"}
_SAMPLE_DATE: Final = datetime(2026, 9, 30, 13, 30, tzinfo=UTC)


class Text(BaseModel):
    """One template: a text, and a subject where the channel has one."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    subject: str | None = None
    text: str = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _plain_text(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value


class TemplateFile(BaseModel):
    """One file: notices by audience, channel and language, and words for codes by language."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    notices: dict[str, dict[str, dict[str, dict[str, Text]]]] = {}
    stages: dict[str, dict[str, str]] = {}
    endings: dict[str, dict[str, str]] = {}
    phrases: dict[str, dict[str, str]] = {}


class Templates(BaseModel):
    """The folder `templates/`: its files are read as one."""

    model_config = ConfigDict(frozen=True)
    files: dict[str, TemplateFile]

    def find(self, notice: str, audience: str, channel: str, language: str) -> Text | None:
        """Return a template, in French when the language has none of its own."""
        for name in (audience, OFFICE) if audience != COMPLAINANT else (audience,):
            for file in self.files.values():
                texts = file.notices.get(notice, {}).get(name, {}).get(channel)
                if texts:
                    return texts.get(language) or texts.get(DEFAULT_LANGUAGE)
        return None

    def word(self, kind: str, code: str | None, language: str) -> str | None:
        """Return the words for a code (`stages`, `endings`, `phrases`)."""
        for file in self.files.values():
            words = getattr(file, kind).get(code)
            if words:
                found: str | None = words.get(language) or words.get(DEFAULT_LANGUAGE)
                return found
        return None


#: The policy files that notify reads.
MODELS: Final[Models] = {
    "audiences.yaml": Audiences,
    "templates/": Templates,
    "organisations.yaml": Organisations,
}


@dataclass(frozen=True)
class Rendered:
    """A message in words, for the moment of sending only."""

    text: str
    subject: str | None = None


def render(
    templates: Templates,
    directory: Organisations,
    *,
    notice: str,
    audience: str,
    channel: str,
    language: str,
    params: Params,
    link: str,
    now: datetime,
    items: Sequence[Params] = (),
) -> Rendered:
    """Fill a template; offices get French with English below a line."""
    languages = [language] if audience == COMPLAINANT else [DEFAULT_LANGUAGE, "en"]
    texts: list[str] = []
    subject: str | None = None
    for name in languages:
        template = templates.find(notice, audience, channel, name)
        if template is None:
            raise PolicyError(f"templates: no text for {notice} {audience} {channel}")
        values = _values(templates, directory, params, name, channel, items, now) | {"link": link}
        filled = fill(template.text, values).strip()
        if filled not in texts:
            texts.append(filled)
        if subject is None and template.subject is not None:
            subject = " ".join(fill(template.subject, values).split())
    text = "\n\n----\n\n".join(texts)
    return Rendered(for_sms(text, language) if channel == "sms" else text + "\n", subject)


def render_joined(
    templates: Templates,
    directory: Organisations,
    *,
    notice: str,
    parts: Sequence[tuple[str, str, Params]],
    link: str,
    now: datetime,
) -> Rendered:
    """Fill the mail that joins several notices of an office: each stands in it by its subject.

    `parts` are notice, audience and params. Offices get French with English below a line.
    """
    texts: list[str] = []
    subject = ""
    for language in (DEFAULT_LANGUAGE, "en"):
        template = templates.find(notice, OFFICE, "email", language)
        news = templates.word("phrases", "news", language)
        if template is None or news is None:
            raise PolicyError(f"templates: no text for {notice}")
        lines = [_subject(templates, directory, part, language, now) for part in parts]
        values = {
            "cases": fill(news, {"count": str(len({params["ref"] for _, _, params in parts}))}),
            "items": "\n".join(f"- {line}" for line in lines),
            "link": link,
        }
        texts.append(fill(template.text, values).strip())
        subject = subject or fill(template.subject or "", values)
    return Rendered("\n\n----\n\n".join(texts) + "\n", subject)


def _subject(
    templates: Templates,
    directory: Organisations,
    part: tuple[str, str, Params],
    language: str,
    now: datetime,
) -> str:
    notice, audience, params = part
    template = templates.find(notice, audience, "email", language)
    if template is None or template.subject is None:
        raise PolicyError(f"templates: no subject for {notice} {audience}")
    values = _values(templates, directory, params, language, "email", (), now)
    return " ".join(fill(template.subject, values).split())


def for_sms(text: str, language: str) -> str:
    """Return a text as it is sent by SMS: in GSM-7 unless the language needs its tone marks."""
    return text if language == "sg" else without_rare_letters(text)


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put values in; a passage in [[ ]] goes when one of its values is missing."""

    def passage(match: re.Match[str]) -> str:
        inside = match[1]
        known = all(values.get(name) for name in _PLACEHOLDER.findall(inside))
        return inside if known else ""

    kept = _OPTIONAL.sub(passage, template)
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], ""), kept)


def _values(
    templates: Templates,
    directory: Organisations,
    params: Params,
    language: str,
    channel: str,
    items: Sequence[Params],
    now: datetime,
) -> dict[str, str]:
    values = {"stage": templates.word("phrases", "answer", language) or ""}
    for name, value in params.items():
        if isinstance(value, datetime):
            values[name] = say_date(value, language, short=channel == "sms")
        elif name == "stage":
            values[name] = templates.word("stages", value, language) or values["stage"]
        elif name == "closed_as":
            values["ending"] = templates.word("endings", value, language) or value
        elif name in ("from", "to"):
            values[name] = directory.name_of(value)
        else:
            values[name] = value
    if items:
        line = templates.word("phrases", "item", language) or "{ref}"
        several = templates.word("phrases", "several" if len(items) > 1 else "one", language)
        values["cases"] = fill(several or "{count}", {"count": str(len(items))})
        values["items"] = "\n".join(
            fill(line, _values(templates, directory, item, language, channel, (), now))
            for item in items
        )
        values["when"] = _when(templates, items, language, now)
    return values


def _when(templates: Templates, items: Sequence[Params], language: str, now: datetime) -> str:
    """Return `today` or `tomorrow` in words when that holds for all items, else nothing."""
    today = now.astimezone(BANGUI).date()
    dates = [item["date"] for item in items if isinstance(item.get("date"), datetime)]
    days = {
        (date.astimezone(BANGUI).date() - today).days for date in dates if not isinstance(date, str)
    }
    word = {0: "today", 1: "tomorrow"}.get(next(iter(days), -1)) if len(days) == 1 else None
    return (templates.word("phrases", word, language) or "") if word else ""


@lru_cache(maxsize=4096)
def say_date(at: datetime, language: str, *, short: bool) -> str:
    """Return a due time as people say it in Bangui; the hour only where it is not day's end."""
    local = at.astimezone(BANGUI)
    locale = language if language in ("fr", "en") else DEFAULT_LANGUAGE
    hours = (local.hour, local.minute) != (23, 59)
    if short:
        day = format_date(local, "EEE d MMM", locale=locale).replace(".", "")
        return _without_accents(day) + (f" {local:%Hh%M}" if hours else "")
    day = format_date(local, "EEEE d MMMM", locale=locale)
    if not hours:
        return day
    pattern = "HH 'h' mm" if locale == "fr" else "HH:mm"
    return f"{day} {'à' if locale == 'fr' else 'at'} {format_time(local, pattern, locale=locale)}"


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def check(bundle: Bundle) -> None:
    """Refuse a policy whose notices lack words, or whose words are not discreet or too long."""
    templates, table = bundle.get(Templates), bundle.get(Audiences)
    problems = [*_missing(templates, table), *_wrong(templates, table)]
    if problems:
        raise PolicyError("\n".join(problems))


def _missing(templates: Templates, table: Audiences) -> Iterator[str]:
    needed = {(table.grouped_notice, "holder"), (table.joined_notice, "holder")}
    for rules in table.events.values():
        for rule in rules:
            needed |= {(name, rule.audience) for name in (rule.notice, rule.protected) if name}
    needed |= {(name, "holder") for name in table.alerts.values()}
    for notice, audience in sorted(needed):
        for channel in ("sms", "email") if audience == COMPLAINANT else ("email",):
            template = templates.find(notice, audience, channel, DEFAULT_LANGUAGE)
            if template is None:
                yield f"templates: notice {notice} lacks a French {channel} text for {audience}"
            elif channel == "email" and not template.subject:
                yield f"templates: notice {notice} lacks a subject for {audience}"


def _wrong(templates: Templates, table: Audiences) -> Iterator[str]:
    for file_name, file in templates.files.items():
        for place, audience, channel, language, text in _texts(file):
            where = f"templates/{file_name}.yaml: {place}"
            allowed = _FOR_COMPLAINANT if audience == COMPLAINANT else _FOR_OFFICE
            words = f"{text.subject or ''} {text.text}"
            for name in sorted(set(_PLACEHOLDER.findall(words)) - allowed):
                yield f"{where}: {{{name}}} is not known here"
            for name in sorted(set(_PLACEHOLDER.findall(_OPTIONAL.sub("", words))) - _ALWAYS):
                yield f"{where}: {{{name}}} may be missing and must stand inside [[ ]]"
            if audience == COMPLAINANT:
                for word in table.never_in_discreet:
                    if contains_words(plain(words), plain(word)):
                        yield f"{where}: a discreet message must not have the word {word!r}"
            if channel == "sms":
                units = _longest(text.text, language)
                if units > _SMS_UNITS:
                    yield f"{where}: {units} units, a text message has {_SMS_UNITS}"


def _texts(file: TemplateFile) -> Iterator[tuple[str, str, str, str, Text]]:
    for notice, audiences in file.notices.items():
        for audience, channels in audiences.items():
            for channel, languages in channels.items():
                for language, text in languages.items():
                    place = f"notices.{notice}.{audience}.{channel}.{language}"
                    yield place, audience, channel, language, text


def _longest(text: str, language: str) -> int:
    date = say_date(_SAMPLE_DATE, language, short=True)
    values = {"ref": "K7QM4T2P", "date": date, "previous": date, "link": "x" * 40}
    filled = for_sms(fill(text, values), language)
    counted = segments(filled)
    return counted.units if counted.encoding == "GSM-7" else counted.units * 160 // 70
