"""People with accounts on a running system: who they are, and what they type to sign in."""

import time
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Final

import httpx
import pyotp

from deploy.demo.world import wait_for
from shared.settings import development_secret
from tests.support.system import System

#: One of each role, with the office they work for.
WORKERS: Final = (
    ("representative", "syndicat-demo"),
    ("csr", "societe-demo"),
    ("authority", "commune-demo"),
    ("protection", "protection-demo"),
    ("monitor", None),
)
_STEP: Final = 30


@dataclass
class Person:
    """Somebody with an account; a code of the second factor serves once, as on a phone."""

    role: str
    organisation: str | None
    login: str
    passphrase: str = field(default_factory=lambda: f"pirogue {token_hex(8)}")
    secret: str = ""
    token: str = ""
    _last: int = 0

    def code(self) -> str:
        """Return a code that was not used yet: the oldest that will serve for ten seconds more."""
        earliest = int(time.time() + 10) // _STEP - 1
        step = max(self._last + 1, earliest)
        wait_for(lambda: step <= int(time.time()) // _STEP + 1, 90, "the next code serves")
        self._last = step
        return pyotp.TOTP(self.secret).generate_otp(step)


class Accounts:
    """The accounts of a system, made by its API as its administrator makes them."""

    def __init__(self, system: System) -> None:
        self._url = system.ledger
        self._http = httpx.Client(base_url=system.ledger, timeout=60)
        operator = development_secret(system.data_dir, "ADMIN_CREDENTIAL")
        self.people: dict[str, Person] = {}
        self._admin = self._made(
            "/internal/administrators", Person("administrator", None, "admin"), operator
        )
        for role, organisation in WORKERS:
            self.add(Person(role, organisation, f"{role}@recours.example"))

    def add(self, person: Person) -> Person:
        """Give somebody an account."""
        return self._made("/v1/accounts", person, self._admin.token)

    def _made(self, path: str, person: Person, by: str) -> Person:
        body: dict[str, Any] = {"login": person.login}
        if person.role != "administrator":
            body |= {"organisation": person.organisation, "role": person.role}
        invitation = self._post(path, body, by)["invitation"]
        person.token = self._post(
            "/v1/sign-in/invitation",
            {
                "organisation": person.organisation,
                "login": person.login,
                "passphrase": person.passphrase,
                "invitation": invitation,
            },
        )["token"]
        person.secret = self._post("/v1/session/second-factor", {}, person.token)["secret"]
        confirmed = self._post(
            "/v1/session/second-factor/confirm", {"code": person.code()}, person.token
        )
        person.token = confirmed["token"]
        self.people[person.role] = person
        return person

    def _post(self, path: str, body: dict[str, Any], by: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {by}"} if by else {}
        answer = self._http.post(path, json=body, headers=headers)
        assert answer.is_success, f"{path}: {answer.text}"
        made: dict[str, Any] = answer.json()
        return made
