"""Damage to a journal, and the scenarios that it affects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kubeskeptic.journal import Record


class DamageByScenario:
    """Damage to a journal, one sentence each."""

    def __init__(self) -> None:
        self._all: list[str] = []
        self._of: dict[str, list[str]] = defaultdict(list)
        """By scenario; under the empty string, damage that counts for all later scenarios."""

    def note(self, why: str, scenarios: Iterable[str]) -> None:
        """Record damage for these scenarios; if there are none, for all later ones."""
        self._all.append(why)
        for name in list(scenarios) or [""]:
            self._of[name].append(why)

    def begin(self, scenario: str) -> None:
        """Also count for this scenario all damage that was found while no scenario was under way."""
        self._of[scenario] += self._of[""]

    def whole(self) -> tuple[str, ...]:
        """Return all damage, each sentence once."""
        return tuple(dict.fromkeys(self._all))

    def of(self, scenario: str, more: Iterable[str] = ()) -> tuple[str, ...]:
        """Return the damage that affects a scenario, with ``more`` sentences added, each sentence once."""
        return tuple(dict.fromkeys([*self._of[scenario], *more]))


def scenarios_of(record: Record) -> list[str]:
    """Return the scenarios that a record names, as far as it can be read."""
    probes = record.get("probes") if record.get("kind") == "samples" else None
    named = [probe.get("scenario") for probe in probes if isinstance(probe, dict)] if isinstance(probes, list) else []
    named.append(record.get("id") if record.get("kind") == "scenario" else record.get("scenario"))
    return list(dict.fromkeys(name for name in named if isinstance(name, str) and name))
