"""The settings of the cluster under test, as they are in force: per component and, where nodes differ, per node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubeskeptic.durations import START_CEILING
from kubeskeptic.errors import Inconclusive, NotAsked

CEILINGS = {"START": START_CEILING}
"""Above these values, in seconds, a setting is known, but no claim may be judged by it."""


@dataclass(frozen=True)
class Setting:
    """One setting of the cluster under test, in seconds unless said otherwise, and where it was read.

    :param value: the largest of all nodes, where they differ
    :param per_node: its value on each node, for what is configured node by node
    """

    name: str
    value: float
    source: str
    unit: str = "s"
    per_node: Mapping[str, float] = field(default_factory=dict)


class Settings:
    """The settings of one cluster, read live.

    :param missing: why a setting could not be read, or not on every node, or may not be relied on, by its name
    :param readable: the cluster is ours, so that what is missing is a fault of the reading and not of the cluster
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

        :raises NotAsked: when this cluster does not let it be read; a bound is never guessed
        :raises Inconclusive: when the cluster is ours and reading it failed, or what was read may not be relied on
        """
        if name in self:
            return self._settings[name]
        why = self.missing.get(name, "it cannot be read on this cluster")
        unread = f"the setting {name}, from which the bound is computed, is not known: {why}"
        raise Inconclusive(unread) if self.readable or name in self._settings else NotAsked(unread)

    def __contains__(self, name: str) -> bool:
        return name in self._settings and name not in self.missing

    def measured(self, name: str) -> float:
        """Return the value as it was read, also where no claim may be judged by it; 0 when it was not read."""
        return self._settings[name].value if name in self._settings else 0.0

    def with_(self, *settings: Setting) -> Settings:
        """Return these settings and others."""
        more = {setting.name: setting for setting in settings}
        return Settings(self._settings | more, self.missing, readable=self.readable)

    def without(self, name: str, why: str) -> Settings:
        """Return these settings, one of which may not be used for a bound."""
        return Settings(self._settings, self.missing | {name: why}, readable=self.readable)

    def on(self, node: str) -> Settings:
        """Return the settings as they are on one node."""
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
        """Return what could not be read as it appears in the journal's ``run`` record, as ``unread``."""
        return {"readable": self.readable, "missing": dict(self.missing)}

    @classmethod
    def from_record(cls, record: Mapping[str, Mapping[str, Any]], **more: Any) -> Settings:
        """Return the settings that a journal's ``run`` record holds."""
        read = {
            n: Setting(n, float(r["value"]), str(r["from"]), str(r["unit"]), dict(r.get("per_node", {})))
            for n, r in record.items()
        }
        return cls(read, **more)


def _too_high(settings: Mapping[str, Setting]) -> dict[str, str]:
    """By name, why a setting that is above its ceiling may not be relied on."""
    return {
        name: f"{one.source}, took {most:g} s to be Ready; above {CEILINGS[name]:g} s no claim is judged by it"
        for name, one in settings.items()
        if name in CEILINGS and (most := max([one.value, *one.per_node.values()])) > CEILINGS[name]
    }


def _record(setting: Setting) -> dict[str, Any]:
    common = {"value": setting.value, "unit": setting.unit, "from": setting.source}
    return common | ({"per_node": dict(setting.per_node)} if setting.per_node else {})
