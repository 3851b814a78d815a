"""What every fuzzer shares: examples from a seed, and the judgement of each answer."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import httpx
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")
SEED = 20261124
_PATIENCE = 30.0
#: Wrong codes are limited per address: an address is changed before its limit is used up.
_CALLS_PER_ADDRESS = 40


class Answer(Protocol):
    """What is looked at of an answer, whichever client got it."""

    status_code: int

    @property
    def headers(self) -> Any:
        """The headers, by name."""


@dataclass
class Findings:
    """Counts inputs by source and answers by status; keeps every promise that did not hold."""

    inputs: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def took(self, source: str, count: int = 1) -> None:
        """Count inputs of a source."""
        self.inputs[source] += count

    def fault(self, text: str) -> None:
        """Keep a fault, each kind a few times only."""
        if sum(known[:80] == text[:80] for known in self.faults) < 3:
            self.faults.append(text)

    def add(self, others: "Findings") -> None:
        """Take in what another process found."""
        self.inputs += others.inputs
        self.statuses += others.statuses
        for text in others.faults:
            self.fault(text)

    def judge(self, source: str, told: str, ask: Callable[[], Answer]) -> Answer | None:
        """Send an input and judge its answer; `told` is what the report says of the input.

        503 is an answer only while the store is away, which it never is here: the same request is
        sent once more after the time it names.
        """
        self.took(source)
        try:
            answer = ask()
            if answer.status_code == 503:
                if "retry-after" not in answer.headers:
                    self.fault(f"{source}: 503 without Retry-After for {told[:300]}")
                time.sleep(min(5.0, float(answer.headers.get("retry-after", "1"))))
                answer = ask()
        except (httpx.HTTPError, OSError) as error:
            self.fault(f"{source}: no answer ({type(error).__name__}) to {told[:300]}")
            return None
        self.statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            self.fault(f"{source}: {answer.status_code} for {told[:300]}")
        return answer


class Caller:
    """An HTTP client of a source; it comes from another loopback address every few calls."""

    def __init__(self, findings: Findings, source: str) -> None:
        self._findings, self._source = findings, source
        self._calls = 0
        self._client = self._fresh()

    def _fresh(self) -> httpx.Client:
        return httpx.Client(
            transport=httpx.HTTPTransport(local_address=loopback(self._source, self._calls)),
            timeout=_PATIENCE,
            trust_env=False,
        )

    def __call__(self, method: str, url: str, told: str, **options: Any) -> httpx.Response | None:
        """Send a request and judge the answer; None when there was none."""
        self._calls += 1
        if self._calls % _CALLS_PER_ADDRESS == 0:
            self._client.close()
            self._client = self._fresh()
        answer = self._findings.judge(
            self._source,
            f"{method} {url} {told}",
            lambda: self._client.request(method, url, **options),
        )
        return answer if isinstance(answer, httpx.Response) else None

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def loopback(source: str, calls: int) -> str:
    """Return a loopback address that no other source uses."""
    place = sum(source.encode()) * 1_000 + calls // _CALLS_PER_ADDRESS
    return f"127.{1 + place // 62_500 % 250}.{place // 250 % 250}.{1 + place % 250}"


def feed(strategy: SearchStrategy[T], count: int, act: Callable[[T], object], salt: int) -> None:
    """Hand `count` generated examples to `act`; the same salt gives the same examples."""

    @seed(SEED + salt)
    @settings(
        max_examples=max(1, count),
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def one(example: T) -> None:
        act(example)

    one()
