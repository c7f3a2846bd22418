"""What a refusal means is said in words of ours: the quota, what is asked, used and allowed, and what to do."""

import pytest

from tonnage.testing.sandbox.api import _unquoted
from tonnage.testing.sandbox.refusals import over_quota, pods_refused, refusal

FORBIDDEN = 'pods "chat" is forbidden: '
GPUS = "requested: requests.nvidia.com/gpu=4, used: requests.nvidia.com/gpu=10, limited: requests.nvidia.com/gpu=12"
TWO = "requested: pods=1,requests.cpu=3500m, used: pods=4,requests.cpu=15, limited: pods=4,requests.cpu=16"


def test_the_plans_quota_is_named_with_its_sum_and_the_way_to_more() -> None:
    """More comes from the team's file, by a plan."""
    found = refusal("Pod team-search/chat", f"{FORBIDDEN}exceeded quota: plan, {GPUS}", 403)

    assert str(found).startswith("error TN511: Pod team-search/chat: quota plan has no room")
    assert "it asks for 4 of requests.nvidia.com/gpu, of 12 there are 10 in use" in found.what
    assert "plan again" in found.fix


def test_each_amount_that_does_not_fit_is_named() -> None:
    """In the order of their names; somebody else's quota is not the plan's to widen."""
    found = over_quota("Pod a/b", f"{FORBIDDEN}exceeded quota: theirs, {TWO}")

    assert found is not None
    assert found.what == (
        "quota theirs has no room: it asks for 1 of pods, of 4 there are 4 in use; "
        "it asks for 3500m of requests.cpu, of 16 there are 15 in use"
    )
    assert found.fix == "ask for less, or let pods end first"


def test_the_quota_of_priorities_speaks_of_priorities() -> None:
    """One pod too many would be no answer."""
    said = "exceeded quota: priorities, requested: pods=1, used: pods=0, limited: pods=0"
    found = pods_refused("Deployment team-search/chat", FORBIDDEN + said)

    assert found.code == "TN512"
    assert found.what.startswith("its pods are refused: quota priorities refuses its PriorityClass")


@pytest.mark.parametrize("said", ["exceeded quota", "exceeded quota: plan, requested: , used: , limited: ", "no such"])
def test_other_words_are_passed_on_as_they_are(said: str) -> None:
    """A server of another version may word it anew."""
    assert over_quota("Pod a/b", said) is None
    assert (refusal("Pod a/b", said, 403).what, refusal("Pod a/b", said, 403).code) == (said, "TN609")


def test_a_status_has_its_own_advice() -> None:
    """And one that is unknown a general one."""
    fixes = [refusal("Pod a/b", "no", status).fix for status in (403, 404, 409, 422)]
    assert len(set(fixes)) == 4


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ('299 - "v1 Endpoints is deprecated"', "v1 Endpoints is deprecated"),
        (
            r'299 - "would violate PodSecurity \"restricted:latest\": a\\b"',
            r'would violate PodSecurity "restricted:latest": a\b',
        ),
        ("299 - plain", "299 - plain"),
    ],
)
def test_a_warning_is_read_whole_with_the_quotes_inside(header: str, text: str) -> None:
    """Pod Security quotes the level that it speaks of."""
    assert _unquoted(header) == text
