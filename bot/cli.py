"""`warroom`, the command line.

Each command loads what it needs when it runs, so that `--help` answers at once.
"""

import json
import os
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from agents.errors import InvalidCapture, WarroomError
from agents.settings import Settings
from bot.commands.screen import complain, end_in_order, place_to_work, quiet_logs, results, working

OK, PROBLEM_FOUND, WRONG_USAGE = 0, 1, 2
GAME_DAYS = ("lock", "memory")

CaptureFolder = Annotated[
    Path, typer.Argument(help="Folder of recorded telemetry (capture.yaml, alert.json, ...).")
]


def investigate(
    capture: CaptureFolder,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of text.")
    ] = False,
) -> None:
    """Investigate a capture offline and say what was found.

    Exits with 0 whatever the outcome is, and with 2 when the capture cannot be read.
    """
    from agents.specialists.roster import all_specialists
    from bot.commands.account import show
    from bot.commands.offline import investigate_capture
    from bot.commands.screen import note

    with working(f"investigating {capture}"):
        investigated = investigate_capture(capture, all_specialists())
    for notice in investigated.notices:
        note(notice)
    if as_json:
        typer.echo(investigated.report.model_dump_json(indent=2))
    else:
        show(investigated.report, results())


def capture(
    incident: Annotated[str, typer.Argument(help="Id of the incident.")],
    out: Annotated[Path, typer.Option("--out", help="New folder to write the capture to.")],
) -> None:
    """Write what an incident's tools returned as a capture, to be investigated again offline."""
    from bot.commands.records import capture_incident

    with working(f"writing {out}"):
        written = capture_incident(Settings(), incident, out)
    typer.echo(f"{written.folder}: {len(written.files)} files")


def verify(
    incident: Annotated[
        str | None, typer.Argument(help="Id of one incident; all of them when left out.")
    ] = None,
) -> None:
    """Check the hash chain of the journal. Exits with 1 when it was tampered with."""
    from bot.commands.records import verify_journal

    with working("reading the journal"):
        audited = verify_journal(Settings(), incident)
    for complaint in audited.complaints:
        typer.echo(complaint)
    typer.echo(f"{audited.incidents} incidents, {len(audited.complaints)} problems")
    if audited.complaints:
        raise typer.Exit(PROBLEM_FOUND)


def mcp(
    specialist: Annotated[str, typer.Argument(help="kubernetes, database, aws or network.")],
    capture: Annotated[
        Path | None,
        typer.Option(
            "--capture",
            help="Answer from this capture instead of the live sources (or WARROOM_CAPTURE).",
        ),
    ] = None,
) -> None:
    """Serve one specialist over MCP on standard input and output."""
    from agents.specialists.roster import all_specialists
    from bot.commands.serving import serve_capture, serve_live

    chosen = next((one for one in all_specialists() if one.member.name == specialist), None)
    settings = Settings()
    folder = capture or settings.capture
    if chosen is None:
        known = ", ".join(one.member.name for one in all_specialists())
        raise typer.BadParameter(f"{specialist} is none of {known}")
    if folder is None:
        serve_live(settings, chosen)
    else:
        serve_capture(folder, chosen)


def manifest(
    request_url: Annotated[
        str,
        typer.Option(help="Public URL for HTTP delivery; without one the app uses Socket Mode."),
    ] = "",
    *,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Print YAML instead of JSON.")] = False,
) -> None:
    """Print the Slack app manifest, to be pasted where a Slack app is created."""
    from bot.commands.manifest import manifest as slack_manifest
    from bot.commands.screen import as_yaml_text

    written = slack_manifest(request_url)
    typer.echo(as_yaml_text(written) if as_yaml else json.dumps(written, indent=2))


def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check each credential, scope, queue and source, and say what to do about each problem.

    Exits with 1 when something that is configured does not work.
    """
    from bot.commands.doctor.examination import examine, is_sound, show

    with working("examining"):
        findings = examine(Settings())
    if as_json:
        typer.echo(json.dumps([finding.model_dump(mode="json") for finding in findings], indent=2))
    else:
        show(findings, results())
    if not is_sound(findings):
        raise typer.Exit(PROBLEM_FOUND)


def demo(
    *,
    game_day: Annotated[
        str, typer.Option("--game-day", help="lock (a migration) or memory (a wrong limit).")
    ] = "lock",
    headless: Annotated[
        bool, typer.Option("--headless", help="Play the person too, and check the result.")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="New folder to keep logs and the journal in.")
    ] = None,
) -> None:
    """Break a small shop and watch the war room work, on this machine alone.

    Exits with 1 when --headless finds cause, fix, recovery or pull request to be wrong.
    """
    from bot.commands.demo.demonstration import demonstrate, watch

    if game_day not in GAME_DAYS:
        raise typer.BadParameter(f"{game_day} is none of {', '.join(GAME_DAYS)}")
    end_in_order()
    with place_to_work(keep) as directory:
        if not headless:
            watch(results(), directory, game_day, os.environ)
        elif not demonstrate(results(), directory, game_day, os.environ):
            raise typer.Exit(PROBLEM_FOUND)


def up(
    data: Annotated[
        Path, typer.Option("--data", help="Folder for the journal, Redis and logs.")
    ] = Path("var"),
) -> None:
    """Run a whole war room on this machine with your settings (WARROOM_... in the environment).

    Without a Redis or a Slack of your own it brings embedded ones.
    """
    from bot.commands.demo.local import run_local

    data.mkdir(parents=True, exist_ok=True)
    end_in_order()
    run_local(results(), data.resolve(), Settings(), os.environ)


def bench(
    benchmark: Annotated[
        str, typer.Argument(help="cloudopsbench, petshop, rootcausebench or tvdiag.")
    ],
    data: Annotated[Path, typer.Option("--data", help="Folder that holds the data set's cases.")],
    *,
    limit: Annotated[int | None, typer.Option(min=1, help="Run only so many cases.")] = None,
    rename: Annotated[
        bool, typer.Option("--rename", help="Give nodes, services and namespaces random names.")
    ] = False,
    processes: Annotated[int, typer.Option(min=1, help="How many cases at a time.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Investigate the cases of a public data set and score the accounts."""
    from bot.commands.bench.running import benchmark_called, chosen_cases, run_benchmark
    from bot.commands.bench.table import show_scoreboard
    from bot.commands.screen import counting

    chosen = benchmark_called(benchmark)
    if chosen is None:
        raise typer.BadParameter(f"there is no data set {benchmark}")
    cases = chosen_cases(chosen, data, secrets.token_hex(4) if rename else None, limit)
    with counting(f"investigating {benchmark}") as progress:
        board = run_benchmark(chosen, cases, processes, progress)
    if as_json:
        typer.echo(board.model_dump_json(indent=2, exclude_none=True))
    else:
        show_scoreboard(board, chosen.published, results())


def command_line() -> typer.Typer:
    """Return `warroom` with all its commands."""
    app = typer.Typer(
        name="warroom",
        help="An incident war room in Slack: every claim is re-measured before it is posted.",
        epilog="Exit codes: 0 done, 1 a problem was found, 2 wrong usage or unreadable input.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    audit = typer.Typer(help="Look after the audit trail.", no_args_is_help=True)
    audit.command()(verify)
    for command in (demo, up, investigate, bench, capture, mcp, manifest, doctor):
        app.command()(command)
    app.add_typer(audit, name="audit")
    return app


def main() -> None:
    """Run the command line; the outermost edge of every command."""
    quiet_logs()
    try:
        command_line()()
    except InvalidCapture as unreadable:
        complain(unreadable)
        sys.exit(WRONG_USAGE)
    except WarroomError as problem:
        complain(problem)
        sys.exit(PROBLEM_FOUND)
    except BrokenPipeError:
        # The reader of a pipe (`| head`) has had enough: not an error, and not to be flushed at.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
