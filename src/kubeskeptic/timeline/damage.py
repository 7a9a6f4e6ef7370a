"""What is wrong with a journal, and which scenarios it concerns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kubeskeptic.journal import Record


class Damage:
    """What is wrong with a journal, one sentence each."""

    def __init__(self) -> None:
        self._all: list[str] = []
        self._of: dict[str, list[str]] = defaultdict(list)
        """By scenario; by the empty text what counts for all that come later."""

    def note(self, why: str, scenarios: Iterable[str]) -> None:
        """Keep it for these scenarios; for all that come later when there are none."""
        self._all.append(why)
        for name in list(scenarios) or [""]:
            self._of[name].append(why)

    def begin(self, scenario: str) -> None:
        """Let what was found while no scenario was under way count for this one, too."""
        self._of[scenario] += self._of[""]

    def whole(self) -> tuple[str, ...]:
        """All of it, each sentence once."""
        return tuple(dict.fromkeys(self._all))

    def of(self, scenario: str, more: Iterable[str] = ()) -> tuple[str, ...]:
        """What concerns a scenario, and what else is found to, each sentence once."""
        return tuple(dict.fromkeys([*self._of[scenario], *more]))


def scenarios_of(record: Record) -> list[str]:
    """Return the scenarios that a record says it is about, as far as it can be read."""
    probes = record.get("probes") if record.get("kind") == "samples" else None
    named = [probe.get("scenario") for probe in probes if isinstance(probe, dict)] if isinstance(probes, list) else []
    named.append(record.get("id") if record.get("kind") == "scenario" else record.get("scenario"))
    return list(dict.fromkeys(name for name in named if isinstance(name, str) and name))
