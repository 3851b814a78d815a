"""What a complainant can do as their case stands, by the status view. Pure."""

from datetime import datetime
from typing import Final

from shared.mongo import Document

#: An appeal asks for another decision, so somebody must have begun to decide.
APPEALABLE: Final = frozenset(
    {"in_inquiry", "remedy_proposed", "agreed", "remedy_delivered", "verified", "closed"}
)
#: A proposal, or the word that it was carried out, waits for a yes or no.
ANSWERABLE: Final = frozenset({"remedy_proposed", "remedy_delivered"})


def possibilities(state: str, *, final: bool) -> list[str]:
    """Return what the complainant can do in a state; `final`: nobody is left to appeal to."""
    possible = ["messages"]
    if state in ANSWERABLE:
        possible.append("answer")
    if state != "closed":
        possible.append("withdrawal")
    if state not in ("received", "closed"):
        possible.append("statement")
    if state in APPEALABLE and not final:
        possible.append("appeal")
    if state == "closed":
        possible += ["reopening", "follow-up"]
    return possible


def window(status: Document) -> datetime | None:
    """Return until when a closed case may be appealed or reopened, as its last end said."""
    ends = [step for _, step in sorted(status.get("steps", {}).items()) if "appeal_until" in step]
    until: datetime | None = ends[-1]["appeal_until"] if ends else None
    return until


def proposed_items(status: Document) -> frozenset[int]:
    """Return the numbers of the items that were proposed last."""
    steps = [step for _, step in sorted(status.get("steps", {}).items()) if step.get("items")]
    return frozenset(item["number"] for item in steps[-1]["items"]) if steps else frozenset()
