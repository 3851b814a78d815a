"""Whole lives of cases a second, each step by the API: filed, acknowledged, proposed, agreed,
delivered, verified, closed. Each client lives through one case after another.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from datetime import date, timedelta
from secrets import token_hex
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from tests.load.figures import Tell
from tests.load.generator import exchange
from tests.load.row import Row
from tests.support.system import System

#: So many that the processors are busy: with forty a sixth of them was idle (measured).
CLIENTS = 120
#: What DIGIT publishes for four calls on 16 vCPU (peers.md 1).
_PUBLISHED = 37
#: Calls of one life; the floor is the bare door's durable inserts a second divided by it.
CALLS = 7
_PAUSE, _LONGEST_PAUSE, _PATIENCE = 0.1, 1.0, 60.0
_NOT_YET = (404, 409, 503)


async def _opened(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    return await asyncio.open_connection(parts.hostname, parts.port)


@dataclass
class Wire:
    """One kept connection to a service."""

    url: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, url: str) -> "Wire":
        """Open a connection."""
        return cls(url, *await _opened(url))

    async def post(self, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        """Post JSON; return status and the answer."""
        content = json.dumps(body).encode()
        lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(content)}"]
        lines += ["Content-Type: application/json", *(f"{k}: {v}" for k, v in headers.items())]
        request = "\r\n".join(lines).encode() + b"\r\n\r\n" + content
        try:
            status, _, answer = await exchange(self.reader, self.writer, request)
        except (asyncio.IncompleteReadError, ConnectionError):
            # The server lets go of a connection that was idle for 5 s: the same request, same key.
            self.writer.close()
            self.reader, self.writer = await _opened(self.url)
            status, _, answer = await exchange(self.reader, self.writer, request)
        return status, json.loads(answer)

    async def until_done(self, path: str, body: Any, headers: dict[str, str]) -> Any:
        """Post and wait until it is possible: what came before may still be on its way over Kafka.

        The service waits for it where it can, and else is asked again.
        """
        deadline = time.monotonic() + _PATIENCE
        headers = headers | {"Idempotency-Key": token_hex(16), "Prefer": f"wait={_PATIENCE:.0f}"}
        pause = _PAUSE
        while True:
            status, answer = await self.post(path, body, headers)
            if status in (200, 201):
                return answer
            if status not in _NOT_YET or time.monotonic() > deadline:
                raise RuntimeError(f"{path}: {status} {answer}")
            # Twice as long each time, as a well-behaved client does: asking again every tenth of a
            # second was two thirds of what the ledger had to answer (measured).
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


async def live(system: System, intake: Wire, ledger: Wire) -> None:
    """Let one case live from filing to its end."""
    company = system.person("csr", "societe-demo")
    advocate = system.person("representative", "syndicat-demo")
    day = (date.today() + timedelta(days=20)).isoformat()
    told = {
        "text": "L'engin a détruit le champ",
        "category": "LAND_CROP_DAMAGE",
        "site": "doungoubou-demo",
        "organisation": "societe-demo",
    }
    filed = await intake.until_done("/v1/grievances", told, {})
    code = {"X-Recours-Code": filed["code"]}
    case = f"/v1/cases/{filed['reference']}"
    await ledger.until_done(f"{case}/acknowledge", None, company)
    remedy = {"text": "Vingt sacs", "deliver_by": day}
    await ledger.until_done(f"{case}/propose-remedy", remedy, company)
    answer = f"/v1/grievances/{filed['reference']}/answer"
    await intake.until_done(answer, {"agreed": True}, code)
    await ledger.until_done(f"{case}/record-delivery", None, company)
    await ledger.until_done(f"{case}/verify-delivery", None, advocate)
    end = {"as": "resolved-agreed", "reason": "Fait"}
    await ledger.until_done(f"{case}/close", end, company)


async def rate(system: System, lives: int) -> float:
    """Return how many lives a second are lived by all clients together."""
    left = list(range(lives))

    async def client() -> None:
        intake, ledger = await Wire.to(system.intake), await Wire.to(system.ledger)
        while left:
            left.pop()
            await live(system, intake, ledger)
        intake.writer.close()
        ledger.writer.close()

    begun = time.monotonic()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return lives / (time.monotonic() - begun)


async def measure(system: System, *, lives: int, runs: int, tell: Tell) -> list[float]:
    """Return the rate of each run, after a warm-up."""
    found = []
    for run in range(runs + 1):
        found.append(await rate(system, lives if run else lives // 4))
        tell(f"{'warm-up' if not run else f'run {run}'}: {found[-1]:.1f} lives a second")
    return found[1:]


def row(rates: list[float], floor_door: float) -> Row:
    """Return the row; the floor does as many durable inserts over HTTP and nothing else."""
    value, floor = median(rates), floor_door / CALLS
    return Row(
        "lives of cases, seven calls each, by the API",
        round(value, 1),
        "/s",
        round(floor, 1),
        round(value / floor, 2),
        f"> {_PUBLISHED}/s",
        value > _PUBLISHED,
    )


def flat_row(rates: list[float], empty: float, cases: int) -> Row:
    """Return the row of how the rate stands with many cases."""
    ratio = median(rates) / empty
    return Row(
        f"lives with {cases:,} cases ÷ with none",
        round(median(rates), 1),
        "/s",
        round(empty, 1),
        round(ratio, 2),
        "ratio 0.9 to 1.1 or more",
        ratio >= 0.9,
    )
