"""Generated policies: any directory, ladders and rules that the project's own checks accept."""

from dataclasses import replace
from functools import cache
from typing import Any, Final, get_args

from hypothesis import assume
from hypothesis import strategies as st

from services.routing.policy import (
    MODELS,
    Policy,
    Responders,
    Risk,
    RoutingRules,
    Step,
    check,
)
from shared.directory import Function, Organisation, OrganisationKind, Organisations, Site, Sites
from shared.events.codes import AccusedKind, Lane, Severity
from shared.events.intake import GrievanceSubmitted
from shared.policy_bundle import Bundle, PolicyError
from shared.taxonomy import Category, Label, Taxonomy
from tests.support.submissions import policy, submission

KINDS: Final[tuple[OrganisationKind, ...]] = get_args(OrganisationKind)
ACCUSED_KINDS: Final[tuple[AccusedKind, ...]] = get_args(AccusedKind)
FUNCTIONS: Final[tuple[Function, ...]] = get_args(Function)
SITES: Final = ("site-1", "site-2", "site-3")
LAST_RESORT: Final = "last-resort"
TRIAGE: Final = "syndicate-triage"
SIGNS: Final = tuple(policy().rules.signs)
#: Signs and categories of the generated policies; the shipped ones have the same shape.
_CODES: Final = ("A", "B", "C", "D", "OTHER")
_LABEL: Final = Label(fr="x", en="x")


#: Bodies: of some sites or all, of the whole country, closed, without a contact, with functions.
_BODIES: Final = st.tuples(
    st.sampled_from(((), SITES[:1], SITES[1:2], SITES[:2])),
    st.sampled_from((False, False, True)),
    st.sampled_from((True, True, True, True, False)),
    st.sampled_from((("office@body.example",),) * 4 + ((),)),
    st.sampled_from(((), *((function,) for function in FUNCTIONS), FUNCTIONS[:3])),
)
_COUNTS: Final = st.tuples(*(st.integers(0, 3) for _ in KINDS))


@st.composite
def directories(draw: st.DrawFn) -> Organisations:
    """Return a directory of up to three bodies of each kind, and those that the rules name."""
    found = {}
    for kind, count in zip(KINDS, draw(_COUNTS), strict=True):
        for number in range(count):
            sites, national, opened, emails, functions = draw(_BODIES)
            found[f"{kind}-{number}"] = Organisation(
                name=f"Organisme ({kind})",
                kind=kind,
                sites=sites,
                national=national,
                open=opened,
                emails=emails,
                functions=functions,
            )
    reachable: dict[str, Any] = {"emails": ("office@body.example",)}
    found[TRIAGE] = Organisation(name="Triage", kind="syndicate", **reachable)
    found[LAST_RESORT] = Organisation(name="Last", kind="protection", national=True, **reachable)
    return Organisations(organisations=found)


def _steps(directory: Organisations) -> dict[str, Step]:
    """Return the shipped steps on which somebody of the directory may stand."""
    known = directory.organisations.values()
    return {
        name: step
        for name, step in policy().responders.steps.items()
        if any(b.kind == step.kind and step.function in (None, *b.functions) for b in known)
    }


_SEVERITIES: Final[tuple[Severity, ...]] = ("S1", "S2", "S3", "S4")
_LANES: Final[tuple[Lane, ...]] = ("open", "open", "protected")
_CATEGORIES: Final = st.tuples(
    st.sampled_from(_LANES),
    st.sampled_from(_SEVERITIES),
    st.sampled_from(((), (), *((kind,) for kind in KINDS))),
)


@cache
def _ladders(steps: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(steps), min_size=1, max_size=5, unique=True).map(tuple)


def _category(draw: st.DrawFn, steps: tuple[str, ...]) -> Category:
    lane, severity, recuses = draw(_CATEGORIES)
    ladder = draw(_ladders(steps)) if lane == "open" else ()
    return Category(
        label=_LABEL, group="other", severity=severity, lane=lane, ladder=ladder, recuses=recuses
    )


_BITS: Final = st.integers(0, (1 << len(SIGNS)) - 1)
_RECUSED: Final = {"syndicate", "authority", "protection"}


def _rules(draw: st.DrawFn, steps: dict[str, Step]) -> RoutingRules:
    protection = tuple(name for name, step in steps.items() if step.kind == "protection")
    protecting, authority_first, recusing = draw(_BITS), draw(_BITS), draw(_BITS)
    signs = {
        sign: Risk(
            severity="S1" if protecting >> place & 1 else "S2",
            protected=bool(protecting >> place & 1),
            why="x",
            open_for=frozenset(_CODES[place % 7 : place % 7 + 1]),
            authority_first=bool(authority_first >> place & 1),
        )
        for place, sign in enumerate(SIGNS)
    }
    recused = {kind for place, kind in enumerate(KINDS) if recusing >> place & 1} | _RECUSED
    return policy().rules.model_copy(
        update={
            "protected_ladder": draw(st.permutations(protection).map(tuple)),
            "triage_ladder": ("triage", *protection),
            "triage_categories": draw(st.sampled_from(((), ("OTHER",), ("OTHER", "A")))),
            "default_triage_holder": TRIAGE,
            "last_resort": LAST_RESORT,
            "signs": signs,
            "recused_respondents": tuple(sorted(recused)),
        }
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Return a policy that passes the checks which the shipped one has to pass."""
    directory = draw(directories())
    steps = _steps(directory)
    names = tuple(steps)
    made = Policy(
        version="p-generated000",
        taxonomy=Taxonomy(
            groups={"other": _LABEL},
            categories={code: _category(draw, names) for code in _CODES},
        ),
        responders=Responders(steps=steps),
        rules=_rules(draw, steps),
        sites=Sites(sites={site: Site(name=site) for site in SITES}),
        organisations=directory,
    )
    assume(valid(made))
    return made


def valid(made: Policy) -> bool:
    """Tell whether a policy passes the project's own checks."""
    parts = (made.taxonomy, made.responders, made.rules, made.sites, made.organisations)
    files = dict.fromkeys(MODELS, "{}")
    try:
        check(Bundle(made.version, files, {type(part): part for part in parts}))
    except PolicyError:
        return False
    return True


def with_body(made: Policy, name: str, **changes: Any) -> Policy:
    """Return a policy in which one organisation has changed, or is new."""
    known = dict(made.organisations.organisations)
    old = known[name].model_dump() if name in known else {"name": name}
    known[name] = Organisation.model_validate(old | changes)
    return replace(made, organisations=Organisations(organisations=known))


def submissions(made: Policy) -> st.SearchStrategy[GrievanceSubmitted]:
    """Return submissions that name anybody, any kind, anything dangerous, or nothing."""
    names = tuple(made.organisations.organisations)
    marks = (*names, *(f"kind:{kind}" for kind in ACCUSED_KINDS), "not-in-the-directory")
    return st.builds(
        lambda signs, accused, **codes: submission(
            danger_signs=tuple(signs), accused=accused, **codes
        ),
        signs=st.lists(st.sampled_from(SIGNS), max_size=2, unique=True),
        accused=st.lists(st.sampled_from(marks), max_size=4, unique=True) | st.just(list(names)),
        category=st.sampled_from((None, "NO_SUCH_THING", *_CODES)),
        site=st.sampled_from((None, "atlantis", *SITES)),
        organisation=st.sampled_from((None, *names)),
        representative=st.sampled_from((None, *names)),
        danger=st.sampled_from((False, False, True)),
        contactable=st.sampled_from(((), ("sms",), ("email",))),
    )


def accused_of(given: GrievanceSubmitted, made: Policy) -> set[str]:
    """Return who is accused, read from the domain rules and not from the program.

    Those who are named; everybody of a kind that is named alone or that the category recuses, at
    the site or anywhere when it is not known, but for national authorities; and a respondent of a
    kind that may not answer for itself.
    """
    known = made.organisations.organisations
    site = given.site if given.site in made.sites.sites else None
    named = {a.organisation for a in given.accused if a.organisation in known}
    kinds: set[str] = {a.kind for a in given.accused if a.kind and a.organisation not in known}
    category = made.taxonomy.categories.get(given.category or "")
    kinds |= set(category.recuses) if category else set()
    found = {name for name in named if name}
    for name, body in known.items():
        there = site is None or body.national or not body.sites or site in body.sites
        central = body.national and body.kind == "authority"
        if body.kind in kinds and there and not central:
            found.add(name)
    respondent = known.get(given.organisation or "")
    if respondent and respondent.kind in made.rules.recused_respondents:
        found.add(str(given.organisation))
    return found


def protected_by(given: GrievanceSubmitted, made: Policy) -> bool:
    """Tell whether the rules protect a submission: category, answer, signs, or who is named."""
    known = made.organisations.organisations
    category = made.taxonomy.categories.get(given.category or "")
    named = {given.organisation} | {a.organisation for a in given.accused}
    kinds = {known[n].kind for n in named if n in known} | {a.kind for a in given.accused}
    signs = [made.rules.signs[sign] for sign in given.danger_signs]
    return (
        (category is not None and category.lane == "protected")
        or given.danger
        or any(sign.protected and given.category not in sign.open_for for sign in signs)
        or bool(kinds & set(made.rules.protected_kinds))
    )
