"""The pytest plug-in: options, the claim marker, verdicts as outcomes, the table at the end, the exit status.

pytest loads the plug-in in every environment where it is installed, so importing it loads only the command line. The rest is
loaded once a selected test is about a claim. Everything that changes a cluster is in the library and works without pytest.

PYTEST_DONT_REWRITE: the module has no assertions, and is often imported before pytest registers it for rewriting.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kubeskeptic.plugin.activation import (
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_itemcollected,
    pytest_report_collectionfinish,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)
from kubeskeptic.plugin.options import options_of, pytest_addoption, pytest_load_initial_conftests

if TYPE_CHECKING:
    from kubeskeptic.plugin.cases import claim
    from kubeskeptic.plugin.judging import Holds, Judge, Violated

__all__ = [
    "Holds",
    "Judge",
    "Violated",
    "claim",
    "options_of",
    "pytest_addoption",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_itemcollected",
    "pytest_load_initial_conftests",
    "pytest_report_collectionfinish",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
]

pytest_plugins = ("kubeskeptic.fixtures.run", "kubeskeptic.fixtures.recording", "kubeskeptic.fixtures.verdict")

_ELSEWHERE = {"Holds": "judging", "Judge": "judging", "Violated": "judging", "claim": "cases"}


def __getattr__(name: str) -> Any:
    """Return a name that suites import from here, loaded on first use."""
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__} has no {name}")
    return getattr(import_module(f"{__name__}.{_ELSEWHERE[name]}"), name)
