"""What a complainant does after filing: write, answer, withdraw, appeal, consent."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from services.intake.access import Opened
from services.intake.alerts import Alerts
from services.intake.handlers import Handlers
from services.intake.keeping import STATEMENT, Command, Done, Keeper, words_of
from services.intake.photos import without_traces
from services.intake.submission import Attachment
from shared.errors import Invalid
from shared.events.codes import ConsentPurpose, OtherSide
from shared.events.intake import (
    AnswerGiven,
    AppealLodged,
    ConsentChanged,
    FollowUpAnswered,
    GrievanceWithdrawn,
    MessageReceived,
    ReopeningAsked,
    StatementGiven,
)

BOTH_SIDES: Final[tuple[OtherSide, ...]] = ("authority", "company")


class FollowUps:
    """One method for each act; whatever is not possible as the case stands is a Conflict."""

    def __init__(self, handlers: Handlers, alerts: Alerts, *, store_seconds: float = 3.0) -> None:
        self._handlers = handlers
        self._alerts = alerts
        self._keeper = Keeper(handlers, store_seconds=store_seconds)

    async def message(
        self,
        case: Opened,
        *,
        channel: str,
        key: str,
        text: str | None,
        files: Sequence[Attachment] = (),
        cut: bool = False,
    ) -> Done:
        """Add words or photos to a case; words of danger reach protection by themselves."""
        words = words_of(text, cut=cut)
        if not words and not files:
            reason = "a message needs a text or a photo"
            raise Invalid(reason, errors=[{"field": "text", "reason": reason}])
        danger = self._handlers.policy().danger
        signs = danger.find(words or "")
        if danger.alerts(signs):
            await self._alerts.danger(case, f"{channel}|{key}", words)
        kept = await without_traces(files)
        given = {"files": [sha256(file.data).hexdigest() for file in files]} if files else {}
        return await self._keeper.keep(
            case,
            Command("message", channel, key, words, given, files=kept),
            lambda kept: MessageReceived(
                reference=case.reference,
                channel=channel,
                message_id=kept.message_id or "",
                danger_signs=signs,
            ),
        )

    async def answer(
        self,
        case: Opened,
        *,
        channel: str,
        key: str,
        agreed: bool,
        text: str | None = None,
        items: tuple[int, ...] | None = None,
        question: int | None = None,
    ) -> Done:
        """Say yes or no to a proposed remedy or to what is said to be delivered.

        `question` is the number of the proposal or report that was looked at: Conflict when
        another one waits since.
        """
        more: dict[str, Any] = {"agreed": agreed} | ({"items": items} if items else {})
        return await self._keeper.keep(
            case,
            Command("answer", channel, key, words_of(text), more, question=question),
            lambda kept: AnswerGiven(
                reference=case.reference,
                channel=channel,
                agreed=agreed,
                message_id=kept.message_id,
                items=items,
                question=kept.question,
            ),
        )

    async def withdraw(
        self,
        case: Opened,
        *,
        channel: str,
        key: str,
        pressured: bool | None = None,
        text: str | None = None,
    ) -> Done:
        """Withdraw the grievance.

        Whoever was pressed gets what they ask for, and a protected case of its own tells the
        protection focal point alone; the other parties learn nothing of it.
        """
        command = Command("withdrawal", channel, key, words_of(text), {"pressured": pressured})
        if pressured:
            await self._alerts.pressure(case)
        return await self._keeper.keep(
            case,
            command,
            lambda kept: GrievanceWithdrawn(
                reference=case.reference,
                channel=channel,
                pressured=pressured,
                message_id=kept.message_id,
            ),
        )

    async def statement(
        self, case: Opened, *, channel: str, key: str, text: str, to: tuple[OtherSide, ...]
    ) -> Done:
        """Release one's own words to the other side, and no more than these."""
        words = words_of(text)
        if not words:
            raise Invalid("A statement needs a text", errors=[{"field": "text", "reason": "empty"}])
        return await self._keeper.keep(
            case,
            Command("statement", channel, key, words, {"to": to}),
            lambda kept: StatementGiven(
                reference=case.reference, channel=channel, message_id=kept.message_id or "", to=to
            ),
        )

    async def follow_up(
        self,
        case: Opened,
        *,
        channel: str,
        key: str,
        retaliation: bool | None = None,
        satisfied: bool | None = None,
        remedy_holds: bool | None = None,
        text: str | None = None,
    ) -> Done:
        """Tell how things are after the end; revenge opens a protected case that stands alone."""
        told = {"retaliation": retaliation, "satisfied": satisfied, "remedy_holds": remedy_holds}
        if set(told.values()) == {None}:
            raise Invalid(
                "Say at least one thing", errors=[{"field": "satisfied", "reason": "nothing said"}]
            )
        command = Command("follow-up", channel, key, words_of(text), told)
        if retaliation:
            await self._alerts.retaliation(case, f"{channel}|{key}")
        return await self._keeper.keep(
            case,
            command,
            lambda kept: FollowUpAnswered(
                reference=case.reference,
                channel=channel,
                satisfied=satisfied,
                remedy_holds=remedy_holds,
                message_id=kept.message_id,
            ),
        )

    async def appeal(
        self, case: Opened, *, channel: str, key: str, text: str | None = None
    ) -> Done:
        """Ask the next body to decide again; the ledger says whether that is possible."""
        return await self._keeper.keep(
            case,
            Command("appeal", channel, key, words_of(text), {}),
            lambda kept: AppealLodged(
                reference=case.reference, channel=channel, message_id=kept.message_id
            ),
        )

    async def reopen(
        self, case: Opened, *, channel: str, key: str, text: str | None = None
    ) -> Done:
        """Ask the same holder to take a closed case up again."""
        return await self._keeper.keep(
            case,
            Command("reopening", channel, key, words_of(text), {}),
            lambda kept: ReopeningAsked(
                reference=case.reference, channel=channel, message_id=kept.message_id
            ),
        )

    async def consent(
        self, cases: Sequence[Opened], *, channel: str, key: str, purpose: str, given: bool
    ) -> None:
        """Record a consent given or taken back on each of the cases."""
        cause = self._handlers.ids.key_hash(channel, key)
        for case in cases:
            data = ConsentChanged(
                reference=case.reference, channel=channel, purpose=purpose, given=given
            )
            await self._keeper.append(case, data, cause, self._handlers.clock.now())

    async def change_consent(
        self, case: Opened, *, channel: str, key: str, purpose: ConsentPurpose, given: bool
    ) -> Done:
        """Record a consent that the complainant gives or takes back on one case."""
        return await self._keeper.keep(
            case,
            Command("consent", channel, key, None, {"purpose": purpose, "given": given}),
            lambda _: ConsentChanged(
                reference=case.reference, channel=channel, purpose=purpose, given=given
            ),
        )

    async def agree_to_statement(
        self,
        case: Opened,
        *,
        channel: str,
        key: str,
        number: int | None = None,
        to: tuple[OtherSide, ...] = BOTH_SIDES,
    ) -> Done:
        """Let those named read what was written for the complainant, and that text alone.

        `number` is that of the statement that was looked at: Conflict when it is not the last.
        """
        more: dict[str, Any] = {"purpose": STATEMENT, "given": True}
        more |= {"to": to} if to != BOTH_SIDES else {}
        return await self._keeper.keep(
            case,
            Command("consent", channel, key, None, more, statement=number),
            lambda kept: ConsentChanged(
                reference=case.reference,
                channel=channel,
                purpose=STATEMENT,
                given=True,
                text_id=kept.statement,
                to=to,
            ),
        )
