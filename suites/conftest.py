"""Slow scenarios are left out unless they are asked for: by `-m slow`, or by naming their suite file."""

from __future__ import annotations

from typing import Any

from kubeskeptic.plugin.cases import scenario_of

SLOW = "slow: cases of a scenario that takes minutes; left out unless asked for with -m slow or by their suite file"


def pytest_configure(config: Any) -> None:
    """Declare the mark."""
    config.addinivalue_line("markers", SLOW)


def pytest_itemcollected(item: Any) -> None:
    """Mark the tests of slow scenarios."""
    scenario = scenario_of(getattr(item, "module", None))
    if scenario and scenario.slow:
        item.add_marker("slow")


def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    """Leave slow tests out, unless an expression of marks speaks of them or their file is named."""
    files = [str(word).partition("::")[0] for word in config.args]
    slow = [item for item in items if item.get_closest_marker("slow") and not _named(item, files)]
    if slow and "slow" not in config.option.markexpr:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


def _named(item: Any, files: list[str]) -> bool:
    return any(file.endswith(item.path.name) for file in files)
