"""Notations in which a cluster writes its settings: Go's durations, command-line flags, CoreDNS's Corefile. All pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_WHOLE = re.compile(rf"([+-]?)(?:0|((?:{_PART.pattern})+))")

CACHE_DEFAULT = 3600.0
"""Seconds that CoreDNS's cache plugin keeps an answer at most when the Corefile names no number."""
TTL_DEFAULT = 5.0
"""Seconds of the kubernetes plugin's answers when the Corefile has no ``ttl``."""


def go_duration(text: str) -> float:
    """Seconds of a duration as Go writes it, such as ``1h15m30.5s`` or ``100ms``.

    Source: https://pkg.go.dev/time#ParseDuration

    :raises ValueError: when it is none
    """
    whole = _WHOLE.fullmatch(text.strip())
    if not whole:
        raise ValueError(f"not a duration: {text!r}")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(whole[2] or ""))
    return -seconds if whole[1] == "-" else seconds


def flag(words: Sequence[str], name: str) -> str | None:
    """The value of ``--name=value`` or ``--name value`` on a command line; None when it is not there. The last one counts."""
    found = None
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == f"--{name}":
            found = following
        elif word.startswith(f"--{name}="):
            found = word.partition("=")[2]
    return found


def command_line(pod: Mapping[str, Any]) -> list[str]:
    """The words of a pod's first container: its command and its arguments."""
    container = pod["spec"]["containers"][0]
    return [*(container.get("command") or ()), *(container.get("args") or ())]


def dns_ttl(corefile: str, zone: str = "cluster.local") -> tuple[float, float] | None:
    """The TTL of answers about the cluster, and for how long at most CoreDNS's own cache keeps them (0: not at all).

    Source: https://coredns.io/plugins/kubernetes/ and https://coredns.io/plugins/cache/

    :returns: both in seconds, or None when no server of the Corefile answers for the cluster
    """
    server = next(
        (block for _, block in _blocks(corefile) if any(words[:1] == ["kubernetes"] for words, _ in block)), None
    )
    if server is None:
        return None
    ttl = _number(_inner(server, "kubernetes"), "ttl", 1, TTL_DEFAULT)
    cache = next((words for words, _ in server if words[0] == "cache"), None)
    if cache is None or _never_cached(_inner(server, "cache"), zone):
        return ttl, 0.0
    limit = _number([cache], "cache", 1, CACHE_DEFAULT)
    # `success CAPACITY [TTL]` has the last word on answers that are not errors.
    return ttl, min(ttl, _number(_inner(server, "cache"), "success", 2, limit))


Line = tuple[list[str], list[list[str]]]
"""A line of a server block: its words, and the lines of the block that it opens."""


def _blocks(corefile: str) -> list[tuple[list[str], list[Line]]]:
    """Server blocks: their keys, and their lines."""
    servers: list[tuple[list[str], list[Line]]] = []
    depth = 0
    for words in _lines(corefile):
        opens, closes = words[-1] == "{", words == ["}"]
        named = words[:-1] if opens else words
        if depth == 0 and opens:
            servers.append((named, []))
        elif depth == 1 and not closes:
            servers[-1][1].append((named, []))
        elif depth == 2 and not closes and servers[-1][1]:
            servers[-1][1][-1][1].append(named)
        depth += opens - closes
    return servers


def _lines(corefile: str) -> Iterable[list[str]]:
    for line in corefile.splitlines():
        words = line.partition("#")[0].split()
        if words:
            yield words


def _inner(server: list[Line], plugin: str) -> list[list[str]]:
    return next((inner for words, inner in server if words[0] == plugin), [])


def _number(lines: list[list[str]], name: str, at: int, otherwise: float) -> float:
    """Word number ``at`` of the first line that begins with ``name``, when it is a number."""
    found = (words[at] for words in lines if words[0] == name and len(words) > at and words[at].isdigit())
    return float(next(found, otherwise))


def _never_cached(lines: list[list[str]], zone: str) -> bool:
    """``disable success [ZONES…]``: without zones it means every zone."""
    disabled = [words[2:] for words in lines if words[:2] == ["disable", "success"]]
    return any(not zones or zone in (name.rstrip(".") for name in zones) for zones in disabled)
