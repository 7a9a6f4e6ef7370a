"""The settings in force in the cluster under test: per component and, where nodes differ, per node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubeskeptic.durations import START_CEILING
from kubeskeptic.errors import Inconclusive, NotAsked

CEILINGS = {"START": START_CEILING}
"""Above these values, in seconds, a setting is known but must not be used to judge claims."""


@dataclass(frozen=True)
class Setting:
    """One setting of the cluster under test, in seconds unless ``unit`` differs, and where it was read.

    :param value: the largest value of all nodes if they differ
    :param per_node: its value on each node, for settings that are configured per node
    """

    name: str
    value: float
    source: str
    unit: str = "s"
    per_node: Mapping[str, float] = field(default_factory=dict)


class Settings:
    """The settings of one cluster, read live.

    :param missing: by name, why a setting could not be read, could not be read on every node, or is not reliable
    :param readable: whether the cluster is ours, so that a missing setting is a failed read and not a limit of the cluster
    """

    def __init__(
        self, settings: Mapping[str, Setting], missing: Mapping[str, str] | None = None, *, readable: bool = False
    ) -> None:
        self._settings = dict(settings)
        self.missing = _too_high(self._settings) | dict(missing or {})
        self.readable = readable

    def __getitem__(self, name: str) -> float:
        return self.setting(name).value

    def setting(self, name: str) -> Setting:
        """Return one setting with its source.

        :raises NotAsked: if this cluster does not allow reading it; a bound is never guessed
        :raises Inconclusive: if the cluster is ours and reading it failed, or the value read is not reliable
        """
        if name in self:
            return self._settings[name]
        why = self.missing.get(name, "it cannot be read on this cluster")
        unread = f"the setting {name}, from which the bound is computed, is not known: {why}"
        raise Inconclusive(unread) if self.readable or name in self._settings else NotAsked(unread)

    def __contains__(self, name: str) -> bool:
        return name in self._settings and name not in self.missing

    def measured(self, name: str) -> float:
        """Return the value as read, even if no claim may be judged by it; 0 if it was not read."""
        return self._settings[name].value if name in self._settings else 0.0

    def with_(self, *settings: Setting) -> Settings:
        """Return these settings with others added."""
        more = {setting.name: setting for setting in settings}
        return Settings(self._settings | more, self.missing, readable=self.readable)

    def on(self, node: str) -> Settings:
        """Return the settings of one node."""
        each = {name: one for name, one in self._settings.items() if one.per_node}
        here = {
            name: Setting(name, one.per_node[node], one.source, one.unit)
            for name, one in each.items()
            if node in one.per_node
        }
        missing = {name: f"it was not read on {node}" for name in each if name not in here}
        missing |= {name: why for name, why in self.missing.items() if name not in here}
        return Settings(self._settings | here, missing, readable=self.readable)

    def as_record(self) -> dict[str, Any]:
        """Return the settings as they appear in the journal's ``run`` record."""
        return {s.name: _record(s) for s in self._settings.values()}

    def unread_record(self) -> dict[str, Any]:
        """Return the settings that could not be read, as they appear under ``unread`` in the journal's ``run`` record."""
        return {"readable": self.readable, "missing": dict(self.missing)}

    @classmethod
    def from_record(cls, record: Mapping[str, Mapping[str, Any]], **more: Any) -> Settings:
        """Return the settings from a journal's ``run`` record."""
        read = {
            n: Setting(n, float(r["value"]), str(r["from"]), str(r["unit"]), dict(r.get("per_node", {})))
            for n, r in record.items()
        }
        return cls(read, **more)


def _too_high(settings: Mapping[str, Setting]) -> dict[str, str]:
    """Return, by name, why each setting above its ceiling is not reliable."""
    return {
        name: f"{one.source}, took {most:g} s to be Ready; above {CEILINGS[name]:g} s the value is not used to judge claims"
        for name, one in settings.items()
        if name in CEILINGS and (most := max([one.value, *one.per_node.values()])) > CEILINGS[name]
    }


def _record(setting: Setting) -> dict[str, Any]:
    common = {"value": setting.value, "unit": setting.unit, "from": setting.source}
    return common | ({"per_node": dict(setting.per_node)} if setting.per_node else {})
