"""Does each observed cell match the documentation of Kubernetes?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.known_pods import unlike_the_watch
from kubeskeptic.checks.presumed import Presumed, not_as_presumed
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude
from kubeskeptic.timeline import Act
from kubeskeptic.timeline.cells import outcomes_of

CONTROL = "control: "
"""Prefix of the name of a cell that must be answered; otherwise the other cells prove nothing."""
UNANSWERED = "unanswered"
"""The cell of a lookup that no name server answered: the name may resolve, or not."""
_NONE = Bound(0, "cells", "each as documented")
_OPEN = (str(Outcome.UNKNOWN), UNANSWERED)
"""Cells that neither differ nor agree."""
_LISTED = 6
"""The number of values that are listed where all are as documented."""


@check
def matches(
    act: Act, table: str, expected: Mapping[str, object], presumed: Presumed | None = None, *, of: Sequence[str] = (),
    parts: Sequence[str] = (),
) -> Finding:  # fmt: skip
    """Check that every cell of a table noted by the scenario has the expected value.

    :param table: the name under which the scenario noted it (:meth:`~kubeskeptic.scenarios.stage.Stage.see`)
    :param expected: the expected values by cell name; a tuple stands for any of its members
    :param presumed: what must have been there while the cells were noted; otherwise the verdict is not *holds*
    :param of: the apps whose pods the table is about, which the watch has to bear out; none if it is about something else
    :param parts: the containers that the pod of the first of them has to have

    A cell with the outcome ``unknown``, or of a lookup that was not answered, neither differs nor agrees; of a cell that joins
    several outcomes, each has to agree. A boolean differs from any value of another type: 1 is not true.

    If the table has controls, whose names begin with :data:`CONTROL`, each cell that is compared needs its own, and all
    must be answered; otherwise the verdict is not *holds*.
    """
    seen = act.table(table)
    act.reading.doubts += _out_of_reach(seen, expected)
    act.reading.doubts += not_as_presumed(act, table, expected.keys(), presumed) if presumed else ()
    act.reading.doubts += unlike_the_watch(act, table, of, parts) if of else ()
    missing = sorted(expected.keys() - seen.keys())
    if missing or not expected:
        raise Inconclusive(f"the table “{table}” has no cell {', '.join(missing) or 'to compare'}")
    differ = [cell for cell, value in expected.items() if not _is(seen[cell], value)]
    wrong = [cell for cell in differ if _differs(seen[cell], expected[cell])]
    return conclude(
        _told(table, seen, expected, wrong, differ),
        {
            "cells that differ": Measure(len(wrong), "cells", len(wrong), len(differ)),
            "cells": Measure(len(expected), "cells"),
        },
        {"cells that differ": _NONE},
        window=(act.start, act.end),
        decisive=tuple(f"{cell}: {_said(seen[cell])}" for cell in wrong[:8]),
    )


def _told(
    table: str, seen: Mapping[str, object], expected: Mapping[str, object], wrong: Sequence[str], differ: Sequence[str]
) -> str:
    """Return, in words, whether a table is as documented.

    :param wrong: the cells with another value
    :param differ: these, and those whose value is not known
    """
    if wrong:
        told = "; ".join(f"{cell}: {_said(seen[cell])}, not {_said(expected[cell])}" for cell in wrong[:4])
        more = f"; and {len(wrong) - 4} more" if len(wrong) > 4 else ""
        return f"{len(wrong)} of {len(expected)} cells of “{table}” are not as documented: {told}{more}."
    if differ:
        return f"The outcome of {', '.join(differ[:4])} in “{table}” is not known."
    return f"“{table}” is as documented: {_listed(seen, expected)}."


def _out_of_reach(seen: Mapping[str, object], cells: Iterable[str]) -> Iterator[str]:
    """Yield the cells whose client may have reached nothing at all, one sentence each."""
    controls = {name: outcome for name, outcome in seen.items() if name.startswith(CONTROL)}
    for cell in cells if controls else ():
        outcome = controls.get(f"{CONTROL}{cell}", "not asked")
        if outcome != Outcome.OK:
            yield f"The control of “{cell}” was {outcome}: its client may reach nothing"


def _is(seen: object, expected: object) -> bool:
    return all(_is_one_of(part, expected) for part in outcomes_of(seen))


def _differs(seen: object, expected: object) -> bool:
    """Return whether a cell, or one of the outcomes that it joins, certainly has another value."""
    return any(part not in _OPEN and not _is_one_of(part, expected) for part in outcomes_of(seen))


def _is_one_of(seen: object, expected: object) -> bool:
    members = expected if isinstance(expected, tuple) else (expected,)
    # Outcomes are strings, both before and after they are written to the journal.
    return any(seen == one and isinstance(seen, bool) == isinstance(one, bool) for one in members)


def _listed(seen: Mapping[str, object], expected: Mapping[str, object]) -> str:
    more = [f"and {len(expected) - _LISTED} more"] if len(expected) > _LISTED else []
    return "; ".join([*(f"{cell}: {_said(seen[cell])}" for cell in list(expected)[:_LISTED]), *more])


def _said(value: object) -> str:
    match value:
        case True:
            return "yes"
        case False:
            return "no"
        case tuple():
            return " or ".join(map(_said, value))
        case _:
            return str(value)
