"""One account for each role of the desk, made by the API as an administrator makes them."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import pyotp

from deploy.demo.world import World, wait_for
from shared.settings import development_secret

#: Who works at a desk, each with their office.
WORKERS: Final = (
    ("representative", "syndicat-demo"),
    ("csr", "societe-demo"),
    ("authority", "mines-regionales-demo"),
    ("protection", "protection-demo"),
    ("monitor", None),
)
#: What lies on the desks of the first four: found by whoever signs in.
_FRESH: Final[tuple[Mapping[str, Any], ...]] = (
    {"text": "Nous ne savons pas à qui nous plaindre de la poussière."},
    {
        "text": "L'engin a détruit mon manioc, deux parcelles.",
        "category": "LAND_CROP_DAMAGE",
        "organisation": "societe-demo",
        "contact": {"phone": "70 00 00 21"},
        "consents": {"share_statement": True},
    },
    {"text": "La commune n'a pas reçu la taxe superficiaire.", "category": "SURFACE_TAX"},
    {"text": "La police nous a pris l'or à la barrière et nous a battus."},
)
_STEP: Final = 30


@dataclass
class Worker:
    """Somebody with an account; a code of the second factor serves once, as on a phone."""

    role: str
    organisation: str | None
    login: str
    passphrase: str = field(default_factory=lambda: f"pirogue {token_hex(6)}")
    secret: str = ""
    last_step: int = 0
    token: str = ""

    def code(self) -> str:
        """Return a code that was not used yet: the oldest that will serve for ten seconds more."""
        earliest = int(time.time() + 10) // _STEP - 1
        step = max(self.last_step + 1, earliest)
        wait_for(lambda: step <= int(time.time()) // _STEP + 1, 90, "the next code serves")
        self.last_step = step
        return pyotp.TOTP(self.secret).generate_otp(step)


class Accounts:
    """The accounts of a running system, by role; the administrator's makes the others."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.workers: dict[str, Worker] = {}
        operator = development_secret(world.data_dir, "ADMIN_CREDENTIAL")
        admin = Worker("administrator", None, "admin")
        made = self._post("/internal/administrators", {"login": admin.login}, operator)
        self._accept(admin, made["invitation"])
        for role, organisation in WORKERS:
            self.add(Worker(role, organisation, f"{role}@recours.example"))

    def add(self, worker: Worker) -> None:
        """Give somebody an account, by the administrator's hand."""
        body = {"organisation": worker.organisation, "login": worker.login, "role": worker.role}
        made = self._post("/v1/accounts", body, self.workers["administrator"].token)
        self._accept(worker, made["invitation"])

    def _accept(self, worker: Worker, invitation: str) -> None:
        body = {
            "organisation": worker.organisation,
            "login": worker.login,
            "passphrase": worker.passphrase,
            "invitation": invitation,
        }
        worker.token = self._post("/v1/sign-in/invitation", body)["token"]
        worker.secret = self._post("/v1/session/second-factor", {}, worker.token)["secret"]
        confirm = "/v1/session/second-factor/confirm"
        worker.token = self._post(confirm, {"code": worker.code()}, worker.token)["token"]
        self.workers[worker.role] = worker

    def _post(self, path: str, body: Mapping[str, Any], by: str = "") -> dict[str, Any]:
        answer = self._world.client.post(
            f"{self._world.ledger}{path}",
            json=body,
            headers={"Authorization": f"Bearer {by}"} if by else {},
        )
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        made: dict[str, Any] = answer.json()
        return made

    def keep(self) -> Path:
        """Write them down for `recours demo-code`, readable by this user alone."""
        path = kept_in(self._world.data_dir)
        path.touch(mode=0o600)
        path.write_text(json.dumps([asdict(one) | {"token": ""} for one in self.workers.values()]))
        return path


def kept_in(data_dir: Path) -> Path:
    """Return where the accounts of a demonstration are written down."""
    return data_dir / "accounts.json"


def read_accounts(data_dir: Path) -> dict[str, Worker]:
    """Return the accounts of a demonstration by role; raises FileNotFoundError without one."""
    kept = json.loads(kept_in(data_dir).read_text())
    return {one["role"]: Worker(**one) for one in kept}


def code_now(worker: Worker) -> tuple[str, int]:
    """Return what the worker's phone shows, and for how many seconds more."""
    totp = pyotp.TOTP(worker.secret)
    return totp.now(), _STEP - int(time.time()) % _STEP


def file_fresh(world: World) -> list[str]:
    """File a grievance for each desk and return the references."""
    references = []
    for fields in _FRESH:
        answer = world.client.post(
            f"{world.intake}/v1/grievances", json={"site": "doungoubou-demo", **fields}
        )
        assert answer.status_code == 201, answer.text
        references.append(answer.json()["reference"])
    return references
