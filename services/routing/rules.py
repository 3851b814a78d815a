"""Routing's policy files: what they may say, and what they must say together."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, Field

from shared.directory import Function, Organisation, OrganisationKind, Organisations, Sites
from shared.events.codes import AccusedKind, Responder, Severity
from shared.policy_bundle import Bundle, Models, PolicyError
from shared.taxonomy import Taxonomy

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(_Strict):
    """One step of a ladder: which queue, and which organisations can stand on it.

    `local` limits to bodies of the site (true) or of the whole country (false);
    `prefer_respondent` is for the side that is complained about: only the very organisation that
    is named, or the only one of its kind at the site when none is.
    """

    responder: Responder
    kind: OrganisationKind
    function: Function | None = None
    local: bool | None = None
    prefer_respondent: bool = False


class Responders(_Strict):
    """The file responders.yaml."""

    steps: dict[str, Step]


class Risk(_Strict):
    """What a sign of danger changes (domain rules, immediate risk).

    `open_for` are categories that explain the sign, so that it does not protect the case there;
    `authority_first` then begins the ladder at its first authority.
    """

    severity: Severity
    protected: bool
    why: str = Field(min_length=1)
    open_for: frozenset[str] = frozenset()
    authority_first: bool = False


class RoutingRules(_Strict):
    """The file routing.yaml."""

    protected_ladder: tuple[str, ...] = Field(min_length=1)
    triage_ladder: tuple[str, ...] = Field(min_length=1)
    triage_categories: tuple[str, ...]
    triage_severity: Severity
    default_triage_holder: str
    last_resort: str
    danger_answer: Risk
    signs: dict[str, Risk]
    protected_kinds: tuple[AccusedKind, ...]
    recused_respondents: tuple[OrganisationKind, ...]


MODELS: Models = {
    "taxonomy.yaml": Taxonomy,
    "responders.yaml": Responders,
    "routing.yaml": RoutingRules,
    "sites.yaml": Sites,
    "organisations.yaml": Organisations,
}


@dataclass(frozen=True)
class Policy:
    """The files that routing decides by."""

    version: str
    taxonomy: Taxonomy
    responders: Responders
    rules: RoutingRules
    sites: Sites
    organisations: Organisations

    @classmethod
    def of(cls, bundle: Bundle) -> Self:
        """Take routing's files out of a bundle."""
        return cls(
            bundle.version,
            bundle.get(Taxonomy),
            bundle.get(Responders),
            bundle.get(RoutingRules),
            bundle.get(Sites),
            bundle.get(Organisations),
        )

    def with_directory_of(self, other: Self) -> Self:
        """Return these rules over another directory.

        A case in flight keeps the rules it began under, but a body that closed since must not get
        it, and one that opened since may.
        """
        return replace(self, sites=other.sites, organisations=other.organisations)

    def find(self, organisation: str | None) -> Organisation | None:
        """Return an organisation of the directory by its id."""
        return self.organisations.find(organisation)

    def may_hold(self, organisation: str) -> bool:
        """Tell whether an organisation is known, open and has an address."""
        body = self.find(organisation)
        return body is not None and body.can_hold


def check(bundle: Bundle) -> None:
    """Check what the files say of each other; raises PolicyError with all mistakes found."""
    mistakes = [
        f"{bundle.where(file, *place)}: {'.'.join(map(str, place))}: {what}"
        for find in (_ladder_mistakes, _category_mistakes, _holder_mistakes, _directory_mistakes)
        for file, place, what in find(Policy.of(bundle), bundle)
    ]
    if mistakes:
        raise PolicyError("\n".join(mistakes))


_Mistake = tuple[str, tuple[str | int, ...], str]


def _ladder_mistakes(policy: Policy, _: Bundle) -> Iterator[_Mistake]:
    steps, rules = policy.responders.steps, policy.rules
    ladders: Mapping[tuple[str, ...], tuple[str, ...]] = {
        ("taxonomy.yaml", "categories", code, "ladder"): category.ladder
        for code, category in policy.taxonomy.categories.items()
    } | {
        ("routing.yaml", "protected_ladder"): rules.protected_ladder,
        ("routing.yaml", "triage_ladder"): rules.triage_ladder,
    }
    for (file, *place), ladder in ladders.items():
        for level, name in enumerate(ladder):
            if name not in steps:
                allowed = ", ".join(steps)
                what = f"no step {name!r} in responders.yaml; allowed: {allowed}"
                yield file, (*place, level), what
    for level, name in enumerate(rules.protected_ladder):
        if name in steps and steps[name].kind != "protection":
            yield "routing.yaml", ("protected_ladder", level), f"{name!r} is not protection"
    bodies = policy.organisations.organisations.values()
    for name, step in steps.items():
        if not any(
            body.kind == step.kind and (step.function is None or step.function in body.functions)
            for body in bodies
        ):
            what = "no organisation in organisations.yaml can ever stand on this step"
            yield "responders.yaml", ("steps", name), what


def _category_mistakes(policy: Policy, bundle: Bundle) -> Iterator[_Mistake]:
    taxonomy, rules = policy.taxonomy, policy.rules
    for code, category in taxonomy.categories.items():
        place = ("categories", code)
        if code != code.strip().upper():
            yield "taxonomy.yaml", place, "a code is written in capitals"
        if category.lane == "open" and not category.ladder:
            yield "taxonomy.yaml", place, "an open category needs a ladder"
        if category.group not in taxonomy.groups:
            yield "taxonomy.yaml", (*place, "group"), f"no group {category.group!r} in groups"
        for sign in category.raises.keys() - rules.signs.keys():
            allowed = ", ".join(rules.signs)
            what = f"no sign {sign!r} in routing.yaml; allowed: {allowed}"
            yield "taxonomy.yaml", (*place, "raises", sign), what
    known = taxonomy.categories.keys()
    for level, code in enumerate(rules.triage_categories):
        if code not in known:
            yield "routing.yaml", ("triage_categories", level), f"no category {code!r}"
    for sign, risk in rules.signs.items():
        for code in sorted(risk.open_for - known):
            yield "routing.yaml", ("signs", sign, "open_for"), f"no category {code!r}"
    for sign in bundle.keys("danger.yaml", "signs"):
        if sign not in rules.signs:
            what = "routing.yaml does not say what this sign changes"
            yield "danger.yaml", ("signs", sign), what


def _holder_mistakes(policy: Policy, _: Bundle) -> Iterator[_Mistake]:
    kinds = {"default_triage_holder": "syndicate", "last_resort": "protection"}
    for place, kind in kinds.items():
        name = getattr(policy.rules, place)
        body = policy.find(name)
        if body is None or not body.can_hold:
            what = f"{name!r} must be in organisations.yaml, open and have an address"
            yield "routing.yaml", (place,), what
        elif body.kind != kind:
            yield "routing.yaml", (place,), f"{name!r} is no {kind}"


def _directory_mistakes(policy: Policy, _: Bundle) -> Iterator[_Mistake]:
    for name, body in policy.organisations.organisations.items():
        for level, site in enumerate(body.sites):
            if site not in policy.sites.sites:
                allowed = ", ".join(policy.sites.sites)
                what = f"no site {site!r} in sites.yaml; allowed: {allowed}"
                yield "organisations.yaml", ("organisations", name, "sites", level), what
