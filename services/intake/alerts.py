"""Telling protection alone of pressure, revenge or danger: a protected case beside the first."""

from services.intake.access import Opened
from services.intake.domain import ALERT
from services.intake.handlers import Handlers
from services.intake.reader import VaultReader
from services.intake.submission import Contact, Submission


class Alerts:
    """Files a protected case of its own, once per cause; nobody is written to about it."""

    def __init__(self, handlers: Handlers, reader: VaultReader) -> None:
        self._handlers = handlers
        self._reader = reader

    async def danger(self, case: Opened, cause: str, words: str | None) -> None:
        """Tell of words of danger in a message."""
        await self._file(case, cause, f"Message au dossier {case.reference} : {words}")

    async def pressure(self, case: Opened) -> None:
        """Tell that somebody was pressed to withdraw."""
        told = f"Retrait demandé sous pression : dossier {case.reference}."
        await self._file(case, "withdrawal", told)

    async def retaliation(self, case: Opened, cause: str) -> None:
        """Tell that somebody took revenge."""
        told = f"Représailles signalées après la fin du dossier {case.reference}."
        await self._file(case, f"retaliation|{cause}", told)

    async def _file(self, case: Opened, cause: str, text: str) -> None:
        contacts = await self._reader.contacts(
            [case.grievance], service="intake", purpose="alert to protection"
        )
        known = contacts.get(case.grievance, {})
        submission = Submission(
            category="RETALIATION",
            language=case.language,
            text=text,
            contact=Contact(phone=known.get("sms"), email=known.get("email")),
        )
        await self._handlers.submit(
            submission,
            channel=ALERT,
            key=f"{case.grievance}|{cause}",
            raw={"text": text},
            body=text,
            cut=True,
        )
