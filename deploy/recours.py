"""The command line `recours`: look at a running system, operate it, check its record."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from deploy.policy_diff.command import add_commands

if TYPE_CHECKING:
    from deploy.operator import Operator

# What takes long to import is imported by the command that needs it: `--help` stays quick.

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, rich_markup_mode=None)
policy_app = typer.Typer(no_args_is_help=True, help="Check, compare and draw the policy.")
admin_app = typer.Typer(no_args_is_help=True, help="Administrators of accounts.")
directory_app = typer.Typer(no_args_is_help=True, help="Organisations, sites and calendar days.")
letters_app = typer.Typer(no_args_is_help=True, help="Messages that could not be handled.")
app.add_typer(policy_app, name="policy")
app.add_typer(admin_app, name="admin")
app.add_typer(directory_app, name="directory")
app.add_typer(letters_app, name="dead-letters")

DataDir = Annotated[
    Path, typer.Option("--data-dir", envvar="DATA_DIR", help="Data folder of the run.")
]
_DATA = Path(".data")


def fail(message: str) -> NoReturn:
    """End with a message and status 1."""
    typer.echo(message, err=True)
    raise typer.Exit(1)


def _operator(data_dir: Path) -> "Operator":
    from deploy.errors import NotRunning
    from deploy.operator import connect

    try:
        return connect(data_dir)
    except NotRunning as problem:
        fail(str(problem))


@app.command()
def status(data_dir: DataDir = _DATA) -> None:
    """Tell for each service whether it is ready, and what waits in it."""
    from deploy.tables import show_status

    if not show_status(_operator(data_dir).status()):
        raise typer.Exit(1)


@app.command()
def token(
    role: Annotated[str, typer.Option(help="representative, csr, authority, protection, …")],
    organisation: Annotated[str | None, typer.Option(help="Directory id.")] = None,
    sub: Annotated[str, typer.Option(help="Account name in the token.")] = "demo",
    data_dir: DataDir = _DATA,
) -> None:
    """Print a token for a role, signed with the key of the run (or TOKEN_KEY)."""
    import os

    from shared.access import issue_token
    from shared.settings import development_secret

    key = os.environ.get("TOKEN_KEY") or development_secret(data_dir, "TOKEN_KEY")
    try:
        typer.echo(issue_token(key, sub=sub, role=role, organisation=organisation))
    except ValueError as problem:
        fail(str(problem))


@app.command("demo-code")
def demo_code(
    role: Annotated[str, typer.Argument(help="representative, csr, authority, …")],
    data_dir: DataDir = _DATA / "demo",
) -> None:
    """Print the code of the second factor of an account that `make demo` made."""
    from deploy.demo.accounts import code_now, read_accounts

    try:
        code, seconds = code_now(read_accounts(data_dir)[role])
    except FileNotFoundError:
        fail(f"There is no demonstration in {data_dir}: run `make demo` first")
    except KeyError:
        fail("There is no account of this role; `make demo` lists them")
    typer.echo(f"{code} (for {seconds} seconds more; each serves once)")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    mapping: Annotated[str | None, typer.Option(help="Name of a mapping file.")] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", "--yes", help="File the accepted rows without asking.")
    ] = False,
    data_dir: DataDir = _DATA,
) -> None:
    """Read a register (CSV or XLSX), show a verdict per row, and file the accepted rows."""
    from deploy.tables import show_import

    operator = _operator(data_dir)
    staged = operator.stage(file, mapping)
    show_import(staged)
    if not staged["counts"].get("accepted"):
        fail("No row can be filed.")
    if not confirm and not typer.confirm("File the accepted rows?"):
        raise typer.Exit(1)
    done = operator.confirm_import(staged["id"])
    typer.echo(f"Import {done['id']}: {done['state']}, {json.dumps(done['counts'])}")


@app.command()
def explain(reference: str, data_dir: DataDir = _DATA) -> None:
    """Tell which decisions were made for a grievance, and which rules led to them."""
    from deploy.tables import show_decisions

    show_decisions(_operator(data_dir).call("routing", "GET", f"/v1/explain/{reference}"))


@app.command()
def verify(
    url: Annotated[str | None, typer.Option(help="MongoDB address; default: the run's.")] = None,
    database: Annotated[str, typer.Option(help="Name of the ledger's database.")] = (
        "recours_ledger"
    ),
    data_dir: DataDir = _DATA,
) -> None:
    """Check every entry of every case against its chain; status 1 when something does not hold."""
    import asyncio

    from deploy.tables import show_report
    from services.ledger.verify import Report, verify_database
    from shared.mongo import StoreUnavailable, connect
    from shared.mongo import database as open_database

    uri = url or str(_operator(data_dir).state["mongo_uri"])

    async def check() -> Report:
        client = connect(uri)
        try:
            return await verify_database(open_database(client, database))
        finally:
            client.close()

    try:
        report = asyncio.run(check())
    except StoreUnavailable:
        fail("The store does not answer.")
    show_report(report)
    if not report.ok:
        raise typer.Exit(1)


@app.command("rebuild-views")
def rebuild_views(data_dir: DataDir = _DATA) -> None:
    """Compute the ledger's read views anew from its events."""
    answer = _operator(data_dir).call("ledger", "POST", "/internal/views/rebuild")
    typer.echo(json.dumps(answer, ensure_ascii=False))


@policy_app.command("check")
def policy_check(
    folder: Annotated[Path, typer.Argument(help="Folder of policy files.")] = Path("deploy/policy"),
) -> None:
    """Read and validate all policy files as the services do; names file and line of a mistake."""
    from deploy.operator import check_policy

    problems, version = check_policy(folder)
    if problems:
        fail("\n".join(problems))
    typer.echo(f"{folder} is in order: version {version}")


@admin_app.command("create")
def create_administrator(
    login: Annotated[str, typer.Argument(help="An e-mail or a handle, not a person's name.")],
    another: Annotated[
        bool, typer.Option("--another", help="Also when there is an administrator already.")
    ] = False,
    data_dir: DataDir = _DATA,
) -> None:
    """Make the first administrator; prints the invitation to set a passphrase, this once."""
    made = _operator(data_dir).call(
        "ledger", "POST", "/internal/administrators", json={"login": login, "another": another}
    )
    typer.echo(f"Administrator {made['login']} was made.")
    typer.echo(f"Invitation, shown this once and good for three days: {made['invitation']}")


@directory_app.command("write")
def write_directory(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Folder of policy files.")
    ],
    data_dir: DataDir = _DATA,
) -> None:
    """Put in force what administrators described: write it over the policy files, checked first."""
    from deploy.operator import write_policy

    files = _operator(data_dir).call("ledger", "GET", "/internal/policy-files")
    problems, version = write_policy(folder, files)
    if problems:
        fail("\n".join(problems))
    typer.echo(f"{folder} is in order: version {version}")


@letters_app.command("list")
def list_letters(data_dir: DataDir = _DATA) -> None:
    """List dead letters of all services with the reason, the oldest first."""
    from deploy.tables import show_letters

    show_letters(_operator(data_dir).dead_letters())


@letters_app.command("replay")
def replay_letter(service: str, letter: str, data_dir: DataDir = _DATA) -> None:
    """Handle a dead letter again; it is dropped only when that succeeds."""
    _operator(data_dir).letter(service, "POST", letter, "/replay")
    typer.echo(f"Replayed {letter}")


@letters_app.command("drop")
def drop_letter(service: str, letter: str, data_dir: DataDir = _DATA) -> None:
    """Remove a dead letter for good."""
    _operator(data_dir).letter(service, "DELETE", letter, "")
    typer.echo(f"Dropped {letter}")


add_commands(policy_app)


def main() -> None:
    """Run the command line."""
    from deploy.errors import CallFailed

    try:
        app()
    except CallFailed as problem:
        typer.echo(str(problem), err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
