"""Random people give random commands at random times; the model says what must be seen."""

import asyncio
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from services.ledger.commands import COMMANDS
from shared.events.envelope import EventData
from shared.events.intake import (
    AnswerGiven,
    AppealLodged,
    GrievanceWithdrawn,
    MessageReceived,
    ReopeningAsked,
)
from shared.events.routing import GrievanceRouted
from shared.ids import derived_id, grievance_id
from tests.service.model.model import Actor, Case, day_of
from tests.service.model.world import World

PEOPLE = [
    Actor("csr", "societe-demo", "c1"),
    Actor("representative", "syndicat-demo", "r1"),
    Actor("representative", "syndicat-demo-2", "r2"),
    Actor("authority", "commune-demo", "a1"),
    Actor("authority", "mines-regionales-demo", "a2"),
    Actor("authority", "autorite-centrale-demo", "a3"),
    Actor("protection", "protection-demo", "p1"),
    Actor("protection", "protection-demo", "p2"),
    Actor("protection", "protection-nationale-demo", "p3"),
    Actor("protection", "mediation-demo", "p4"),
    Actor("monitor", None, "m1"),
    Actor("monitor", "societe-demo", "m2"),
    Actor("administrator", None, "x1"),
    Actor("csr", "cooperative-demo", "c2"),
    Actor("csr", None, "c3"),
]
FILED: list[dict[str, Any]] = [
    {"category": "LAND_CROP_DAMAGE", "organisation": "societe-demo"},
    {"category": "LAND_CROP_DAMAGE", "accused": ("commune-demo",)},
    {"category": "WAGES", "organisation": "societe-demo"},
    {"category": "SURFACE_TAX", "accused": ("kind:authority",)},
    {"category": "SGBV"},
    {"category": "SGBV", "accused": ("protection-demo",)},
    {"category": "PRO_CARD", "organisation": "syndicat-demo"},
    {"category": None},
]
TIMES: list[dict[str, float]] = [
    {"minutes": 1},
    {"hours": 5},
    {"days": 1},
    {"days": 3},
    {"days": 8},
    {"days": 31},
]
ENDS = ("resolved-agreed", "resolved-not-agreed", "referred", "inconclusive", "inadmissible")
SAID = ("write", "agree", "refuse", "withdraw", "appeal", "reopen")
_MOST_CASES = 4
#: How often what happens.
_HAPPENS = {"command": 50, "go on": 18, "say": 10, "time": 8, "repeat": 5, "look": 6, "file": 3}
_SEEN_BUT_REFUSED = {409, 412, 422}

#: Mixed with their place in the story, as some numbers are drawn again and again.
seeds = st.integers(0, 2**40)
commands = st.sampled_from([*COMMANDS])


class Machine(RuleBasedStateMachine):
    """One story of up to four cases."""

    world: World
    runner: asyncio.Runner
    steps = count(1)

    def __init__(self) -> None:
        super().__init__()
        self.cases: list[Case] = []
        self.given = 0
        self.last: tuple[Any, ...] | None = None
        self.run(self.world.begin())

    def run(self, work: Any) -> Any:
        """Do something on the world's loop."""
        return self.runner.run(work)

    @initialize(first=st.sampled_from(FILED))
    def file_first(self, first: dict[str, Any]) -> None:
        """Begin with one case."""
        self.run(self._file(first))

    @rule(seed=seeds)
    def step(self, seed: int) -> None:
        """Let something happen: most often a command, by somebody, on some case."""
        self.given += 1
        self.run(self._step(Random(f"{seed} {self.given}")))

    def teardown(self) -> None:
        """Look at the whole once more as some, and at the record."""
        self.run(self._end())

    async def _file(self, told: dict[str, Any]) -> None:
        reference = f"CASE-{len(self.cases)}"
        decided = await self.world.file(reference, **told)
        first = decided[0]
        case = Case(
            reference,
            first.lane,
            first.severity,
            first.holder,
            first.responder,
            first.advocate,
            set(first.accused),
        )
        case.held(first.holder, first.responder, self.world.now())
        self.cases.append(case)
        self._moved(case, decided[1:])
        await self._holds(case)

    def _moved(self, case: Case, decided: list[GrievanceRouted]) -> None:
        """Follow what routing decided."""
        for route in decided:
            stays = (route.holder, route.responder) == (case.holder, case.responder)
            case.lane, case.severity = route.lane, route.severity
            case.accused, case.advocate = set(route.accused), route.advocate
            if route.reason == "corrected" and stays:
                case.simple = False
                continue
            case.held(route.holder, route.responder, self.world.now())
            case.appealed = case.appealed or route.reason == "appealed"
            case.simple = route.reason != "corrected" and not case.appealed

    async def _step(self, chance: Random) -> None:
        next(type(self).steps)
        case = chance.choice(self.cases)
        match chance.choices(list(_HAPPENS), list(_HAPPENS.values()))[0]:
            case "file" if len(self.cases) < _MOST_CASES:
                await self._file(chance.choice(FILED))
            case "go on":
                await self._go_on(case)
            case "say":
                await self._say(case, chance.choice(SAID))
            case "time":
                await self._time(chance.choice(TIMES))
            case "repeat" if self.last is not None:
                await self._repeat(*self.last)
            case "look":
                await self._look(chance.choice(PEOPLE))
            case _:
                await self._any_command(case, chance)

    async def _any_command(self, case: Case, chance: Random) -> None:
        actor = chance.choice(PEOPLE)
        if chance.random() < 0.7:
            actor = chance.choice([one for one in PEOPLE if case.exists_for(one)] or PEOPLE)
        name = chance.choice([*COMMANDS])
        if case.exists_for(actor) and chance.random() < 0.8:
            seen = await self.world.look(actor, f"/v1/cases/{case.reference}")
            name = chance.choice(seen.json()["possible"] or [name])
        await self._command(actor, case, name, chance.randrange(8))

    async def _command(self, actor: Actor, case: Case, name: str, n: int) -> None:
        gid = grievance_id(case.reference)
        before = len(await self.world.stream(gid))
        body, key = self._body(case, name, n), f"k{next(self.steps)}"
        answer = await self.world.give(actor, case.reference, name, body, key)
        if not case.exists_for(actor):
            nothing = await self.world.give(actor, "NOT-THERE", name, body, key)
            assert (answer.status_code, answer.content) == (404, nothing.content), actor.name
        else:
            assert answer.status_code in {200, *_SEEN_BUT_REFUSED}, answer.text
        if answer.status_code != 200:
            assert len(await self.world.stream(gid)) == before, f"{name} by {actor.name}"
            return
        assert actor.role not in ("monitor", "administrator")
        assert case.exists_for(actor), f"{name} by {actor.name}"
        self.last = (actor, case, name, body, key, answer.json())
        if name == "correct-triage":
            case.accused |= set(body["accused"])
        case.follows(name, answer.json(), self.world.now())
        self._moved(case, await self.world.answered(gid))
        if name in ("correct-triage", "agree-release"):
            # A date of the new severity may have passed already: it is missed at once.
            await self._time({})
        await self._holds(case)

    async def _go_on(self, case: Case) -> None:
        """Take the next step of the way that ends well, so that the late states are reached too."""
        ways = {
            "routed": "acknowledge",
            "acknowledged": "start-inquiry",
            "in_inquiry": "propose-remedy",
            "agreed": "record-delivery",
            "verified": "close",
        }
        if case.state in ("remedy_proposed", "remedy_delivered"):
            await self._say(case, "agree")
        elif case.state in ways:
            holder = next((one for one in PEOPLE if one.organisation == case.holder), PEOPLE[0])
            await self._command(holder, case, ways[case.state], 0)

    def _body(self, case: Case, name: str, n: int) -> dict[str, Any]:
        day = day_of(self.world.now() + timedelta(days=5 + n)).isoformat()
        items = [{"kind": "crop-compensation", "amount": 10_000, "by": day}]
        accused = [[], ["commune-demo"], ["societe-demo"], ["syndicat-demo"]][n % 4]
        body: dict[str, Any] = {
            "text": "t",
            "reason": "r",
            "until": day,
            "deliver_by": day,
            "as": "resolved-agreed" if case.state == "verified" else ENDS[n % len(ENDS)],
            "how": "phone",
            "outcome": ("dismissed", "upheld")[n % 2],
            "question": "q",
            "service": "medical",
            "contact": "allowed",
            "consent": "spoken",
            "to": ("commune-demo", "syndicat-demo", "environnement-demo")[n % 3],
            "accused": accused,
            "severity": ("S2", "S3", "S4")[n % 3],
        }
        if name == "propose-remedy" and n % 2:
            body["items"] = items
        if name == "decide-appeal" and n % 2:
            body["items"] = items
        if name == "release-statement":
            body["to"] = ["company"]
        if name == "close" and body["as"] != "referred":
            body |= {"to": None, "consent": None}
        if name == "refer-service":
            body["to"] = None
        if name == "ask-party":
            body["to"] = case.advocate or case.holder
        if name == "link-case":
            body["to"] = self.cases[n % len(self.cases)].reference
        return body

    async def _say(self, case: Case, what: str) -> None:
        ids = {"reference": case.reference, "channel": "sms", "message_id": None}
        words = derived_id("said", str(next(self.steps)))
        said: dict[str, EventData] = {
            "write": MessageReceived(**ids | {"message_id": words}, danger_signs=()),
            "agree": AnswerGiven(**ids, agreed=True),
            "refuse": AnswerGiven(**ids, agreed=False),
            "withdraw": GrievanceWithdrawn(**ids, pressured=None),
            "appeal": AppealLodged(**ids),
            "reopen": ReopeningAsked(**ids),
        }
        before, now = case.state, self.world.now()
        decided = await self.world.tell(said[what])
        if what == "agree" and before == "remedy_proposed":
            case.entered("agreed", now)
        elif what == "agree" and before == "remedy_delivered":
            case.entered("verified", now)
        elif what == "refuse" and before in ("remedy_proposed", "remedy_delivered"):
            case.entered("in_inquiry", now)
            case.starts["propose"] = now
        elif what == "withdraw" and before != "closed":
            case.state = "closed"
        else:
            # Whatever else they say is their words, which may end a pause; the ledger tells.
            state = (await self._as_it_is(case))["state"]
            if state != before:
                case.simple, case.state = False, state
        self._moved(case, decided)
        await self._holds(case)

    async def _time(self, span: dict[str, float]) -> None:
        before = {
            case.reference: len(await self.world.stream(grievance_id(case.reference)))
            for case in self.cases
        }
        decided = await self.world.pass_time(**span)
        for case in self.cases:
            gid = grievance_id(case.reference)
            new = (await self.world.stream(gid))[before[case.reference] :]
            if any(event.type.endswith("deadline.missed.v1") for event in new):
                case.simple = False
            self._moved(case, decided.get(gid, []))
            await self._holds(case)

    async def _repeat(
        self, actor: Actor, case: Case, name: str, body: Any, key: str, answer: Any
    ) -> None:
        gid = grievance_id(case.reference)
        before = len(await self.world.stream(gid))
        again = await self.world.give(actor, case.reference, name, body, key)
        assert len(await self.world.stream(gid)) == before
        if case.exists_for(actor):
            assert again.status_code == 200, again.text
            assert {**again.json(), "version": 0} == {**answer, "version": 0}
        else:
            assert again.status_code == 404

    async def _as_it_is(self, case: Case) -> dict[str, Any]:
        """Return the case as somebody sees it who may, or its view where all are accused."""
        for actor in PEOPLE:
            if case.exists_for(actor):
                answer = await self.world.look(actor, f"/v1/cases/{case.reference}")
                assert answer.status_code == 200, f"{actor.name}: {answer.text}"
                body: dict[str, Any] = answer.json()
                return body
        view = await self.world.ledger.views.collection.find_one({"reference": case.reference})
        assert view is not None
        return {**view, "due_at": view["due_at"].isoformat()}

    async def _holds(self, case: Case) -> None:
        """Check what must be true of a case at any time."""
        seen = await self._as_it_is(case)
        assert (seen["state"], seen["holder"]) == (case.state, case.holder), case
        if case.state == "closed":
            return
        assert seen["due_at"] is not None
        assert seen["due_at"] >= self.world.now().isoformat()[:19]
        expected = case.due_at()
        if expected is not None:
            assert seen["due_at"][:19] == expected.isoformat()[:19], case

    async def _look(self, actor: Actor) -> None:
        mine = {case.reference for case in self.cases if case.exists_for(actor)}
        listed = await self.world.look(actor, "/v1/cases?limit=200")
        ended = await self.world.look(actor, "/v1/cases?limit=200&open=false")
        rows = listed.json()["cases"] + ended.json()["cases"]
        assert {row["reference"] for row in rows} == mine, actor.name
        assert len(rows) == len(mine)
        nothing = await self.world.look(actor, "/v1/cases/NOT-THERE")
        for case in self.cases:
            answer = await self.world.look(actor, f"/v1/cases/{case.reference}")
            if case.reference in mine:
                assert answer.json()["chain"]["verified"]
            else:
                assert (answer.status_code, answer.content) == (404, nothing.content), actor.name

    async def _end(self) -> None:
        for actor in Random(len(self.cases)).sample(PEOPLE, 4):
            await self._look(actor)
        for case in self.cases:
            await self.world.sound(grievance_id(case.reference))
        assert await self.world.verified()
