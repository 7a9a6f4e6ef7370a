"""Clients that keep one port, and clients that take a new one for each question."""

from __future__ import annotations

import pytest

from kubeskeptic.checks.clients import lacking
from kubeskeptic.checks.ports import PORTS, PORTS_OF_CONNECT, asked_by_kept, most_by_chance, new_ports, one_port_each
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.timeline import ActSpan, Lane
from tests.drawn import lane, watched


def asked_from(*ports: int) -> Lane:
    """A lane whose questions take turns at these ports."""
    return lane("." * 40, ports={tick: ports[tick % len(ports)] for tick in range(40)})


@pytest.mark.parametrize("ports", [(5000,), (5000, 0)])
def test_one_port(ports: tuple[int, ...]) -> None:
    kept = asked_from(*ports)
    one_port_each(watched(kept), [kept])
    with pytest.raises(Inconclusive, match="should use new source ports, but kept one"):
        new_ports(watched(kept), [kept])


def test_more_than_one_port() -> None:
    new = asked_from(5000, 5001)
    new_ports(watched(new), [new])
    with pytest.raises(Inconclusive, match="should keep its source port, but used 2"):
        one_port_each(watched(new), [new])


def test_nobody_and_no_port() -> None:
    unknown = asked_from(0)
    for check in (one_port_each, new_ports):
        with pytest.raises(Inconclusive, match="no client"):
            check(watched(unknown), [])
        with pytest.raises(Inconclusive, match=r"the source port of .* is not known"):
            check(watched(unknown), [unknown])


def test_a_run_of_an_earlier_version_had_no_clients_that_keep_their_port() -> None:
    act = watched(asked_from(5000))
    asked_by_kept(act)
    asked_by_kept(act, "other", "web")
    with pytest.raises(NotAsked, match="that run had no “kept-1”, “kept-2”"):
        asked_by_kept(act, "kept-1", "kept-2")


def test_a_probe_that_is_to_keep_its_connection_kept_it() -> None:
    act = watched(lane("." * 30), spans=(ActSpan("act", 0.01, 1, 3),))
    act.recording.specs["web"] |= {"kind": "http-new"}
    asked_by_kept(act, "web")
    told = list(lacking(act, "web", act.lanes("web"), 0, 3))
    assert told == ["“web” took a new connection for each request, unlike what is claimed"]


# -- by chance --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("mean", "most"),
    [
        (0.0, 0),
        (0.0010, 0),  # 1 − e^−0.0010 = 0.0009995
        (0.0011, 1),
        (0.045, 1),  # 0.00098 for more than one
        (0.046, 2),
        (1.0, 5),  # from tables: 0.00059 for more than five, 0.0037 for more than four
        (10.0, 21),
    ],
)
def test_the_quantile_of_a_poisson_distribution(mean: float, most: int) -> None:
    assert most_by_chance(mean) == most


def test_there_are_as_many_ports_as_linux_has_by_default() -> None:
    assert (PORTS, PORTS_OF_CONNECT) == (28232, 14116)
