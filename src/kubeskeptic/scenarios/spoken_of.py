"""What the code of a set-up or an act refers to, which need not be declared as well: the manifest and the faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dis import get_instructions
from itertools import pairwise
from types import CodeType, FunctionType
from typing import Any

from kubeskeptic.faults.fault import Fault


def faults_spoken_of(step: Callable[..., Any]) -> frozenset[str]:
    """Return the names of the faults whose classes a function refers to, itself or in functions of its module that it calls.

    The recording of an act must contain them.
    """
    return frozenset(_faults(step, {step}))


def applies_manifest(setup: Callable[..., Any]) -> bool:
    """Return whether a set-up itself calls ``apply`` of its stage, which applies the scenario's manifest."""
    if not isinstance(setup, FunctionType):
        return False
    words = [one.argval for one in get_instructions(setup)]
    return any((stage, "apply") in pairwise(words) for stage in setup.__code__.co_varnames[:1])


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
