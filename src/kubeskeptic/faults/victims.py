"""Who is hit: a pure function of the candidates, the rule and the seed.

The same three give the same victims on every machine and in every Python, in whichever order the candidates come; another
seed, or another rule, shuffles anew. A candidate that disappears does not change the order of the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from kubeskeptic.errors import BadInput


def choose(candidates: Iterable[str], rule: str, seed: int, count: int = 1) -> list[str]:
    """``count`` of the candidates.

    :param rule: what they are chosen for, such as "nodes/node_crashes: crash"; different rules choose independently
    :raises BadInput: when there are fewer candidates than that
    """
    distinct = sorted(set(candidates))
    if count < 1:
        raise BadInput(f"{rule}: asked for {count} victims; ask for one or more")
    if len(distinct) < count:
        raise BadInput(
            f"{rule}: asked for {count} victims and there are {len(distinct)}: {', '.join(distinct) or 'none'}"
        )
    return sorted(distinct, key=lambda candidate: (_draw(candidate, rule, seed), candidate))[:count]


def moment(earliest: float, latest: float, rule: str, seed: int) -> float:
    """A moment between two others, in seconds, evenly spread over seeds."""
    share = int(_draw("moment", rule, seed)[:13], 16) / 16**13
    return earliest + share * (latest - earliest)


def _draw(candidate: str, rule: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}\0{rule}\0{candidate}".encode()).hexdigest()
