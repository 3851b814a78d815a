"""HTTP of routing: explanations of decisions and the public directory."""

from datetime import UTC, datetime
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from services.routing.explain import decision_in_words, stored_decision
from services.routing.policy import Policy, decide
from services.routing.store import Parts
from shared.access import require_admin
from shared.errors import NotFound, TransientError
from shared.events.codes import AccusedKind
from shared.events.intake import Accused, GrievanceSubmitted
from shared.ids import grievance_id

router = APIRouter()


async def parts_of(request: Request) -> Parts:
    """Dependency: the parts of the running service."""
    if request.app.state.parts is None:
        raise TransientError("The service is still starting", retry_after=2)
    return cast(Parts, request.app.state.parts)


PartsNow = Annotated[Parts, Depends(parts_of)]


class AccusedCodes(BaseModel):
    """A party named as accused: a directory id or a kind."""

    organisation: str | None = None
    kind: AccusedKind | None = None


class Codes(BaseModel):
    """The codes of a submission, without words."""

    category: str | None = None
    site: str | None = None
    organisation: str | None = None
    accused: list[AccusedCodes] = Field(default_factory=list, max_length=20)
    danger: bool = False
    danger_signs: list[str] = Field(default_factory=list, max_length=20)
    representative: str | None = None


@router.post("/v1/explain", tags=["routing"])
async def explain(codes: Codes, parts: PartsNow) -> dict[str, Any]:
    """Decide for a submission's codes and tell why; nothing is stored."""
    policy = parts.policy_in_force()
    return decision_in_words(decide(_submission(codes), policy), policy)


def _submission(codes: Codes) -> GrievanceSubmitted:
    return GrievanceSubmitted(
        reference="",
        channel="explain",
        language="fr",
        received_at=datetime(2000, 1, 1, tzinfo=UTC),
        category=codes.category,
        site=codes.site,
        organisation=codes.organisation,
        accused=tuple(Accused(organisation=a.organisation, kind=a.kind) for a in codes.accused),
        danger=codes.danger,
        danger_signs=tuple(codes.danger_signs),
        representative=codes.representative,
        anonymous=True,
        contactable=(),
        consents={},
    )


@router.get("/v1/explain/{reference}", tags=["routing"], dependencies=[Depends(require_admin)])
async def explain_reference(reference: str, parts: PartsNow) -> dict[str, Any]:
    """Tell each decision made for a grievance, with the rules that led to it."""
    stream = await parts.events.load(grievance_id(reference))
    if not stream:
        raise NotFound("No decision is known for this reference")
    policy: Policy = parts.policy_in_force()
    return {
        "reference": reference,
        "decisions": [stored_decision(event, policy) for event in stream],
    }


@router.get("/v1/directory/sites", tags=["directory"])
async def sites(parts: PartsNow) -> dict[str, Any]:
    """List the sites."""
    known = parts.policy_in_force().sites.sites
    return {
        "sites": [
            {"id": key, "name": s.name, "prefecture": s.prefecture, "invented": s.invented}
            for key, s in known.items()
        ]
    }


@router.get("/v1/directory/organisations", tags=["directory"])
async def organisations(parts: PartsNow) -> dict[str, Any]:
    """List the organisations, without their addresses."""
    known = parts.policy_in_force().organisations.organisations
    return {
        "organisations": [
            {
                "id": key,
                "name": body.name,
                "kind": body.kind,
                "functions": list(body.functions),
                "sites": list(body.sites),
                "open": body.open,
                "invented": body.invented,
            }
            for key, body in known.items()
        ]
    }
