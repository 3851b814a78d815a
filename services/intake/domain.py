"""What a submission is and what is made of it: pure, so that every channel means the same."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, get_args

from services.intake.accused import named_accused
from services.intake.lexicon import CategoryWords, DangerWords
from services.intake.phones import read_phone
from services.intake.submission import Contact, Submission
from shared.directory import Organisations, Sites
from shared.errors import Invalid
from shared.events.codes import ConsentPurpose, ContactChannel, Language
from shared.events.intake import Accused, GrievanceSubmitted
from shared.taxonomy import Taxonomy

LONGEST_TEXT: Final = 5_000
#: Cases that tell the protection focal point of pressure or danger. Nobody is written to about
#: them and no text message tells of them: on a shared phone that alone could betray the person.
ALERT: Final = "alert"
_LONGEST_LINE: Final = 500
#: Purposes that a consent may be about; others stay in the raw payload, as events carry no text.
#: What is consented to at filing; a statement is there to agree to only later.
PURPOSES: Final = frozenset(get_args(ConsentPurpose)) - {"statement"}
_LANGUAGES: Final[Mapping[str, Language]] = {"fr": "fr", "sg": "sg", "en": "en"}
#: Control characters except tab and line break, and halves of surrogate pairs.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]{2,}")
_MONTH = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Note:
    """Something about the submission that was kept as given but could not be used."""

    field: str
    note: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The parts of the policy that intake reads."""

    taxonomy: Taxonomy
    sites: Sites
    organisations: Organisations
    danger: DangerWords
    keywords: CategoryWords


@dataclass(frozen=True, slots=True)
class Reach:
    """How a person can be reached: normalised, and only where the address can be right."""

    sms: str | None
    email: str | None
    preferred: str | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission ready to be stored: codes for the event, words and contact for the vault."""

    submission: Submission
    reach: Reach
    notes: tuple[Note, ...]
    category: str | None
    site: str | None
    organisation: str | None
    accused: tuple[Accused, ...]
    danger_signs: tuple[str, ...]
    representative: str | None
    language: Language
    consents: dict[str, bool]

    def event_data(
        self, reference: str, channel: str, received_at: datetime, batch: str | None
    ) -> GrievanceSubmitted:
        """Return the event: codes and directory ids, nothing that points at a person."""
        contact = self.submission.contact
        anonymous = bool(contact is None or contact.anonymous or contact.empty)
        reachable: list[ContactChannel] = []
        if self.reach.sms and channel != ALERT:
            reachable.append("sms")
        if self.reach.email and channel != ALERT:
            reachable.append("email")
        return GrievanceSubmitted(
            reference=reference,
            channel=channel,
            language=self.language,
            received_at=received_at,
            category=self.category,
            site=self.site,
            organisation=self.organisation,
            accused=self.accused,
            danger=self.submission.danger,
            danger_signs=self.danger_signs,
            representative=self.representative,
            anonymous=anonymous,
            contactable=tuple(reachable),
            consents=self.consents,
            batch=batch,
        )

    def contact_record(self) -> dict[str, Any]:
        """Return what the vault keeps of identity and contact."""
        contact = self.submission.contact or Contact()
        return {
            **contact.model_dump(mode="json"),
            "sms": self.reach.sms,
            "reachable_email": self.reach.email,
            "preferred_channel": self.reach.preferred,
        }

    def words_record(self) -> dict[str, Any]:
        """Return what the vault keeps of the words and of what else only its readers may see."""
        given = self.submission
        return {
            "text": given.text,
            "site_text": given.site_text,
            "organisation_text": given.organisation_text,
            "occurred_on": given.occurred_on,
            "accused": [accused.model_dump(mode="json") for accused in given.accused],
            "notes": [[note.field, note.note] for note in self.notes],
        }


def clean(text: str) -> str:
    """Return text in NFC without NUL and other control characters except line breaks and tabs."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROL.sub("", composed).strip()


def cleaned(submission: Submission, *, cut: bool = False) -> Submission:
    """Return the submission with clean texts; `cut` shortens an overlong text (SMS, imports).

    Raises Invalid when nothing is said or a text is too long; the raw payload keeps it whole.
    """
    problems = []
    text = clean(submission.text) if submission.text else None
    if text and len(text) > LONGEST_TEXT:
        if not cut:
            problems.append(
                {
                    "field": "text",
                    "reason": f"at most {LONGEST_TEXT:,} characters; send the rest as a message",
                }
            )
        text = text[:LONGEST_TEXT]
    changes: dict[str, Any] = {"text": text or None}
    for name in ("site_text", "organisation_text", "occurred_on"):
        value = getattr(submission, name)
        changes[name] = clean(value)[:_LONGEST_LINE] or None if value else None
    if not (text or submission.category or submission.attachments):
        problems.append({"field": "text", "reason": "say something: text, category or attachment"})
    if problems:
        raise Invalid("Nothing was stored; correct these fields and send it again", errors=problems)
    return submission.model_copy(update=changes)


def prepare(submission: Submission, policy: Policy, today: date, *, cut: bool = False) -> Prepared:
    """Make codes of a submission: what is unknown goes to triage with a note, nothing is refused.

    Raises Invalid only for an empty submission or a text that is too long.
    """
    given = cleaned(submission, cut=cut)
    notes: list[Note] = []
    reach = _reach(given.contact, notes)
    category = policy.taxonomy.find(given.category)
    if given.category and category is None:
        notes.append(Note("category", "not known; a person will sort it"))
    code = given.category.strip().upper() if given.category and category else None
    if not given.category:
        code = policy.keywords.only(given.text)
        if code:
            notes.append(Note("category", "found by its words; nobody chose it"))
    site = _site(given, policy.sites, notes)
    organisation = _organisation(
        given.organisation, given.organisation_text, policy.organisations, notes, "organisation"
    )
    representative = given.representative
    if representative and policy.organisations.find(representative) is None:
        notes.append(Note("representative", "not in the directory"))
        representative = policy.organisations.match(representative)
    _check_date(given.occurred_on, today, notes)
    language = _LANGUAGES.get((given.language or "fr").strip().lower()[:2])
    if language is None:
        notes.append(Note("language", "not known; French is used"))
    return Prepared(
        submission=given,
        reach=reach,
        notes=tuple(notes),
        category=code,
        site=site,
        organisation=organisation,
        accused=named_accused(given.accused, policy.organisations),
        danger_signs=policy.danger.find(
            given.text,
            given.organisation_text,
            *(accused.person_text for accused in given.accused),
        ),
        representative=representative,
        language=language or "fr",
        consents={p: v for p, v in given.consents.items() if p in PURPOSES},
    )


def _reach(contact: Contact | None, notes: list[Note]) -> Reach:
    if contact is None:
        return Reach(None, None, None)
    sms = email = None
    if contact.phone:
        phone = read_phone(contact.phone)
        if phone.valid and phone.mobile:
            sms = phone.e164
        elif phone.valid:
            notes.append(Note("contact.phone", "kept, but cannot receive text messages"))
        else:
            notes.append(Note("contact.phone", "kept, but not a valid number"))
    if contact.email:
        if _EMAIL.fullmatch(contact.email.strip()):
            email = contact.email.strip()
        else:
            notes.append(Note("contact.email", "kept, but not a valid address"))
    wanted = (contact.preferred or "").strip().lower()
    preferred: str | None = None
    if wanted in ("email", "mail", "e-mail") and email:
        preferred = "email"
    elif sms:
        preferred = "sms"
    elif email:
        preferred = "email"
    return Reach(sms, email, preferred)


def _site(given: Submission, sites: Sites, notes: list[Note]) -> str | None:
    if given.site and given.site in sites.sites:
        return given.site
    if not (given.site or given.site_text):
        return sites.match(given.text)
    found = sites.match(given.site) or sites.match(given.site_text)
    if found is None:
        notes.append(Note("site", "not in the directory; a person will place it"))
    return found


def _organisation(
    wanted: str | None, text: str | None, known: Organisations, notes: list[Note], field: str
) -> str | None:
    if wanted and known.find(wanted):
        return wanted
    found = known.match(wanted) or known.match(text)
    if found is None and (wanted or text):
        notes.append(Note(field, "not in the directory; a person will place it"))
    return found


def _check_date(text: str | None, today: date, notes: list[Note]) -> None:
    if not text:
        return
    match = _MONTH.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError(text)
        day = date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        notes.append(Note("occurred_on", "kept as written; use YYYY-MM or YYYY-MM-DD"))
        return
    if day > today:
        notes.append(Note("occurred_on", "kept, but it is in the future"))
