"""The commands `recours policy diff`, `recours policy states` and `recours policy access`."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from deploy.policy_diff.report import Comparison
    from shared.policy_bundle import Bundle

_SHOWN = 50
_STEP = 50
_IN_FORCE = Path("deploy/policy")


def add_commands(app: typer.Typer) -> None:
    """Add the commands to those about the policy."""
    app.command("diff")(diff)
    app.command("states")(states)
    app.command("access")(access)


def diff(
    old: Annotated[
        str, typer.Argument(help="Folder (write ./p-… if it begins so), or a version `p-…`.")
    ],
    new: Annotated[
        str | None, typer.Argument(help="Folder or version; OLD is then what is in force.")
    ] = None,
    replay: Annotated[
        bool, typer.Option(help="Play the recorded cases again under both versions.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Tell everything as JSON.")] = False,
    language: Annotated[str, typer.Option(help="fr or en.")] = "fr",
    most: Annotated[int, typer.Option(min=0, help="How many cases are shown.")] = _SHOWN,
    url: Annotated[str | None, typer.Option(help="MongoDB address; default: the run's.")] = None,
    prefix: Annotated[
        str, typer.Option(envvar="MONGO_PREFIX", help="Begin of the databases' names.")
    ] = "recours",
    data_dir: Annotated[
        Path, typer.Option("--data-dir", envvar="DATA_DIR", help="Data folder of the run.")
    ] = Path(".data"),
) -> None:
    """Tell what another policy changes, and which recorded cases would have gone otherwise.

    Nothing is written. Status 1 when the new policy is not in order, or would leave an open case
    without a holder or a date.
    """
    import asyncio

    from deploy.policy_diff.report import lines
    from shared.mongo import StoreUnavailable
    from shared.policy_bundle import PolicyError

    if language not in ("fr", "en"):
        _fail("--language is fr or en")
    first, second = (old, new) if new else (os.environ.get("POLICY_DIR", str(_IN_FORCE)), old)
    uri = url or _address(data_dir, needed=replay)
    try:
        told = asyncio.run(_compared(first, second, uri, prefix, data_dir, replay))
    except PolicyError as problem:
        _fail(str(problem))
    except StoreUnavailable:
        _fail("The store does not answer.")
    if as_json:
        typer.echo(json.dumps(told.to_json(), ensure_ascii=False, indent=1))
    else:
        for line in lines(told, language, most):
            typer.echo(line)
    if told.refused:
        raise typer.Exit(1)


def states(
    folder: Annotated[Path, typer.Argument(help="Folder of policy files.")] = _IN_FORCE,
    into: Annotated[
        Path | None, typer.Option(help="Put it into this file, between its two marks.")
    ] = None,
) -> None:
    """Draw the states of a case and the ways between them, as a Mermaid diagram."""
    from deploy.policy_diff.states import edges, picture
    from services.ledger.store import rules_of

    _show(
        "states",
        lambda bundle: f"```mermaid\n{picture(edges(rules_of(bundle)))}```\n",
        folder,
        into,
    )


def access(
    folder: Annotated[Path, typer.Argument(help="Folder of policy files.")] = _IN_FORCE,
    into: Annotated[
        Path | None, typer.Option(help="Put it into this file, between its two marks.")
    ] = None,
) -> None:
    """Show who may see and do what in a case, as a Markdown table."""
    from deploy.policy_diff.access import table
    from services.ledger.access import Access

    _show("access", lambda bundle: table(bundle.get(Access)), folder, into)


def _show(name: str, make: Callable[["Bundle"], str], folder: Path, into: Path | None) -> None:
    from deploy.policy_diff.pages import put_into
    from services.ledger.store import MODELS
    from shared.policy_bundle import PolicyError, load_bundle

    try:
        made = make(load_bundle(folder, MODELS))
    except PolicyError as problem:
        _fail(str(problem))
    if into is None:
        typer.echo(made, nl=False)
        return
    try:
        into.write_text(put_into(into.read_text("utf-8"), name, made), "utf-8")
    except (OSError, ValueError) as problem:
        _fail(str(problem))


async def _compared(
    first: str, second: str, uri: str, prefix: str, data_dir: Path, replay: bool
) -> "Comparison":
    from deploy.policy_diff.compare import compare, version_of
    from deploy.policy_diff.histories import Recorded
    from deploy.policy_diff.report import only_changes
    from shared.clock import make_clock
    from shared.mongo import connect
    from shared.policy_changes import changes

    client = connect(uri) if uri else None
    record = Recorded(client, prefix) if client is not None else None
    try:
        old = await version_of(first, record, checked=False)
        new = await version_of(second, record, checked=True)
        if not replay or record is None:
            return only_changes(old.version, new.version, changes(old, new))
        spec = os.environ.get("RECOURS_CLOCK")
        now = make_clock(spec, data_dir=data_dir, production=False).now()
        with _progress(await record.count()) as tell:
            return await compare(old, new, record, now, tell)
    finally:
        if client is not None:
            client.close()


def _address(data_dir: Path, *, needed: bool) -> str:
    """Return where the record of the run is, nothing when it is not needed and nothing runs."""
    from deploy.errors import NotRunning
    from deploy.operator import connect

    try:
        return str(connect(data_dir).state["mongo_uri"])
    except NotRunning as problem:
        if not needed:
            return ""
        _fail(f"{problem}\n`--no-replay` compares the files alone.")


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """Show on the error stream, when somebody looks at it, how many cases have been replayed."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("dossiers", total=total)

        def tell(done: int) -> None:
            if done % _STEP == 0:
                bar.update(task, completed=done)

        yield tell


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
