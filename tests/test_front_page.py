"""The public names: what `from kubeskeptic import …` offers is decided here, not by accident."""

import subprocess
import sys

import pytest

import kubeskeptic
from kubeskeptic import bounds, vocabulary
from kubeskeptic.faults.library import FAULTS

NAMES = {
    *("Act", "Claim", "Finding", "Holds", "Measure", "Post", "Risk", "Scenario", "Stage", "Verdict"),
    *("check", "claim"),
    *("dns_tcp", "dns_udp", "http_kept", "http_new", "tcp_connect"),
    *("BEFORE_EVICTION", "DEAD_ENDPOINT_WINDOW", "KILLED_CONTAINER_WINDOW", "PROGRAMMING_LAG", "UNTIL_EVICTED"),
    *("BACKOFF", "CACHE", "EVICT", "GRACE", "HPA", "LEASE", "MONITOR", "STABLE", "START", "SYNC", "SYN_SENT", "TTL"),
    *(fault.__name__ for fault in FAULTS.values()),
}


def test_the_front_page_offers_these_names() -> None:
    assert sorted(kubeskeptic.WORDS) == sorted(vocabulary.__all__) == sorted(NAMES)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_is_there(name: str) -> None:
    assert getattr(kubeskeptic, name) is getattr(vocabulary, name)


def test_a_setting_on_the_front_page_is_one_that_bounds_are_made_of() -> None:
    named = {name for name in NAMES if name.isupper()}
    assert all(isinstance(getattr(bounds, name), bounds.Expression) for name in named)


def test_anything_else_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        kubeskeptic.nothing  # noqa: B018


def test_importing_the_package_loads_nothing() -> None:
    asked = "import kubeskeptic, sys; print(sum(name.startswith('kubeskeptic') for name in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "1"
