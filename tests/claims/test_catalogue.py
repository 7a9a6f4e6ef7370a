import re

import pytest

from kubeskeptic.claims import CHAPTERS, catalogue, claim
from kubeskeptic.claims.markdown import filled
from kubeskeptic.errors import UnknownClaim
from kubeskeptic.findings import Post
from kubeskeptic.paths import checkout


def test_the_readme_says_what_the_catalogue_says() -> None:
    readme = (checkout() / "README.md").read_text()
    assert filled(readme) == readme, "run: skeptic claims --fill README.md"


def test_ids_are_unique_and_well_formed() -> None:
    ids = [one.id for one in catalogue()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+\.[a-z-]+", id_) for id_ in ids)


def test_chapters_come_in_the_posts_order() -> None:
    chapters = [one.chapter for one in catalogue()]
    assert chapters == sorted(chapters, key=list(CHAPTERS).index)


def test_what_is_not_simply_true_says_its_condition() -> None:
    for one in catalogue():
        assert bool(one.condition) == (one.post is not Post.AGREES), one.id
        assert one.states.endswith("."), one.id
        assert len(one.says) < 120, one.id


def test_an_unknown_claim_names_the_closest() -> None:
    with pytest.raises(UnknownClaim, match=r"did you mean heal\.crash"):
        claim("heal.crashes")
