"""A case that exists only in some versions of Kubernetes."""

from __future__ import annotations

import pytest

from kubeskeptic.claims.model import Case


@pytest.mark.parametrize("version", ["v1.35.0", "v1.36.3", "v1.40.1", "1.35.2-gke.100", "", "unknown"])
def test_since_a_version_and_in_every_later_one(version: str) -> None:
    assert Case("c", since="1.35").missing_in(version) == ""


def test_before_that_it_is_left_out_with_the_reason() -> None:
    why = Case("c", since="1.35").missing_in("v1.34.11")
    assert why == "this is so since Kubernetes 1.35, and the cluster runs v1.34.11"


@pytest.mark.parametrize(("version", "there"), [("v1.35.9", True), ("v1.36.0", False)])
def test_until_a_version_means_with_its_patches(version: str, *, there: bool) -> None:
    assert (Case("c", until="1.35").missing_in(version) == "") is there


def test_versions_are_compared_by_number() -> None:
    assert Case("c", since="1.9").missing_in("v1.10.0") == ""
