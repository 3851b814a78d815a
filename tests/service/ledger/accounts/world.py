"""Accounts on a real store behind the ledger's HTTP, with people who sign in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pyotp
from fastapi import FastAPI

from services.ledger.accounts.app import routers
from services.ledger.accounts.factors import step_at
from services.ledger.accounts.hashing import Hasher
from services.ledger.accounts.identity import Identity, build_identity, organisation_records
from services.ledger.accounts.register import Files, Register
from services.ledger.accounts.sessions import Lifetimes
from services.ledger.accounts.throttle import Limits
from services.ledger.alerts import Alerts
from services.ledger.api import router
from services.ledger.deadlines import WorkCalendar
from services.ledger.settings import LedgerSettings
from services.ledger.store import Ledger
from shared.directory import Organisations, Sites
from shared.event_store import EventStore
from shared.http import add_problem_answers
from shared.mongo import Database
from shared.policy_file import load_bundle
from tests.support.clock import FrozenClock
from tests.unit.ledger.cases import POLICY

TOKEN_KEY, ADMIN, ACCOUNTS_KEY = "k" * 40, "a" * 30, "s" * 40
OPERATOR = {"Authorization": f"Bearer {ADMIN}"}
PASSPHRASE = "seize pirogues vertes"
DIRECTORY = Organisations.model_validate(
    {
        "organisations": {
            "societe-demo": {"name": "Société (démonstration)", "kind": "company"},
            "cooperative-demo": {"name": "Coopérative (démonstration)", "kind": "cooperative"},
            "syndicat-demo": {"name": "Syndicat (démonstration)", "kind": "syndicate"},
            "protection-demo": {"name": "Protection (démonstration)", "kind": "protection"},
            "force-demo": {"name": "Force (démonstration)", "kind": "security_force"},
            "fermee-demo": {"name": "Fermée (démonstration)", "kind": "company", "open": False},
        }
    }
)


BUNDLE = load_bundle(
    POLICY,
    {"organisations.yaml": Organisations, "sites.yaml": Sites, "calendar.yaml": WorkCalendar},
)
FILES = Files(BUNDLE.get(Organisations), BUNDLE.get(Sites), BUNDLE.get(WorkCalendar))


def register_on(world: "World") -> Register:
    """Return the register as one process has it."""
    records = organisation_records(world.database, world.clock)
    return Register(world.database, records, lambda: FILES, world.clock)


def identity_on(
    database: Database, clock: FrozenClock, directory: Callable[[], Organisations] | None = None
) -> Identity:
    """Return the accounts on a database, with hashes that take next to nothing."""
    return build_identity(
        database,
        organisation_records(database, clock),
        key=ACCOUNTS_KEY,
        token_key=TOKEN_KEY,
        clock=clock,
        directory=directory or (lambda: DIRECTORY),
        hasher=Hasher(memory=64, rounds=1),
        limits=Limits(account=5, address=20),
        lifetimes=Lifetimes(idle=timedelta(hours=1), longest=timedelta(hours=12)),
        alerts=Alerts(EventStore(database, source="ledger"), clock),
    )


@dataclass
class Person:
    """Somebody with an account, and what they know."""

    id: str
    login: str
    organisation: str | None
    passphrase: str = PASSPHRASE
    secret: str = ""
    recovery: list[str] = field(default_factory=list)
    token: str = ""

    @property
    def header(self) -> dict[str, str]:
        """The header of the session."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class World:
    """The service and its people."""

    ledger: Ledger
    identity: Identity
    database: Database
    clock: FrozenClock
    http: httpx.AsyncClient

    async def post(
        self, path: str, body: Any = None, who: Person | dict[str, str] | None = None
    ) -> httpx.Response:
        """Post as somebody."""
        headers = who.header if isinstance(who, Person) else who
        return await self.http.post(path, json=body, headers=headers)

    async def get(self, path: str, who: Person | dict[str, str]) -> httpx.Response:
        """Get as somebody."""
        headers = who.header if isinstance(who, Person) else who
        return await self.http.get(path, headers=headers)

    def code(self, person: Person) -> str:
        """Return the code that the person's phone shows, half a minute after the last one."""
        self.clock.move(seconds=30)
        return pyotp.TOTP(person.secret).generate_otp(step_at(self.clock.now()))

    def sign_in_body(self, person: Person, code: str | None) -> dict[str, Any]:
        """Return what the person sends to sign in."""
        return {
            "organisation": person.organisation,
            "login": person.login,
            "passphrase": person.passphrase,
            "code": code,
        }

    async def sign_in(self, person: Person) -> None:
        """Sign in rightly."""
        answer = await self.post("/v1/sign-in", self.sign_in_body(person, self.code(person)))
        assert answer.status_code == 200, answer.text
        assert answer.json()["must"] is None
        person.token = answer.json()["token"]

    async def accept(self, person: Person, invitation: str, code: str | None = None) -> None:
        """Set the passphrase by an invitation."""
        body = {**self.sign_in_body(person, code), "invitation": invitation}
        answer = await self.post("/v1/sign-in/invitation", body)
        assert answer.status_code == 200, answer.text
        person.token = answer.json()["token"]

    async def secure(self, person: Person) -> None:
        """Set the second factor up."""
        begun = await self.post("/v1/session/second-factor", {}, person)
        assert begun.status_code == 200, begun.text
        person.secret = begun.json()["secret"]
        done = await self.post(
            "/v1/session/second-factor/confirm", {"code": self.code(person)}, person
        )
        assert done.status_code == 200, done.text
        person.token, person.recovery = done.json()["token"], done.json()["recovery_codes"]

    async def administrator(self, login: str = "admin") -> Person:
        """Make an administrator by the operator's hand, signed in."""
        made = await self.post(
            "/internal/administrators", {"login": login, "another": True}, OPERATOR
        )
        assert made.status_code == 201, made.text
        person = Person(made.json()["id"], login, None)
        await self.accept(person, made.json()["invitation"])
        await self.secure(person)
        return person

    async def person(
        self, by: Person, login: str, organisation: str | None, role: str, *, lead: bool = False
    ) -> Person:
        """Make an account by somebody's hand, signed in."""
        body = {"organisation": organisation, "login": login, "role": role, "lead": lead}
        made = await self.post("/v1/accounts", body, by)
        assert made.status_code == 201, made.text
        person = Person(made.json()["id"], login, organisation)
        await self.accept(person, made.json()["invitation"])
        await self.secure(person)
        return person


def app_of(ledger: Ledger) -> FastAPI:
    """Return the ledger's application without its loops."""
    app = FastAPI()
    add_problem_answers(app)
    for one in (router, *routers):
        app.include_router(one)
    app.state.settings = LedgerSettings(
        RECOURS_ENV="test",
        TOKEN_KEY=TOKEN_KEY,
        ADMIN_CREDENTIAL=ADMIN,
        LEDGER_VAULT_CREDENTIAL="c" * 24,
        LEDGER_ACCOUNTS_KEY=ACCOUNTS_KEY,
    )
    app.state.parts = ledger
    return app
