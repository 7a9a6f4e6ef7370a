"""All faults by name: a journal record names the fault whose code undoes it.

Faults need no registration: every module of this package is imported, and the faults that it defines are collected.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module

from kubeskeptic import faults
from kubeskeptic.errors import BadInput
from kubeskeptic.faults.fault import Fault


def _defined() -> Iterator[type[Fault]]:
    """Yield the faults that the modules of this package define or import; shared base classes have no name."""
    for module in pkgutil.walk_packages(faults.__path__, f"{faults.__name__}."):
        if module.name == __name__:
            continue
        for thing in vars(import_module(module.name)).values():
            if isinstance(thing, type) and issubclass(thing, Fault) and "name" in vars(thing):
                yield thing


FAULTS: dict[str, type[Fault]] = {fault.name: fault for fault in _defined()}
"""All faults by name."""


def named(name: str) -> type[Fault]:
    """Return the fault with this name.

    :raises BadInput: when there is none; with the closest names
    """
    if name not in FAULTS:
        underscored = name.replace("-", "_")
        close = [underscored] if underscored in FAULTS else get_close_matches(underscored, sorted(FAULTS), n=3)
        hint = f"did you mean {' or '.join(close)}? " if close else ""
        raise BadInput(f"there is no fault “{name}”; {hint}`skeptic faults` lists all")
    return FAULTS[name]
