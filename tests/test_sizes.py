"""What a reader has to take in at once: modules of at most 250 lines, functions of at most 40, most of them of a few."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

import pytest

from kubeskeptic.paths import checkout

MODULE, FUNCTION, MEDIAN = 250, 40, 8
"""Lines, docstrings and comments with them."""
FOLDERS = ("src", "suites", "fixtures", "tests", "benchmarks")


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((checkout() / folder).rglob("*.py"))]


def functions(path: Path) -> dict[str, int]:
    """The lines of each function of a module, without decorators, by its name and first line."""
    found = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    named = (one for one in found if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    return {f"{one.name}, line {one.lineno}": (one.end_lineno or 0) - one.lineno + 1 for one in named}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_module_is_longer_than_a_few_screens(folder: str) -> None:
    long = {
        str(path.relative_to(checkout())): lines
        for path in modules(folder)
        if (lines := path.read_text(encoding="utf-8").count("\n")) > MODULE
    }
    assert long == {}


def test_no_function_is_longer_than_a_screen_and_most_are_short() -> None:
    sizes = {(path.name, name): lines for path in modules("src") for name, lines in functions(path).items()}
    assert {one: lines for one, lines in sizes.items() if lines > FUNCTION} == {}
    assert median(sizes.values()) <= MEDIAN
