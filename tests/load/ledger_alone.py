"""The real ledger service on a store, without Kafka: its API answers and its due loop runs."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.embedded.layout import Layout
from deploy.embedded.process import Child, free_ports
from deploy.embedded.run import service_command
from shared.access import issue_token
from shared.settings import development_secret
from tests.load.figures import until
from tests.support.system import free_port_base


@dataclass(frozen=True)
class LedgerAlone:
    """A running ledger and a client of its API."""

    client: httpx.AsyncClient
    data_dir: Path

    def headers(self, role: str, organisation: str | None) -> dict[str, str]:
        """Return the headers of somebody with a role in an organisation, for the API."""
        return {"Authorization": f"Bearer {self._token(role, organisation)}"}

    def cookie(self, role: str, organisation: str | None) -> dict[str, str]:
        """Return the headers of somebody with a role in an organisation, for the desk."""
        return {"Cookie": f"desk={self._token(role, organisation)}"}

    def _token(self, role: str, organisation: str | None) -> str:
        key = development_secret(self.data_dir, "TOKEN_KEY")
        return issue_token(key, sub=f"load-{role}", role=role, organisation=organisation)


@asynccontextmanager
async def ledger_on(data_dir: Path, mongo_uri: str) -> AsyncIterator[LedgerAlone]:
    """Run `services.ledger` on a store as the supervisor would, and stop it at the end."""
    layout = Layout(data_dir, free_port_base())
    environment = layout.environment(mongo_uri, f"127.0.0.1:{free_ports(1)[0]}")
    child = Child("ledger", service_command(layout, "ledger"), layout.log("ledger"), environment)
    child.spawn()
    try:
        async with httpx.AsyncClient(
            base_url=layout.url("ledger"), timeout=120, trust_env=False
        ) as client:

            async def answers() -> bool:
                try:
                    asked = await client.get("/v1/cases")
                except httpx.HTTPError:
                    return False
                return asked.status_code == 401 and (await _built(client))

            await until(answers, 180, "the ledger answers")
            yield LedgerAlone(client, data_dir)
    finally:
        await asyncio.to_thread(child.stop, 20.0)


async def _built(client: httpx.AsyncClient) -> bool:
    checks = (await client.get("/readyz")).json()["checks"]
    return bool(checks.get("store") == "ok")


async def timed(
    client: httpx.AsyncClient,
    path: str,
    headers: Mapping[str, str],
    queries: Sequence[Mapping[str, str]],
) -> list[float]:
    """Ask for a path with each of these queries, one after the other; return the seconds."""
    taken = []
    for query in queries:
        answer = await client.get(path, headers=headers, params=query)
        answer.raise_for_status()
        taken.append(answer.elapsed.total_seconds())
    return taken
