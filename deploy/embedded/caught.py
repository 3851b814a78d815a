"""The messages that the catcher holds, kept as JSON lines."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ValidationError


class Message(BaseModel):
    """One text message or mail as its receiver would have got it.

    `id` is what the sender calls it: a mail's Message-ID, a text message's `mid` for receipts.
    `notices` are the ids of all notices that it carries, as one mail may tell of several cases.
    """

    at: str
    channel: Literal["sms", "email"]
    to: str
    subject: str | None = None
    text: str
    id: str | None = None
    notices: list[str] = []

    @classmethod
    def now(
        cls,
        channel: Literal["sms", "email"],
        to: str,
        *,
        text: str,
        subject: str | None = None,
        id: str | None = None,
    ) -> Self:
        """Make a message that arrived just now, in real time also under a rehearsal clock."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return cls(at=at, channel=channel, to=to, subject=subject, text=text, id=id)


class Caught:
    """The list, oldest first, and the number of messages that are refused next."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "messages.jsonl"
        self.messages = _read(path)
        self.refusals = 0
        self._file = path.open("a", encoding="utf-8")

    def add(self, message: Message) -> None:
        """Keep a message."""
        self._file.write(message.model_dump_json() + "\n")
        self._file.flush()
        self.messages.append(message)

    def refuses(self) -> bool:
        """Whether this message is to be refused; counts down."""
        if self.refusals == 0:
            return False
        self.refusals -= 1
        return True

    def select(self, to: str | None, since: str | None) -> list[Message]:
        """Return the messages to a receiver and from a time on."""
        start = _moment(since) if since else None
        return [
            message
            for message in self.messages
            if (to is None or to == message.to) and (start is None or _moment(message.at) >= start)
        ]

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _moment(text: str) -> datetime:
    # A plus sign that was not encoded in the address arrives as a space.
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read(path: Path) -> list[Message]:
    messages = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            messages.append(Message.model_validate(json.loads(line)))
        except (ValueError, ValidationError):
            continue  # a line that a crash cut short
    return messages
