"""Every way in which somebody can stand to a case: the cases for it, and who asks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from shared.events import Event
from shared.roles import Role
from tests.unit.ledger import cases

#: Who is accused where nobody else is, so that it shows who sees the accused.
_ACCUSED: Final = ("police-demo",)
_ELSEWHERE: Final = {
    "responder": "authority",
    "holder": "mines-regionales-demo",
    "advocate": "syndicat-demo-2",
}
_HELD: Final[dict[Role, dict[str, Any]]] = {
    "csr": {"responder": "company", "holder": "societe-demo"},
    "representative": {
        "responder": "syndicate",
        "holder": "syndicat-demo",
        "advocate": "syndicat-demo-2",
    },
    "authority": {"responder": "authority", "holder": "commune-demo"},
    "protection": {"responder": "triage", "holder": "protection-demo"},
}
_PROTECTED: Final = {
    "lane": "protected",
    "category": "SGBV",
    "severity": "S1",
    "responder": "protection",
    "holder": "protection-demo",
    "advocate": None,
}
_STRANGERS: Final[dict[Role, str | None]] = {
    "csr": "cooperative-demo",
    "representative": "syndicat-demo-2",
    "authority": "environnement-demo",
    "protection": "protection-demo",
    "administrator": None,
}


@dataclass(frozen=True)
class Standing:
    """Who asks, the routes that a case took one after the other, and the relations from them.

    `acts` are what others did before: the statement released to a side, or a question asked.
    """

    name: str
    role: Role
    organisation: str | None
    relations: frozenset[str]
    routes: tuple[dict[str, Any], ...]
    acts: tuple[str, ...] = ()

    def events(self, reference: str) -> list[Event]:
        """Return what routing tells of one such case."""
        return [
            cases.routed(
                f"{reference}:{level}",
                reference=reference,
                **{"accused": _ACCUSED, "level": level, **route},
                **({"reason": "escalation-requested"} if level else {}),
            )
            for level, route in enumerate(self.routes)
        ]


def standings() -> Iterator[Standing]:
    """Yield every role in every relation and lane; without relations nothing may be seen."""
    yield from _with_relations()
    for role, organisation in _STRANGERS.items():
        yield Standing(f"none {role}", role, organisation, frozenset(), (_HELD["csr"],))
    for role, held in _HELD.items():
        accused = {"accused": (held["holder"],)}
        yield Standing(
            f"accused {role}", role, held["holder"], frozenset(), (held, _ELSEWHERE | accused)
        )
    yield Standing(
        "accused advocate",
        "representative",
        "syndicat-demo",
        frozenset(),
        ({**_ELSEWHERE, "advocate": "syndicat-demo", "accused": ("syndicat-demo",)},),
    )
    for role, organisation in (
        ("csr", "societe-demo"),
        ("representative", "syndicat-demo"),
        ("monitor", None),
        ("administrator", None),
    ):
        yield Standing(
            f"protected {role}", role, organisation, frozenset(), (_HELD["csr"], _PROTECTED)
        )
    yield Standing(
        "protected holder protection",
        "protection",
        "protection-demo",
        frozenset({"holder", "debtor"}),
        (_PROTECTED,),
    )


def _with_relations() -> Iterator[Standing]:
    """Yield those that see something; a remedy without items is owed by the holder."""
    holds = frozenset({"holder", "debtor"})
    for role, held in _HELD.items():
        holder = held["holder"]
        yield Standing(f"holder {role}", role, holder, holds, (held,))
        past = frozenset({"past_holder"})
        yield Standing(f"past holder {role}", role, holder, past, (held, _ELSEWHERE))
    for role in ("csr", "authority"):
        held = _HELD[role]
        yield Standing(
            f"released {role}", role, held["holder"], holds | {"released"}, (held,), ("release",)
        )
    asked = frozenset({"advocate", "asked"})
    advocate = Standing(
        "advocate", "representative", "syndicat-demo", frozenset({"advocate"}), (_HELD["csr"],)
    )
    yield advocate
    yield replace(advocate, name="advocate asked", relations=asked, acts=("ask",))
    yield Standing("monitor", "monitor", None, frozenset({"monitor"}), (_HELD["csr"],))
