"""The settings of faults, as a shell gives and shows them: ``name=value``."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields
from typing import Any, get_type_hints

from kubeskeptic.errors import BadInput
from kubeskeptic.faults import Fault

_TYPES = {str: "text", int: "whole number", float: "number", bool: "true or false"}
_COMMON = {
    "node": "name of the node",
    "namespace": "namespace of the pod",
    "pod": "name of the pod",
}
"""What settings mean that are the same in many faults."""


@dataclass(frozen=True)
class Setting:
    """One setting of a fault.

    :param fault: the name of the fault
    :param type: one of Python's types
    :param default: ``dataclasses.MISSING`` when it has to be given
    :param says: what it means, with its unit
    """

    fault: str
    name: str
    type: type
    default: Any
    says: str

    @property
    def required(self) -> bool:
        """Whether it has to be given."""
        return self.default is MISSING

    @property
    def takes(self) -> str:
        """What kind of value it takes."""
        return _TYPES.get(self.type, "value")

    def __str__(self) -> str:
        return f"{self.name}={self.takes}" + ("" if self.required else f" (default {self.default!r})")

    def value(self, text: str) -> Any:
        """Return the value that a text stands for.

        :raises BadInput: when it is empty but required, or of another type
        """
        if not text and self.required:
            raise BadInput(f"{self.name} of {self.fault} is empty; it needs a value: {self.says}")
        try:
            if self.type is bool:
                return {"true": True, "false": False}[text.lower()]
            value = self.type(text)
            if self.type is float and not math.isfinite(value):
                raise ValueError("not finite")
            return value
        except (ValueError, KeyError) as wrong:
            raise BadInput(f"{self.name} of {self.fault} is a {self.takes}, not “{text}”") from wrong

    def record(self) -> dict[str, object]:
        """Return it as data; without a default when it has to be given."""
        given = {} if self.required else {"default": self.default}
        return {"name": self.name, "type": self.takes, "says": self.says} | given


def settings_of(kind: type[Fault]) -> dict[str, Setting]:
    """Return the settings of a fault by name, in order. Every fault is a dataclass, although its base class is none."""
    types, told = get_type_hints(kind), _params(kind)
    return {
        one.name: Setting(kind.name, one.name, types[one.name], one.default, told.get(one.name, ""))
        for one in fields(kind)  # type: ignore[arg-type]
    }


def listed(settings: Iterable[Setting]) -> str:
    """Return settings as part of a sentence."""
    return ", ".join(map(str, settings)) or "none"


def _params(kind: type[Fault]) -> dict[str, str]:
    """Return what the docstring of a fault says about its settings."""
    text = inspect.cleandoc(kind.__doc__ or "")
    found = re.findall(r"^:param (\w+): (.*(?:\n[ \t]+.*)*)", text, re.MULTILINE)
    return _COMMON | {name: " ".join(says.replace("``", "`").split()) for name, says in found}
