"""What the code imports is what `pyproject.toml` declares, so that a fresh install can run it."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
PRODUCT = ("agents", "bot", "jobs", "templates")
OURS = {*PRODUCT, "tests"}

SHIPPED_WITH = {
    "botocore": "boto3",
    "multidict": "aiohttp",
    "pydantic-core": "pydantic",
    "requests": "pygithub",
    "slack-sdk": "slack-bolt",
    "starlette": "mcp",
    "urllib3": "kubernetes",
    "yarl": "aiohttp",
}
"""Parts of a declared package that its own interface hands out."""


def normalised(requirement: str) -> str:
    """Reduce a requirement to the name of its distribution, as package indexes compare names."""
    name = re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*, development: bool) -> set[str]:
    """Read the distributions that an install brings."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    requirements = [
        *document["project"]["dependencies"],
        *document["project"]["optional-dependencies"]["embedded"],
    ]
    if development:
        groups = document["dependency-groups"].values()
        requirements += [entry for group in groups for entry in group if isinstance(entry, str)]
    return {normalised(requirement) for requirement in requirements}


def runtime_imports(tree: ast.AST) -> Iterator[str]:
    """Yield the top-level packages a module needs when it runs, type-only imports left out."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                pass
            case ast.Import():
                yield from (alias.name.partition(".")[0] for alias in node.names)
            case ast.ImportFrom(module=str(module)):
                yield module.partition(".")[0]
            case _:
                yield from runtime_imports(node)


def undeclared(folder: str, allowed: set[str]) -> Iterator[str]:
    """Yield every third-party import below a folder that no declared distribution brings."""
    brought_by = packages_distributions()
    for path in sorted((ROOT / folder).rglob("*.py")):
        for package in sorted(set(runtime_imports(ast.parse(path.read_text(encoding="utf-8"))))):
            if package in OURS or package in sys.stdlib_module_names:
                continue
            names = {normalised(name) for name in brought_by.get(package, [package])}
            if not {SHIPPED_WITH.get(name, name) for name in names} & allowed:
                yield f"{path.relative_to(ROOT)} imports {package}"


def test_the_product_imports_only_what_it_declares() -> None:
    """A worker that lacks a library fails on the first page it should have answered."""
    allowed = declared(development=False)

    assert [line for folder in PRODUCT for line in undeclared(folder, allowed)] == []


def test_the_tests_import_only_what_is_declared() -> None:
    """A test that runs on one machine only proves nothing about a release."""
    assert list(undeclared("tests", declared(development=True))) == []


def test_both_locks_agree_and_carry_hashes() -> None:
    """What was tested is what is deployed, to the byte."""
    pin = re.compile(r"^([\w.-]+==\S+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
    runtime, development = (
        dict(pin.findall((ROOT / name).read_text(encoding="utf-8")))
        for name in ("requirements.lock", "requirements-dev.lock")
    )

    assert runtime
    assert runtime.keys() <= development.keys()
    assert all("--hash=sha256:" in rest for rest in (*runtime.values(), *development.values()))


def test_an_undeclared_import_is_seen() -> None:
    """Imports inside functions count; imports for the type checker alone do not."""
    module = "if TYPE_CHECKING:\n    import a\ndef f():\n    from b.c import d\nimport e.f\n"

    assert list(runtime_imports(ast.parse(module))) == ["b", "e"]
