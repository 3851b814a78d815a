"""Where the clients of a run find the services, and who they are."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

import httpx

from shared.settings import development_secret
from tests.prove.patience import Patient
from tests.prove.told import Told
from tests.support.system import System

#: Who works with cases: role and organisation.
OFFICERS = (
    ("csr", "societe-demo"),
    ("representative", "syndicat-demo"),
    ("authority", "inspection-travail-demo"),
    ("authority", "commune-demo"),
    ("authority", "mines-regionales-demo"),
    ("authority", "environnement-demo"),
    ("authority", "autorite-centrale-demo"),
    ("protection", "protection-demo"),
    ("protection", "protection-nationale-demo"),
    ("protection", "mediation-demo"),
)
SITE = "doungoubou-demo"


@dataclass
class Place:
    """The addresses of all replicas of a running system, and what its clients were told.

    `ration` is how many grievances may be accepted by now: a slow machine is hurt as often as a
    fast one and should not be loaded more for it.
    """

    system: System
    told: Told
    patient: Patient
    intake: Sequence[str]
    ledger: Sequence[str]
    notify: Sequence[str]
    ration: int = 0
    receipts_from: str = "2000-01-01T00:00:00Z"
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    dice: Random = field(default_factory=lambda: Random(11))

    def headers(self, role: str, organisation: str | None) -> dict[str, str]:
        """Return the headers of an officer."""
        return self.system.person(role, organisation)

    def secret(self, name: str) -> str:
        """Return a secret that the run keeps for its services."""
        return development_secret(self.system.data_dir, name)

    async def pause(self, seconds: float) -> None:
        """Wait as a person does between two things, about so long, or until the load ends."""
        try:
            async with asyncio.timeout(seconds * self.dice.uniform(0.5, 1.5)):
                await self.stop.wait()
        except TimeoutError:
            return


@asynccontextmanager
async def place_in(
    system: System, told: Told, second: dict[str, str] | None = None
) -> AsyncIterator[Place]:
    """Give the clients their addresses; `second` are those of the second replicas, by name."""
    other = second or {}

    def all_of(name: str, first: str) -> list[str]:
        return [first, *([other[name]] if name in other else [])]

    limits = httpx.Limits(max_connections=100, max_keepalive_connections=20)
    async with httpx.AsyncClient(timeout=12, trust_env=False, limits=limits) as client:
        yield Place(
            system,
            told,
            Patient(client, told, seed=7),
            intake=all_of("intake", system.intake),
            ledger=all_of("ledger", system.ledger),
            notify=all_of("notify", system.notify),
        )
