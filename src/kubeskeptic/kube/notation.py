"""Parsers for the notations of a cluster's settings: durations, quantities, command-line flags, the Corefile. All pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_WHOLE = re.compile(rf"([+-]?)(?:0|((?:{_PART.pattern})+))")

CACHE_DEFAULT = {"success": 3600.0, "denial": 1800.0}
"""Maximum seconds for which CoreDNS's cache plugin keeps an answer when the Corefile sets no limit."""
STALE_DEFAULT = 3600.0
"""Seconds for which ``serve_stale`` of the cache plugin serves an expired answer when it sets no limit."""
TTL_DEFAULT = 5.0
"""TTL in seconds of the kubernetes plugin's answers when the Corefile has no ``ttl``."""


def go_duration(text: str) -> float:
    """Return the seconds of a duration in Go's notation, such as ``1h15m30.5s`` or ``100ms``.

    Source: https://pkg.go.dev/time#ParseDuration

    :raises ValueError: when the text is not a duration
    """
    whole = _WHOLE.fullmatch(text.strip())
    if not whole:
        raise ValueError(f"not a duration: {text!r}")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(whole[2] or ""))
    return -seconds if whole[1] == "-" else seconds


def flag(words: Sequence[str], name: str) -> str | None:
    """Return the value of ``--name=value`` or ``--name value`` on a command line, or None. The last occurrence counts."""
    found = None
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == f"--{name}":
            found = following
        elif word.startswith(f"--{name}="):
            found = word.partition("=")[2]
    return found


def command_line(pod: Mapping[str, Any]) -> list[str]:
    """Return the command and arguments of a pod's first container."""
    container = pod["spec"]["containers"][0]
    return [*(container.get("command") or ()), *(container.get("args") or ())]


_SUFFIXES = {"": 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_SUFFIXES |= {f"{letter}i": 1024.0**power for power, letter in enumerate("KMGTPE", 1)}


def quantity(text: str) -> float:
    """Return a quantity in Kubernetes' notation, such as ``100Mi`` or ``2.5G``, in its base unit.

    Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/

    :raises ValueError: when the text is not a quantity
    """
    whole = re.fullmatch(r"([+-]?\d+\.?\d*(?:[eE][+-]?\d+)?)([a-zA-Z]*)", text.strip())
    if not whole or whole[2] not in _SUFFIXES:
        raise ValueError(f"not a quantity: {text!r}")
    return float(whole[1]) * _SUFFIXES[whole[2]]


@dataclass(frozen=True)
class DnsTimes:
    """Times in seconds that a Corefile sets for answers about the cluster.

    :param zone: the domain of the cluster's names
    :param ttl: TTL of the kubernetes plugin's answers
    :param positive: maximum time in CoreDNS's own cache, 0 when it caches no answers
    :param denial: the same for the answer that a name does not exist
    :param reloads: whether a changed Corefile takes effect without a restart
    """

    zone: str
    ttl: float
    positive: float
    denial: float
    reloads: bool


def dns_times(corefile: str) -> DnsTimes | None:
    """Return how long answers about the cluster are kept, or None when no server in the Corefile answers for it.

    Source: https://coredns.io/plugins/kubernetes/ and https://coredns.io/plugins/cache/
    """
    servers = [block for _, block in _blocks(corefile)]
    server = next((block for block in servers if any(words[0] == "kubernetes" for words, _ in block)), None)
    if server is None:
        return None
    zones = next(words[1:] for words, _ in server if words[0] == "kubernetes")
    zone = next((one.rstrip(".") for one in zones if not one.rstrip(".").endswith(".arpa")), "cluster.local")
    ttl = _number(_inner(server, "kubernetes"), "ttl", 1, TTL_DEFAULT)
    kept = {kind: _kept(server, kind, zone, ttl) for kind in ("success", "denial")}
    return DnsTimes(zone, ttl, kept["success"], kept["denial"], any(words[0] == "reload" for words, _ in server))


def _kept(server: list[Line], kind: str, zone: str, ttl: float) -> float:
    """Return how long a server's cache keeps answers of a kind: at most their TTL, unless it serves stale ones."""
    cache = next((words for words, _ in server if words[0] == "cache"), None)
    inner = _inner(server, "cache")
    if cache is None or _never_cached(inner, kind, zone):
        return 0.0
    limit = _number([cache], "cache", 1, CACHE_DEFAULT[kind])
    # `success CAPACITY [TTL]` and `denial CAPACITY [TTL]` take precedence.
    kept = min(ttl, _number(inner, kind, 2, limit))
    stale = next((words for words in inner if words[0] == "serve_stale"), None)
    return kept if stale is None else kept + (go_duration(stale[1]) if stale[1:] else STALE_DEFAULT)


Line = tuple[list[str], list[list[str]]]
"""A line of a server block: its words, and the lines of the block that it opens."""


def _blocks(corefile: str) -> list[tuple[list[str], list[Line]]]:
    """Return the server blocks, each as its keys and its lines."""
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
    """Return word ``at`` of the first line on which ``name`` is followed by a number there, or ``otherwise``."""
    found = (words[at] for words in lines if words[0] == name and len(words) > at and words[at].isdigit())
    return float(next(found, otherwise))


def _never_cached(lines: list[list[str]], kind: str, zone: str) -> bool:
    """Return whether ``disable KIND [ZONES…]`` applies: no zones means every zone; a zone includes its subdomains."""
    name = f".svc.{zone}."
    disabled = [words[2:] for words in lines if words[:2] == ["disable", kind]]
    return any(
        not zones or any(name.endswith(f".{one.strip('.')}.".replace("..", ".")) for one in zones) for zones in disabled
    )
