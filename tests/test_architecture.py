"""The shape of the code, held by reading it: which way imports point, how large things may get."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = ("agents", "bot", "jobs", "templates")
FOLDERS = {*PRODUCT, "docs", "tests"}
LEFT_BY_BUILDS = {"build", "dist", "htmlcov", "var"}

COMPOSITION_ROOTS = {"bot.__main__", "bot.cli", "jobs.__main__"}
WIRING: set[str] = {
    *("bot.commands.bench.running", "bot.commands.bench.scoring", "bot.commands.bench.table"),
    *("bot.commands.doctor.stores", "bot.commands.offline"),
    *("bot.commands.records", "bot.commands.serving"),
}
"""Modules that build adapters on behalf of several composition roots."""
LAUNCHER = "bot.commands.demo"
"""Starts the processes of both sides on one machine, so it knows both."""
IN_MEMORY = {("bot.commands.offline", "agents.testing.journal.InMemoryJournal")}
"""Doubles in use: an offline investigation's journal need not outlive the command."""

FUNCTION_LINES = 60
MODULE_LINES = 400
CLASS_LINES = 200

RANKS = {
    "agents.domain": 0,
    "agents.errors": 1,
    "agents.ports": 1,
    "agents": 2,
    "templates": 3,
    "bot": 4,
    "jobs": 4,
}
"""How far out a package lies: imports point inwards or stay level. The longest prefix counts."""

CLOCKS_AND_NETWORKS = {
    *("aiohttp", "anthropic", "asyncio", "boto3", "github", "http", "httpx", "kubernetes"),
    *("os", "pagerduty", "psycopg", "redis", "requests", "rq", "slack_sdk", "socket"),
    *("sqlalchemy", "subprocess", "threading", "time", "urllib"),
}
CLIENTS = {
    *("AsyncAnthropic", "Anthropic", "App", "AsyncApp", "Github", "Queue", "Redis", "WebClient"),
    *("boto3.client", "boto3.resource", "create_engine", "boto3.Session", "httpx.Client"),
    *("aiohttp.ClientSession", "httpx.AsyncClient"),
}


def inside(module: str, package: str) -> bool:
    """Tell whether `module` is `package` or lies within it."""
    return module == package or module.startswith(f"{package}.")


def folder(module: str) -> str:
    """Name the top-level package of a module."""
    return module.partition(".")[0]


def rank(module: str) -> int:
    """Give the layer of a module: the rank of the longest package that holds it."""
    return RANKS[max((package for package in RANKS if inside(module, package)), key=len)]


def broken_arrow(importer: str, imported: str) -> str | None:
    """Say which rule an import breaks, or None."""
    root = importer in COMPOSITION_ROOTS or inside(importer, LAUNCHER)
    if inside(imported, "tests"):
        return "the product imports its tests"
    if inside(imported, "agents.testing") and not inside(importer, "agents.testing"):
        return None if (importer, imported) in IN_MEMORY else "doubles are for tests"
    if inside(imported, "agents.integrations"):
        composes = root or importer in WIRING or inside(importer, "jobs.gameday")
        may = composes or inside(importer, "agents.integrations")
        return None if may else "only composition roots know adapters"
    if not root and {folder(importer), folder(imported)} == {"bot", "jobs"}:
        return "bot and jobs meet in agents.ports"
    if specialist(importer) and specialist(imported) not in (None, specialist(importer)):
        return "a specialist is one folder and knows no other"
    if rank(imported) > rank(importer):
        return "imports point inwards"
    return None


def specialist(module: str) -> str | None:
    """Name the specialist whose folder holds a module."""
    for name in ("aws", "database", "kubernetes", "network"):
        if inside(module, f"agents.specialists.{name}"):
            return name
    return None


@cache
def sources(*packages: str) -> dict[str, ast.Module]:
    """Parse every module of these packages, by dotted name."""
    return {
        name_of(path): ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def name_of(path: Path) -> str:
    """Give the dotted name under which a file is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield each imported name in full, wherever in the module the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    """Count the lines of a definition, docstring included."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def oversized(name: str, tree: ast.Module) -> Iterator[str]:
    """Yield what has outgrown its limit in one module."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if lines(node) > FUNCTION_LINES:
                yield f"{name}.{node.name}: {lines(node)} lines, at most {FUNCTION_LINES}"
            case ast.ClassDef() if lines(node) > CLASS_LINES:
                yield f"{name}.{node.name}: {lines(node)} lines, at most {CLASS_LINES}"
            case _:
                pass


def work_at_import(tree: ast.Module) -> Iterator[str]:
    """Yield top-level statements that do something: bare calls, and clients built in passing."""
    for statement in tree.body:
        match statement:
            case ast.Expr(value=ast.Call() as call):
                yield f"line {statement.lineno}: {ast.unparse(call)[:60]}"
            case ast.Assign(value=ast.Call() as call) | ast.AnnAssign(value=ast.Call() as call):
                if ast.unparse(call.func) in CLIENTS:
                    yield f"line {statement.lineno}: {ast.unparse(statement)[:60]}"
            case _:
                pass


def environment_reads(tree: ast.Module) -> Iterator[str]:
    """Yield every read of a process environment variable."""
    names = {"os.environ", "os.environb", "os.getenv"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in names:
            yield f"line {node.lineno}: {ast.unparse(node)}"
    yield from (name for name in imports(tree) if name in names)


def test_imports_point_inwards() -> None:
    """A decision that could reach a vendor could not be replayed after the incident."""
    broken = [
        f"{importer} imports {imported}: {rule}"
        for importer, tree in sources(*PRODUCT).items()
        for imported in imports(tree)
        if folder(imported) in FOLDERS
        if (rule := broken_arrow(importer, imported))
    ]

    assert broken == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("agents.domain.claims", "agents.ports.Room"),
        ("agents.commander.planning", "templates.slack.board"),
        ("agents.commander.planning", "agents.integrations.redis"),
        ("agents.integrations.slack.room", "templates.slack.board"),
        ("agents.specialists.aws.checks", "agents.specialists.network.checks"),
        ("bot.listeners.command", "jobs.queues"),
        ("jobs.workers", "bot.workspace"),
        ("jobs.workers", "agents.integrations.redis"),
        ("jobs.workers", "agents.testing.InMemoryRoom"),
        ("bot.cli", "tests.scenarios"),
    ],
)
def test_an_arrow_against_the_design_is_seen(importer: str, imported: str) -> None:
    """A guard that never barks is worse than none: people rely on it."""
    assert broken_arrow(importer, imported)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("agents.commander.planning", "agents.domain.claims"),
        ("agents.ports", "agents.errors.WarroomError"),
        ("agents.specialists.aws.checks", "agents.specialists.check"),
        ("agents.integrations.redis.queue", "agents.integrations.redis.keys"),
        ("bot.cli", "jobs.gameday.shop"),
        ("jobs.__main__", "agents.integrations.redis"),
        ("jobs.gameday.world", "agents.integrations.postgresql"),
        ("templates.slack.board", "agents.domain.claims"),
    ],
)
def test_an_arrow_of_the_design_is_allowed(importer: str, imported: str) -> None:
    """A guard that barks at friends gets switched off."""
    assert broken_arrow(importer, imported) is None


def test_decisions_read_no_clock_and_no_network() -> None:
    """The same journal must give the same decision on any worker, today and in the postmortem."""
    impure = [
        f"{module} imports {imported}"
        for module, tree in sources("agents/domain", "agents/commander").items()
        for imported in imports(tree)
        if folder(imported) in CLOCKS_AND_NETWORKS
    ]
    clocks = [
        f"{module}, line {node.lineno}: {ast.unparse(node)}"
        for module, tree in sources("agents/domain", "agents/commander").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
        if ast.unparse(node.value) in {"datetime", "date", "datetime.datetime", "datetime.date"}
    ]

    assert impure + clocks == []


def test_only_composition_roots_read_the_environment() -> None:
    """An operator finds every setting in one place, and no secret is read behind their back."""
    reads = [
        f"{module}, {read}"
        for module, tree in sources(*PRODUCT).items()
        if module not in COMPOSITION_ROOTS
        for read in environment_reads(tree)
    ]

    assert reads == []


def test_importing_a_module_does_no_work() -> None:
    """A worker that connects on import fails before it can say what is wrong."""
    work = [
        f"{module}, {statement}"
        for module, tree in sources(*PRODUCT).items()
        # Alembic runs its environment by importing it.
        if not module.endswith("migrations.env")
        for statement in work_at_import(tree)
    ]

    assert work == []


def test_work_at_import_is_seen() -> None:
    """The guard knows a registration, and a client made in passing, from a constant."""
    module = "import re\nregister(app)\nCLIENT = Redis(port=1)\nPATTERN = re.compile('x')\n"

    assert list(work_at_import(ast.parse(module))) == [
        "line 2: register(app)",
        "line 3: CLIENT = Redis(port=1)",
    ]


def test_nothing_outgrows_what_a_tired_reader_can_hold() -> None:
    """Code is read at three in the morning, between two pages."""
    too_large = [
        complaint
        for name, tree in sources(*PRODUCT, "tests").items()
        for complaint in oversized(name, tree)
    ]
    too_long = [
        f"{path.relative_to(ROOT)}: {count} lines, at most {MODULE_LINES}"
        for package in sorted(FOLDERS)
        for path in sorted((ROOT / package).rglob("*.py"))
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MODULE_LINES
    ]

    assert too_large + too_long == []


def test_an_oversized_function_is_seen() -> None:
    """The limit is held to the line, so that it cannot creep."""
    fits = ast.parse("def f():\n" + "    pass\n" * (FUNCTION_LINES - 1))
    over = ast.parse("def f():\n" + "    pass\n" * FUNCTION_LINES)

    assert list(oversized("m", fits)) == []
    assert list(oversized("m", over)) == ["m.f: 61 lines, at most 60"]


def test_code_lives_in_the_five_folders() -> None:
    """A newcomer finds the faces, the minds, the engine, the words and the tests, and no sixth."""
    found = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."}

    assert found - LEFT_BY_BUILDS - {"__pycache__"} == FOLDERS


def test_no_specialist_and_no_part_of_the_commander_knows_a_public_data_set() -> None:
    """A path that only a benchmark takes would make every published figure a lie."""
    known = ("cloudopsbench", "cloud-opsbench", "petshop", "rootcausebench", "tvdiag", "benchmark")
    minds = ("agents/specialists", "agents/commander", "agents/verification", "agents/localisation")
    texts = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8").lower()
        for folder in minds
        for path in (ROOT / folder).rglob("*.py")
    }

    telling = [f"{file}: {word}" for file, text in texts.items() for word in known if word in text]

    assert telling == []
