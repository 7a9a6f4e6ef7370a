"""Deselects cases of slow scenarios unless they are requested: with ``-m slow``, or by naming their file."""

from __future__ import annotations

import pytest

SLOW = "slow: cases of a scenario that takes minutes; deselected unless selected with -m slow or by file"


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect slow tests, unless the marker expression mentions ``slow`` or their file is named."""
    here = config.invocation_params.dir
    named = {(here / str(word).partition("::")[0]).resolve() for word in config.args}
    slow = [item for item in items if item.get_closest_marker("slow") and item.path not in named]
    if slow and "slow" not in config.option.markexpr:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]
