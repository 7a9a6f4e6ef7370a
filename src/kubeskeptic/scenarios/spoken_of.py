"""Which faults the code of an act refers to: its recording must contain them, and they need not be declared as well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

from kubeskeptic.faults.fault import Fault


def faults_spoken_of(step: Callable[..., Any]) -> frozenset[str]:
    """Return the names of the faults whose classes a function refers to, itself or in functions of its module that it calls."""
    return frozenset(_faults(step, {step}))


def _faults(step: Callable[..., Any], known: set[object]) -> Iterator[str]:
    if not isinstance(step, FunctionType):
        return
    for thing in map(step.__globals__.get, _names(step.__code__)):
        if isinstance(thing, type) and issubclass(thing, Fault):
            yield thing.name
        elif isinstance(thing, FunctionType) and thing.__module__ == step.__module__ and thing not in known:
            known.add(thing)
            yield from _faults(thing, known)


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names that a function's code takes from outside, including the code of functions within it."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)
