"""Requests made from each service's OpenAPI document, right and wrong, one by one and in chains."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from requests.adapters import HTTPAdapter
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from services.ledger.commands import COMMANDS
from tests.prove.fuzz_findings import Findings, feed, loopback
from tests.prove.fuzz_world import FuzzWorld

#: Every command there is, and one that there is not.
_COMMANDS = (*COMMANDS, "none")
_CODE = {"in": "header", "name": "X-Recours-Code", "schema": {"type": "string"}}
_FOLLOW_UPS = (
    "messages",
    "answer",
    "withdrawal",
    "appeal",
    "statement",
    "consents",
    "reopening",
    "follow-up",
)


class _From(HTTPAdapter):
    """Connects from one loopback address."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, source_address=(self._address, 0), **options)


class _Sessions:
    """Sessions of a source, from another loopback address every few calls."""

    def __init__(self, source: str) -> None:
        self._source, self._calls = source, 0
        self._session = requests.Session()

    def next(self) -> requests.Session:
        if self._calls % 40 == 0:
            self._session.close()
            self._session = requests.Session()
            self._session.trust_env = False
            self._session.mount("http://", _From(loopback(self._source, self._calls)))
        self._calls += 1
        return self._session


def fuzz_apis(world: FuzzWorld, findings: Findings, count: int, round_: int) -> None:
    """Send about `count` requests made from the four documents, with all kinds of callers."""
    jobs = [job for found in _operations(world) for job in _jobs(*found)]
    weighty = sum(job.weight for job in jobs)
    for number, job in enumerate(jobs):
        sessions = _Sessions(job.service)
        with contextlib.suppress(Unsatisfiable):  # what takes anything cannot be spoiled
            feed(
                st.tuples(job.operation.as_strategy(generation_mode=job.mode), _aims(world)),
                max(1, count * job.weight // weighty),
                partial(_send, sessions, job, findings),
                round_ * 10_000 + number,
            )


@dataclass(frozen=True)
class _Job:
    """An operation to be asked rightly or wrongly; `weight` is its share of the requests."""

    service: str
    url: str
    operation: Any
    mode: GenerationMode
    weight: int


def _jobs(service: str, url: str, operation: Any) -> Iterator[_Job]:
    takes = bool(operation.body) + bool(list(operation.query))
    varies = takes or bool(list(operation.path_parameters))
    yield _Job(service, url, operation, GenerationMode.POSITIVE, 1 + 8 * takes + 3 * varies)
    if takes:
        yield _Job(service, url, operation, GenerationMode.NEGATIVE, 12)


def _operations(world: FuzzWorld) -> Iterator[tuple[str, str, Any]]:
    for service, url in world.services.items():
        document = world.system.client.get(f"{url}/openapi.json").json()
        schema = schemathesis.openapi.from_dict(linked(document))
        for result in schema.get_all_operations():
            if isinstance(result, Ok):
                yield service, url, result.ok()


@st.composite
def _aims(draw: st.DrawFn, world: FuzzWorld) -> tuple[dict[str, str], dict[str, str]]:
    """Return headers and path parameters that reach something real, or none."""
    headers = dict(draw(st.sampled_from(world.credentials)))
    known = draw(st.sampled_from([None, *world.cases]))
    if known is None:
        return headers, {}
    command = draw(st.sampled_from(_COMMANDS))
    headers |= {"X-Recours-Code": known.code}
    return headers, {"reference": known.reference, "command": command}


def _send(
    sessions: _Sessions,
    job: _Job,
    findings: Findings,
    pair: tuple["Case[Any]", tuple[dict[str, str], dict[str, str]]],
) -> None:
    case, (headers, places) = pair
    for name in (case.path_parameters or {}).keys() & places.keys():
        case.path_parameters[name] = places[name]
    findings.judge(
        f"openapi {job.service}",
        f"{case.method} {case.formatted_path} {str(case.body)[:120]!r} {str(case.query)[:120]}",
        lambda: case.call(base_url=job.url, session=sessions.next(), headers=headers, timeout=30),
    )


def linked(document: dict[str, Any]) -> dict[str, Any]:
    """Return intake's document with links from a filed grievance to what can be done with it."""
    filing = document["paths"].get("/v1/grievances")
    if filing is None:
        return document
    opened = {"reference": "$response.body#/reference", "X-Recours-Code": "$response.body#/code"}
    links = {}
    for path in ("", *(f"/{name}" for name in _FOLLOW_UPS)):
        full = f"/v1/grievances/{{reference}}{path}"
        for method, operation in document["paths"][full].items():
            operation.setdefault("parameters", []).append(_CODE)
            links[path or "status"] = {
                "operationRef": f"#/paths/{full.replace('/', '~1')}/{method}",
                "parameters": opened,
            }
    filing["post"]["responses"].setdefault("201", {"description": ""})["links"] = links
    return document


def fuzz_chains(world: FuzzWorld, findings: Findings, count: int, round_: int) -> None:
    """Follow the links of intake's document: file, then look, write, answer, withdraw, appeal."""
    url, sessions = world.services["intake"], _Sessions("chains")
    document = world.system.client.get(f"{url}/openapi.json").json()
    kept = {path: item for path, item in document["paths"].items() if "/v1/grievances" in path}
    machine = schemathesis.openapi.from_dict(linked({**document, "paths": kept})).as_state_machine()

    class Chain(machine):  # type: ignore[misc, valid-type]
        """One chain of requests on the running system."""

        def call(self, case: "Case[Any]", **options: Any) -> Any:
            """Send one request of the chain and judge it."""
            answer = findings.judge(
                "openapi chains",
                f"{case.method} {case.formatted_path} {str(case.body)[:120]!r}",
                lambda: case.call(base_url=url, session=sessions.next(), timeout=30),
            )
            assert answer is not None, "no answer"
            return answer

        def validate_response(self, response: Any, case: "Case[Any]", **options: Any) -> None:
            """The judgement was made when it was sent."""

    steps = 6
    Chain.run(
        settings=settings(
            max_examples=max(1, count // steps),
            stateful_step_count=steps,
            phases=[Phase.generate],
            derandomize=round_ == 0,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
    )
