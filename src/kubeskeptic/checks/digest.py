"""The code that decided a verdict: a hash of a test and of the checks that it calls, which is stored in a proof.

A proof is valid for this code, and no longer valid once the test or a check was changed. The verdict of a proof is *violated*,
so it does not depend on code that only rules out *holds* (:mod:`kubeskeptic.checks.coverage`).
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable
from functools import cache
from types import FunctionType

from kubeskeptic.checks import coverage, evidence

_CHECKS = evidence.__name__.rpartition(".")[0]


@cache
def digest_of(test: Callable[..., object]) -> str:
    """Return a hash, 16 hexadecimal digits, of a test function, of the modules of the checks that it calls, and of the check
    modules that these import.

    Comments, docstrings and layout are left out, because they cannot change a verdict. The hash is empty if a source is not
    available.
    """
    checks = vars(sys.modules[_CHECKS])
    called = (checks.get(name) for name in inspect.unwrap(test).__code__.co_names)
    modules = [inspect.unwrap(one).__module__ for one in called if isinstance(one, FunctionType)]
    try:
        texts = [_meaning(textwrap.dedent(inspect.getsource(test)))]
        texts += [_meaning(_source(name)) for name in sorted(_with_imports([*modules, evidence.__name__]))]
    except OSError:
        return ""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def _with_imports(modules: Iterable[str]) -> set[str]:
    """Return check modules together with all check modules that they import, directly or indirectly, except those that proofs
    do not depend on.
    """
    found: set[str] = set()
    todo = list(modules)
    while todo:
        name = todo.pop()
        if name in found or name == coverage.__name__:
            continue
        found.add(name)
        todo += _imports(_source(name))
    return found


@cache
def _imports(source: str) -> tuple[str, ...]:
    """Return the check modules that a source imports."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module=str(one)) if one == _CHECKS:
                found += [f"{_CHECKS}.{alias.name}" for alias in node.names]
            case ast.ImportFrom(module=str(one)) if one.startswith(f"{_CHECKS}."):
                found.append(one)
    return tuple(found)


def _source(module: str) -> str:
    return inspect.getsource(sys.modules[module])


@cache
def _meaning(source: str) -> str:
    """Return a source without comments, layout, docstrings and the strings that describe constants and fields."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            node.body = [one for one in node.body if not _is_text(one)] or [ast.Pass()]
    return ast.unparse(tree)


def _is_text(statement: ast.stmt) -> bool:
    """Return whether a statement is a string that nothing uses."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
