"""The steps of the public form: which comes next, and what the answers say; pure.

Answers travel as hidden fields of the page in hand, so nothing is stored before sending and
nothing personal stands in an address.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.intake.domain import LONGEST_TEXT
from services.intake.phones import read_phone
from services.intake.submission import AccusedGiven, Contact, Submission
from shared.taxonomy import Taxonomy

Step = Literal[
    "danger", "help", "about", "finer", "words", "place", "who", "reply", "consents", "check"
]
ORDER: Final[tuple[Step, ...]] = (
    "danger",
    "help",
    "about",
    "finer",
    "words",
    "place",
    "who",
    "reply",
    "consents",
    "check",
)
#: The fields that each step asks for.
FIELDS: Final[Mapping[Step, tuple[str, ...]]] = {
    "danger": ("danger",),
    "help": (),
    "about": ("group",),
    "finer": ("category",),
    "words": ("words",),
    "place": ("site", "site_text", "day", "about_when"),
    "who": ("organisation", "organisation_text", "hidden_from", "hidden_names"),
    "reply": ("reply", "name", "phone", "email", "via", "via_text", "shared", "safe", "open"),
    "consents": ("consents",),
    "check": (),
}
#: Purposes asked one by one; no is the default.
CONSENTS: Final = ("share_identity", "share_statement", "referral", "follow_up", "statistics")
#: Words under which the domain knows a kind of accused that is no organisation of the directory.
HIDDEN_KINDS: Final[Mapping[str, str]] = {
    "security": "police, gendarme, soldat ou garde",
    "armed": "groupe armé",
}
UNKNOWN: Final = "unknown"
LONGEST_LINE: Final = 500
_LISTS: Final = ("hidden_from", "consents")


class Answers(BaseModel):
    """Everything said so far, as it was typed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    lang: Literal["fr", "sg", "en"] = "fr"
    nonce: str = Field(default="", max_length=64)
    danger: Literal["", "yes", "no"] = ""
    group: str = ""
    category: str = ""
    words: str = ""
    site: str = ""
    site_text: str = ""
    day: str = ""
    about_when: str = ""
    organisation: str = ""
    organisation_text: str = ""
    hidden_from: tuple[str, ...] = ()
    hidden_names: str = ""
    reply: Literal["", "sms", "email", "via", "none"] = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    via: str = ""
    via_text: str = ""
    shared: str = ""
    safe: str = ""
    open: str = ""
    consents: tuple[str, ...] = ()

    def hidden(self, step: Step) -> list[tuple[str, str]]:
        """Return the fields that a page carries along: all but those that it asks for."""
        carried: list[tuple[str, str]] = []
        for name, value in self.model_dump().items():
            if name in FIELDS[step] or not value:
                continue
            values = value if isinstance(value, (list, tuple)) else (value,)
            carried += [(name, str(item)) for item in values]
        return carried


def read_answers(fields: Iterable[tuple[str, str]]) -> Answers:
    """Read the fields of a request; a choice that is none of ours counts as not answered."""
    given: dict[str, Any] = {}
    for name, value in fields:
        if name in _LISTS:
            given.setdefault(name, []).append(value[:LONGEST_LINE])
        elif name in Answers.model_fields:
            given[name] = value if name == "words" else value[:LONGEST_LINE].strip()
    given["lang"] = given.get("lang") if given.get("lang") in ("fr", "sg", "en") else "fr"
    if given.get("danger") not in ("yes", "no"):
        given["danger"] = ""
    if given.get("reply") not in ("sms", "email", "via", "none"):
        given["reply"] = ""
    given["nonce"] = given.get("nonce", "")[:64]
    given["words"] = given.get("words", "").replace("\r\n", "\n")
    for name in _LISTS:
        given[name] = tuple(dict.fromkeys(given.get(name, ())))[:20]
    return Answers.model_validate(given)


def read_step(value: str | None) -> Step:
    """Return the step of that name, the first one for any other."""
    return next((step for step in ORDER if step == value), "danger")


def follow(answers: Answers, step: Step, taxonomy: Taxonomy, back: bool = False) -> Step:
    """Return the step after this one, or before it; steps without a question are passed over."""
    place = ORDER.index(step)
    ahead = ORDER[:place][::-1] if back else ORDER[place + 1 :]
    for candidate in ahead:
        if candidate == "help" and (answers.danger != "yes" or back):
            continue
        if candidate == "finer" and len(finer(answers.group, taxonomy)) < 2:
            continue
        return candidate
    return "danger" if back else "check"


def position(step: Step) -> tuple[int, int]:
    """Return the number of a step and of all steps, as people count them."""
    counted = [item for item in ORDER if item not in ("help", "finer")]
    shown: Step = {"help": "danger", "finer": "about"}.get(step, step)  # type: ignore[assignment]
    return counted.index(shown) + 1, len(counted)


def finer(group: str, taxonomy: Taxonomy) -> list[str]:
    """Return the codes of the taxonomy under a tile."""
    return [code for code, category in taxonomy.categories.items() if category.group == group]


def category_of(answers: Answers, taxonomy: Taxonomy) -> str | None:
    """Return the chosen category; a tile with a single one is that one."""
    choices = finer(answers.group, taxonomy)
    if answers.category in choices:
        return answers.category
    return choices[0] if len(choices) == 1 else None


def problems(answers: Answers, step: Step, taxonomy: Taxonomy) -> dict[str, str]:
    """Return what must be mended at a step: field and key of the text that says how."""
    if step == "danger" and not answers.danger:
        return {"danger": "error_choose"}
    if step == "about" and answers.group not in (*taxonomy.groups, UNKNOWN):
        return {"group": "error_choose"}
    if step == "words" and len(answers.words) > LONGEST_TEXT:
        return {"words": "error_too_long"}
    if step == "check":
        if len(answers.words) > LONGEST_TEXT:
            return {"words": "error_too_long"}
        if not answers.words.strip() and category_of(answers, taxonomy) is None:
            return {"words": "error_nothing_said"}
    return {}


def reply_of(answers: Answers) -> str:
    """Return how to answer; a number or address without a chosen way is itself the choice."""
    typed = "sms" if answers.phone else "email" if answers.email else ""
    return answers.reply or typed or ("via" if answers.via or answers.via_text else "none")


def doubts(answers: Answers) -> list[str]:
    """Return keys of texts about answers that may be mistaken; they never stop the sending."""
    found = []
    reply = reply_of(answers)
    if reply == "sms":
        phone = read_phone(answers.phone) if answers.phone else None
        if phone is None:
            found.append("doubt_no_phone")
        elif not (phone.valid and phone.mobile):
            found.append("doubt_phone")
    if reply == "email" and "@" not in answers.email:
        found.append("doubt_email")
    return found


def submission_of(answers: Answers, taxonomy: Taxonomy) -> Submission:
    """Return the submission that the answers make.

    Somebody who chose violence but no finer kind is treated as in danger: only the protection
    focal point may see it, whatever it turns out to be.
    """
    category = category_of(answers, taxonomy)
    unsorted_violence = answers.group == "violence" and category is None
    hidden = [
        AccusedGiven(person_text=HIDDEN_KINDS[item])
        if item in HIDDEN_KINDS
        else AccusedGiven(organisation=item)
        for item in answers.hidden_from
    ]
    if answers.hidden_names:
        hidden.append(AccusedGiven(person_text=answers.hidden_names))
    return Submission(
        text=answers.words.strip() or None,
        language=answers.lang,
        category=category,
        site=answers.site if answers.site not in ("", UNKNOWN) else None,
        site_text=answers.site_text or None,
        organisation=answers.organisation if answers.organisation not in ("", UNKNOWN) else None,
        organisation_text=answers.organisation_text or None,
        accused=tuple(hidden[:20]),
        danger=answers.danger == "yes" or unsorted_violence,
        occurred_on=answers.day or answers.about_when or None,
        contact=_contact(answers),
        representative=answers.via if reply_of(answers) == "via" and answers.via else None,
        consents=_consents(answers),
    )


def _contact(answers: Answers) -> Contact:
    reply = reply_of(answers)
    if reply == "none":
        return Contact(anonymous=True)
    remarks = [
        "Téléphone partagé." if answers.shared and reply == "sms" else "",
        f"Joindre par : {answers.via_text}" if answers.via_text and reply == "via" else "",
        answers.safe,
    ]
    return Contact(
        name=answers.name or None,
        phone=answers.phone or None if reply == "sms" else None,
        email=answers.email or None if reply == "email" else None,
        preferred=reply if reply in ("sms", "email") else None,
        safe_times=" ".join(remark for remark in remarks if remark) or None,
        anonymous=not (answers.name or answers.phone or answers.email),
        discreet=not answers.open,
    )


def _consents(answers: Answers) -> dict[str, bool]:
    given = {purpose: purpose in answers.consents for purpose in CONSENTS}
    # Who asks for an answer by message asks to be told.
    return given | ({"notices": True} if reply_of(answers) in ("sms", "email") else {})
