"""What holds for every submission: a holder who may hold, never the accused, never out of lane."""

from hypothesis import given
from hypothesis import strategies as st

from services.routing.policy import decide, next_step
from shared.events.intake import GrievanceSubmitted
from shared.events.routing import GrievanceRouted
from tests.support.submissions import policy, submission

BODIES = sorted(set(policy().organisations.organisations) - {policy().rules.last_resort})
CATEGORIES = [None, "NO_SUCH_THING", *policy().taxonomy.categories]
SITES = [None, "atlantis", *policy().sites.sites]
KINDS = ["company", "cooperative", "syndicate", "authority", "security_force", "person"]
PROTECTING = {
    "life",
    "sexual_violence",
    "child",
    "forced_labour",
    "detention",
    "armed",
    "security_force",
    "reprisal",
}
ALWAYS_PROTECTED = {
    "ILLEGAL_TAX",
    "CORRUPTION",
    "SECURITY_FORCE",
    "ARMED_GROUP",
    "SGBV",
    "CHILD",
    "FORCED_LABOUR",
    "RETALIATION",
}
SIGNS = sorted(policy().rules.signs)

submissions = st.builds(
    lambda category, site, organisation, accused, kinds, danger, signs: submission(
        category=category,
        site=site,
        organisation=organisation,
        accused=[*accused, *(f"kind:{kind}" for kind in kinds)],
        danger=danger,
        danger_signs=tuple(signs),
    ),
    st.sampled_from(CATEGORIES),
    st.sampled_from(SITES),
    st.sampled_from([None, *BODIES]),
    st.lists(st.sampled_from(BODIES), max_size=len(BODIES), unique=True),
    st.lists(st.sampled_from(KINDS), max_size=2, unique=True),
    st.booleans(),
    st.lists(st.sampled_from(SIGNS), max_size=2, unique=True),
)


def dangerous(given: GrievanceSubmitted) -> bool:
    """Tell whether the domain rules protect a submission, read straight from its codes."""
    named = {given.organisation} | {accused.organisation for accused in given.accused}
    kinds = {accused.kind for accused in given.accused}
    return (
        given.danger
        or bool(set(given.danger_signs) & PROTECTING)
        or "police-demo" in named
        or bool(kinds & {"security_force", "armed_group"})
        or given.category in ALWAYS_PROTECTED
    )


def assert_sound(route: GrievanceRouted) -> None:
    """Assert the invariants of one decision."""
    body = policy().organisations.find(route.holder)
    assert body is not None
    assert body.can_hold
    assert route.holder not in route.accused
    assert route.advocate is None or route.advocate not in route.accused
    if route.lane == "protected":
        assert route.responder == "protection"
        assert body.kind == "protection"
        assert route.advocate is None
    assert route.rules


@given(submissions)
def test_there_is_always_a_holder_who_may_hold(given_submission: object) -> None:
    route = decide(given_submission, policy())  # type: ignore[arg-type]
    assert_sound(route)


@given(submissions)
def test_danger_always_takes_the_protected_lane(given_submission: GrievanceSubmitted) -> None:
    route = decide(given_submission, policy())
    if dangerous(given_submission):
        assert route.lane == "protected"
        assert route.responder == "protection"
        assert route.category in ALWAYS_PROTECTED or route.severity == "S1"
    elif "death" not in given_submission.danger_signs:
        assert route.lane == "open"


@given(submissions, st.integers(1, 8), st.lists(st.sampled_from(BODIES), max_size=4))
def test_the_way_up_never_leaves_anybody_unsound(
    given_submission: object, steps: int, more: list[str]
) -> None:
    route = decide(given_submission, policy())  # type: ignore[arg-type]
    lane = route.lane
    for _ in range(steps):
        before = set(route.accused)
        route = next_step(route, "deadline-missed", policy(), more)
        assert_sound(route)
        assert route.lane == lane
        assert before | set(more) <= set(route.accused)


@given(submissions)
def test_the_way_up_ends_and_says_so(given_submission: object) -> None:
    route = decide(given_submission, policy())  # type: ignore[arg-type]
    for _ in range(12):
        route = next_step(route, "deadline-missed", policy())
    assert route.ladder_end
