"""A claim's statement, with the settings in it explained."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kubeskeptic.reports import by_node
from kubeskeptic.reports.html.markup import Markup, el, join


def statement(states: str, settings: Mapping[str, Mapping[str, Any]]) -> Markup:
    """Return a claim's statement, in which the name of a setting shows its value and where that was read from.

    :param settings: the run's settings by name; other names in capitals stay as they are
    """
    names = "|".join(re.escape(name) for name in sorted(settings, key=len, reverse=True))
    parts = re.split(rf"(?<!\w)({names})(?!\w)", states) if names else [states]
    return join(*(_explained(part, settings[part]) if at % 2 else part for at, part in enumerate(parts)))


def _explained(name: str, setting: Mapping[str, Any]) -> Markup:
    return el("abbr", name, title=f"{name}, {by_node.setting(setting)}: {setting['from']}")
