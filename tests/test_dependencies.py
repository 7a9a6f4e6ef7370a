"""Everything that the package imports is declared."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from kubeskeptic.paths import checkout


def imported(path: Path) -> Iterator[str]:
    """The top packages that a module imports when it runs; what only a type checker reads is left out."""
    tree = ast.parse(path.read_text())
    typing = {id(below) for node in ast.walk(tree) if _for_types(node) for below in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in typing:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        if isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).partition(".")[0]


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def test_everything_that_is_imported_is_declared() -> None:
    project = tomllib.loads((checkout() / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[<>=~!\[; ]", one)[0].lower() for one in project["dependencies"]}
    distributions = packages_distributions()
    used = {name for path in (checkout() / "src").rglob("*.py") for name in imported(path)}
    foreign = used - set(sys.stdlib_module_names) - {"kubeskeptic", "__future__"}
    assert {name for name in foreign if not declared & {one.lower() for one in distributions.get(name, ())}} == set()
    assert {"pytest", "kubernetes", "tenacity", "httpx", "dnspython", "allure-pytest"} <= declared
