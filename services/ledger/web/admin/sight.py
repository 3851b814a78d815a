"""What stands now, for those who may see it: who may open which page, and what forms begin with."""

from typing import Final

from services.ledger.accounts import manage
from services.ledger.web.admin.acts import NEW, Parts
from shared.access import Caller
from shared.errors import NotFound

#: The pages that the lead of an organisation has as well, for its own people.
_OF_LEADS: Final = ("people",)


def require_there(caller: Caller, subject: str) -> None:
    """Raise NotFound unless the pages of a subject are there for somebody."""
    if caller.role == "administrator":
        return
    if subject not in _OF_LEADS or not caller.lead or caller.organisation is None:
        raise NotFound("There is no such page")


async def fields_before(
    parts: Parts, caller: Caller, subject: str, ident: str
) -> dict[str, list[str]]:
    """Return what the form of an act begins with; raises NotFound for what is not there."""
    if ident == NEW:
        return {"organisation": [caller.organisation]} if caller.organisation else {}
    if subject == "people":
        state = (await manage.find(parts.identity, caller, ident)).state
        return {"role": [state.role], "lead": ["true" if state.lead else "false"]}
    if subject == "organisations":
        body = parts.register.directory().find(ident)
        if body is None:
            raise NotFound("There is no such organisation")
        return {
            "name": [body.name],
            "kind": [body.kind],
            "functions": list(body.functions),
            "sites": list(body.sites),
            "aliases": ["\n".join(body.aliases)],
            "emails": ["\n".join(body.emails)],
            "national": ["true" if body.national else "false"],
        }
    if subject == "sites":
        site = (await parts.register.all_sites()).sites.get(ident)
        if site is None:
            raise NotFound("There is no such site")
        return {
            "name": [site.name],
            "prefecture": [site.prefecture or ""],
            "commune": [site.commune or ""],
            "aliases": ["\n".join(site.aliases)],
        }
    return {}
