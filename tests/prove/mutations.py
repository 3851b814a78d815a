"""Part 7: small faults planted in the cores one by one, each of which some test must notice.

`make mutants` runs it alone. What survives stands in `survivors.yaml` with the reason why.
"""

import asyncio
import json
import os
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mutmut.stats import status_by_exit_code
from ruamel.yaml import YAML

from tests.prove.part import Part, Task
from tests.support.servers import running_mongo

ROOT = Path(__file__).resolve().parents[2]
SURVIVORS = Path(__file__).with_name("survivors.yaml")
LEAST_PERCENT = 90.0
_TREE = ("services", "shared", "deploy", "tests", "pyproject.toml")
_MUTMUT = str(Path(sys.executable).with_name("mutmut"))
#: Functions of every kind whose mutants the short form tries: under a minute of tests.
_SAMPLE = (
    "services.intake.domain.x__site__*",
    "services.routing.domain.x__escalate__*",
    "services.ledger.deadlines.x_due_after__*",
    "services.ledger.chain.x_seal__*",
    "services.notify.domain.x__shared__*",
    "shared.outbox.xǁOutboxRelayǁ_hold__*",
    "shared.due_queue.xǁDueQueueǁlease__*",
)
#: How many of mutmut's last lines are told when it fails.
_TAIL = 12
_NAME = re.compile(r"(?:x_|xǁ\w+ǁ)(?P<function>\w+)__mutmut_\d+")
_PROGRESS = re.compile(r"(\d+)/(\d+) ")


@dataclass(frozen=True)
class Change:
    """What a mutant changed: the lines of a function as they were and as they became."""

    module: str
    function: str
    was: str
    became: str

    def __str__(self) -> str:
        """Show the change in one line."""
        return f"{self.module} {self.function}: {self.was} → {self.became}"


@dataclass(frozen=True)
class Tried:
    """The mutants of one module: how many ended how, and what the living ones changed."""

    module: str
    outcomes: Counter[str]
    alive: tuple[Change, ...]

    @property
    def killed(self) -> int:
        """How many a test noticed, by failing or by never ending."""
        return self.outcomes["killed"] + self.outcomes["timeout"]

    @property
    def percent(self) -> float:
        """The share of the mutants that was killed."""
        return 100 * self.killed / self.outcomes.total()


async def run(task: Task) -> Part:
    """Plant the faults of each module and tell which ones no test noticed.

    The short form tries a fixed sample of functions; the long form every mutant.
    """
    workspace = _workspace(task.folder / "mutated")
    with running_mongo(task.folder / "store") as store:
        names = _SAMPLE if task.short else ()
        ended = await _mutmut_run(workspace, names, store.uri, task)
    if ended is not None:
        return Part("mutations", failures=(f"mutmut did not run: {ended}",))
    tried = [module async for module in _tried(workspace)]
    return judged(tried, named_survivors())


def _workspace(folder: Path) -> Path:
    """Return a folder that shows this tree, so that copies and caches stay out of it."""
    folder.mkdir(parents=True)
    for name in _TREE:
        (folder / name).symlink_to(ROOT / name)
    return folder


async def _mutmut_run(
    workspace: Path, names: tuple[str, ...], store: str, task: Task
) -> str | None:
    """Run mutmut with one store for all of its tests; return what it said when it failed."""
    process = await asyncio.create_subprocess_exec(
        *(_MUTMUT, "run", "--max-children", str(os.cpu_count() or 1), *names),
        cwd=workspace,
        env={**os.environ, "RECOURS_TEST_MONGO": store},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said, tenth = "", -1
    try:
        while chunk := await process.stdout.read(4096):
            said = (said + chunk.decode(errors="replace"))[-4000:]
            for done, whole in _PROGRESS.findall(chunk.decode(errors="replace"))[-1:]:
                if int(done) * 10 // int(whole) > tenth:
                    tenth = int(done) * 10 // int(whole)
                    task.tell(f"{done} of {whole} mutants tried")
        return "\n".join(said.splitlines()[-_TAIL:]) if await process.wait() else None
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _tried(workspace: Path) -> AsyncIterator[Tried]:
    """Read how the mutants of each module ended; those that were not tried do not count."""
    folder = workspace / "mutants"
    for meta in sorted(folder.glob("s*/**/*.meta")):
        module = meta.relative_to(folder).as_posix().removesuffix(".meta")
        ended: Mapping[str, int | None] = json.loads(meta.read_text())["exit_code_by_key"]
        statuses = {name: status_by_exit_code[code] for name, code in ended.items()}
        outcomes = Counter(status for status in statuses.values() if status != "not checked")
        alive = [
            await _change(workspace, module, name)
            for name, status in statuses.items()
            if status not in ("killed", "timeout", "not checked")
        ]
        if outcomes:
            yield Tried(module, outcomes, tuple(alive))


async def _change(workspace: Path, module: str, name: str) -> Change:
    process = await asyncio.create_subprocess_exec(
        *(_MUTMUT, "show", name), cwd=workspace, stdout=asyncio.subprocess.PIPE
    )
    shown = (await process.communicate())[0].decode().splitlines()
    found = _NAME.search(name)
    assert found is not None, name
    was, became = (
        " ".join(
            line[1:].strip() for line in shown if re.match(rf"\{sign}(?!\{sign}\{sign})", line)
        )
        for sign in "-+"
    )
    return Change(module, found["function"], was, became)


def named_survivors() -> dict[Change, str]:
    """Read the survivors that were looked at: change → why no test has to notice it."""
    named: dict[Change, str] = {}
    for module, functions in YAML(typ="safe").load(SURVIVORS).items():
        for function, entries in functions.items():
            for entry in entries:
                for became in entry["became"]:
                    named[Change(module, function, entry["was"], became)] = entry["why"]
    return named


def judged(tried: list[Tried], named: Mapping[Change, str]) -> Part:
    """Return the part: every module at the least share, and every survivor named."""
    failures = [
        f"{one.module}: {one.percent:.1f} % of {one.outcomes.total()} mutants killed, "
        f"{LEAST_PERCENT:.0f} % wanted"
        for one in tried
        if one.percent < LEAST_PERCENT
    ]
    unnamed = [change for one in tried for change in one.alive if change not in named]
    failures += [f"no test notices and nobody named: {change}" for change in unnamed]
    if not tried:
        failures.append("no mutant was tried")
    return Part(
        "mutations",
        figures={
            "mutants": sum(one.outcomes.total() for one in tried),
            "mutants_killed": sum(one.killed for one in tried),
            "survivors_named": sum(len(one.alive) for one in tried) - len(unnamed),
            "least_killed_percent": round(min((one.percent for one in tried), default=0.0), 1),
        },
        failures=tuple(failures),
        table="\n".join(_rows(tried, named)),
    )


def _rows(tried: list[Tried], named: Mapping[Change, str]) -> Iterator[str]:
    titles = ("mutants", "killed", "of it endless", "%", "named", "unnamed")
    yield f"{'module':<32}" + "".join(f"{title:>15}" for title in titles)
    for one in tried:
        known = sum(change in named for change in one.alive)
        figures = (
            one.outcomes.total(),
            one.killed,
            one.outcomes["timeout"],
            f"{one.percent:.1f}",
            known,
            len(one.alive) - known,
        )
        yield f"{one.module:<32}" + "".join(f"{figure:>15}" for figure in figures)
