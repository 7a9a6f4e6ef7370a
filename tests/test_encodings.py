"""Text files are read and written as UTF-8, whatever the locale of the machine is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import kubeskeptic

PACKAGE = Path(kubeskeptic.__file__).parent
TEXT = {"read_text", "write_text", "open", "fdopen", "NamedTemporaryFile"}


def of_the_locale(source: str) -> list[int]:
    """The lines of calls that leave the encoding of a text file to the locale."""
    calls = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Call)]
    return [one.lineno for one in calls if _opens_text(one) and not any(key.arg == "encoding" for key in one.keywords)]


def _opens_text(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    modes = [*call.args[:2], *(key.value for key in call.keywords if key.arg == "mode")]
    binary = any(isinstance(one, ast.Constant) and isinstance(one.value, str) and "b" in one.value for one in modes)
    module = (
        call.func.value.id if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) else ""
    )
    return name in TEXT and not binary and (name, module) not in {("open", "os"), ("open", "tarfile")}


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("path.read_text()", [1]),
        ("path.read_text(encoding='utf-8')", []),
        ("with path.open('a') as file: pass", [1]),
        ("open(path, 'rb')", []),
        ("os.open(path, flags)", []),
    ],
)
def test_what_leaves_it_to_the_locale_is_found(source: str, lines: list[int]) -> None:
    assert of_the_locale(source) == lines


def test_every_text_file_has_an_encoding() -> None:
    files = (path for path in PACKAGE.rglob("*.py") if "agent" not in path.relative_to(PACKAGE).parts)  # pods use UTF-8
    found = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in files
        for line in of_the_locale(path.read_text(encoding="utf-8"))
    ]
    assert not found
