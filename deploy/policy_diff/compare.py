"""Compares two policy versions over the record of a system."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from deploy.policy_diff.histories import ALL_MODELS, Recorded
from deploy.policy_diff.replay import Rulebook
from deploy.policy_diff.report import Comparison
from deploy.policy_diff.verdicts import judge
from deploy.policy_diff.whole import mistakes
from services.ledger.store import rules_of
from services.notify.audience import Audiences
from services.notify.templates import check as check_notify
from services.routing.policy import Policy
from services.routing.policy import check as check_routing
from shared.policy_bundle import Bundle, PolicyError, build_bundle, load_bundle
from shared.policy_changes import changes


def rulebook_of(bundle: Bundle) -> Rulebook:
    """Return a version as routing and ledger read it."""
    return Rulebook(bundle.version, Policy.of(bundle), rules_of(bundle))


def without_warnings(book: Rulebook) -> Rulebook:
    """Return a version that warns nobody: it moves no date and no case, and costs the most."""
    stages = book.ledger.stages
    silent = stages.model_copy(update={"warnings": dict.fromkeys(stages.warnings, ())})
    return replace(book, ledger=replace(book.ledger, stages=silent))


def check_whole(bundle: Bundle) -> None:
    """Check what only the files together can show; raises PolicyError with all mistakes found."""
    book = rulebook_of(bundle)
    told = [
        f"{bundle.where(file, *place)}: {'.'.join(map(str, place))}: {what}"
        for file, place, what in mistakes(book.ledger, book.routing, bundle.get(Audiences))
    ]
    if told:
        raise PolicyError("\n".join(told))


CHECKS = (check_routing, check_notify, check_whole)


async def version_of(name: str, record: Recorded | None, *, checked: bool) -> Bundle:
    """Return a version by its folder, or by its name `p-…` from the record; raises PolicyError.

    One that is to be put in force is checked as a whole; one that was is taken as it is.
    """
    checks = CHECKS if checked else ()
    if not name.startswith("p-"):
        return load_bundle(Path(name), ALL_MODELS, checks)
    files = await record.files_of(name) if record else None
    if files is None:
        raise PolicyError(f"{name}: this version is not kept here")
    return build_bundle(files, ALL_MODELS, checks)


async def compare(
    old: Bundle, new: Bundle, record: Recorded, until: datetime, tell: Callable[[int], None]
) -> Comparison:
    """Return what changes, and what it would have changed in every recorded case.

    `tell` hears how many cases have been looked at.
    """
    begun = time.perf_counter()
    before, after = (without_warnings(rulebook_of(bundle)) for bundle in (old, new))
    verdicts, cases = [], 0
    async for history in record.histories():
        verdict = judge(history, before, after, until)
        if verdict.told:
            verdicts.append(verdict)
        cases += 1
        tell(cases)
    return Comparison(
        old.version,
        new.version,
        tuple(changes(old, new)),
        tuple(verdicts),
        cases,
        record.unread,
        time.perf_counter() - begun,
    )
