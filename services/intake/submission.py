"""A grievance as any channel hands it in; unknown fields are ignored here and kept raw."""

import base64
import binascii
import re
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    field_validator,
)

_MOST_ATTACHMENTS = 3
_PURPOSE = re.compile("[a-z_]{1,40}")
_LARGEST_ATTACHMENT = 1_048_576
LONGEST_LINE = 2_000
# Longer than what is kept: the domain answers with words about the limit, or cuts.
LONGEST_GIVEN = 100_000

Line = Annotated[StrictStr, Field(max_length=LONGEST_LINE)]


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Contact(_Given):
    """Who complains and how they may be reached; everything may be left out.

    `discreet` false allows messages that say what they are about.
    """

    name: Line | None = None
    phone: Line | None = None
    email: Line | None = None
    preferred: Line | None = None
    safe_times: Line | None = None
    anonymous: StrictBool = False
    discreet: StrictBool = True

    @property
    def empty(self) -> bool:
        """Whether nothing identifies the person."""
        return not (self.name or self.phone or self.email)


class AccusedGiven(_Given):
    """A party complained about: a directory id, or free words."""

    organisation: Line | None = None
    person_text: Line | None = None


class Attachment(_Given):
    """A file that comes with a grievance, base64 in JSON."""

    name: Line = ""
    content_type: Annotated[StrictStr, Field(max_length=100)] = "application/octet-stream"
    data: bytes = Field(repr=False)

    @field_validator("data", mode="before")
    @classmethod
    def _decode(cls, value: Any) -> Any:
        if isinstance(value, str):
            try:
                value = base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                raise ValueError("not valid base64") from None
        if not isinstance(value, bytes):
            raise ValueError("give the file as base64 text")
        if len(value) > _LARGEST_ATTACHMENT:
            raise ValueError("a file may have at most 1 MB")
        return value


def _consents(value: Any) -> Any:
    """Accept `{purpose: yes}` as well as a list of `{purpose, given}` or of purposes.

    Names that cannot be a purpose are left out here, and answers are checked here: an error of
    the model would quote the name.
    """
    given = _listed(value) if isinstance(value, list) else value
    if not isinstance(given, dict):
        return given
    if not all(isinstance(answer, bool) for answer in given.values()):
        raise ValueError("each consent must be true or false")
    return {name: answer for name, answer in given.items() if _PURPOSE.fullmatch(name)}


def _listed(value: list[Any]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for item in value:
        if isinstance(item, str):
            given[item] = True
        elif isinstance(item, dict) and isinstance(item.get("purpose"), str):
            answers = [item[n] for n in ("given", "yes", "value", "consent") if n in item]
            given[item["purpose"]] = answers[0] if answers else True
        else:
            raise ValueError("each consent needs a purpose and given: true or false")
    return given


class Submission(_Given):
    """One grievance: all fields are optional, but something must be said.

    Types are checked strictly; what a field says is judged by the domain, which refuses little.
    """

    text: Annotated[StrictStr, Field(max_length=LONGEST_GIVEN)] | None = None
    language: Line | None = None
    category: Line | None = None
    site: Line | None = None
    site_text: Line | None = None
    organisation: Line | None = None
    organisation_text: Line | None = None
    accused: tuple[AccusedGiven, ...] = Field(default=(), max_length=20)
    danger: StrictBool = False
    occurred_on: Line | None = None
    contact: Contact | None = None
    representative: Line | None = None
    consents: Annotated[dict[str, StrictBool], BeforeValidator(_consents)] = Field(
        default={}, max_length=20
    )
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=_MOST_ATTACHMENTS)
