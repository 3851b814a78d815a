"""The words in which stories are told: somebody files, others act, everybody is told or is not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from deploy.demo.world import wait_for
from shared.access import issue_token
from shared.settings import development_secret
from tests.support.system import System

#: When the stories begin: a Monday, by the clock of the whole system.
MORNING: Final = "2026-11-23T09:00:00+01:00"
WORDS: Final[Mapping[str, Any]] = {"text": "Une précision", "reason": "Un motif"}
_PHONES: Final = count(70_000_100)
#: Moves between services take well under a second; a busy machine may take longer.
SOON: Final = 30.0


@dataclass(frozen=True)
class Person:
    """Somebody who works with the system: a role in an organisation, and its address."""

    name: str
    role: str
    organisation: str | None
    address: str = ""


ADVOCATE = Person("rep-1", "representative", "syndicat-demo", "permanence@syndicat.example")
COMPANY = Person("csr-1", "csr", "societe-demo", "rse@societe.example")
COOPERATIVE = Person("coop-1", "csr", "cooperative-demo", "bureau@cooperative.example")
COMMUNE = Person("aut-1", "authority", "commune-demo", "secretariat@commune.example")
MINES = Person("aut-2", "authority", "mines-regionales-demo", "direction@mines.example")
CENTRAL = Person("aut-3", "authority", "autorite-centrale-demo", "cabinet@centrale.example")
FOCAL = Person("focal-1", "protection", "protection-demo", "focal@protection.example")
SECOND = Person("focal-2", "protection", "protection-demo", "focal@protection.example")
MONITOR = Person("mon-1", "monitor", None)
ADMINISTRATOR = Person("adm-1", "administrator", None)
EVERYBODY: Final = (
    ADVOCATE, COMPANY, COOPERATIVE, COMMUNE, MINES, CENTRAL, FOCAL, MONITOR, ADMINISTRATOR,
)  # fmt: skip


def next_phone() -> str:
    """Return a number that nobody has yet."""
    return f"+236{next(_PHONES)}"


def day(days: int) -> str:
    """Return the day so many days from the beginning."""
    return (datetime.fromisoformat(MORNING) + timedelta(days=days)).date().isoformat()


class Story:
    """One grievance from its filing to its end, seen and moved through the services' APIs."""

    def __init__(self, system: System, words: str, **codes: Any) -> None:
        self._system = system
        self.words = words
        self.phone = next_phone()
        contact = {"phone": self.phone, "preferred": "sms"}
        filed = system.submit(text=words, contact=contact, site="doungoubou-demo", **codes)
        assert filed.status_code == 201, filed.text
        self.reference: str = filed.json()["reference"]
        self._code = {"X-Recours-Code": filed.json()["code"]}

    def headers(self, who: Person) -> dict[str, str]:
        """Return the header of a signed-in person."""
        key = development_secret(self._system.data_dir, "TOKEN_KEY")
        token = issue_token(key, sub=who.name, role=who.role, organisation=who.organisation)
        return {"Authorization": f"Bearer {token}"}

    def case(self, who: Person) -> dict[str, Any]:
        """Return the case as somebody sees it."""
        seen = self._system.case(self.reference, self.headers(who))
        assert seen is not None, f"{who.name} does not see {self.reference}"
        return seen

    def stands(self, state: str, holder: Person, seen_by: Person = MONITOR) -> None:
        """Wait until the case is in a state with a holder; it has a date unless it is closed."""
        wanted = (state, holder.organisation)

        def there() -> dict[str, Any] | None:
            case = self._system.case(self.reference, self.headers(seen_by))
            return case if case and (case["state"], case["holder"]) == wanted else None

        case = wait_for(there, SOON, f"{self.reference} is {wanted}")
        assert (case["due_at"] is not None) == (state != "closed")
        assert case["chain"]["verified"]

    def becomes(self, who: Person, **facts: Any) -> None:
        """Wait until somebody sees these fields of the case so."""

        def so() -> bool:
            return facts.items() <= self.case(who).items()

        wait_for(so, SOON, f"{self.reference} is {facts} for {who.name}")

    def moves(self, times: int) -> None:
        """Wait until the record tells of so many moves from holder to holder."""

        def moved() -> bool:
            types = [entry["type"] for entry in self.case(ADVOCATE)["timeline"]]
            return types.count("cf.recours.case.escalated.v1") == times

        wait_for(moved, SOON, f"{self.reference} has moved {times} times")

    def gives(self, who: Person, command: str, **body: Any) -> int:
        """Give a command and return the status of the answer."""
        given = {**WORDS, **body}
        return self._system.command(self.reference, command, self.headers(who), **given).status_code

    def does(self, who: Person, command: str, **body: Any) -> None:
        """Give a command that must be carried out."""
        given = {**WORDS, **body}
        answer = self._system.command(self.reference, command, self.headers(who), **given)
        assert answer.status_code == 200, f"{who.name} {command}: {answer.text}"

    def says(self, what: str, **body: Any) -> None:
        """Let the complainant say something, with the reference and its code."""
        at = f"{self._system.intake}/v1/grievances/{self.reference}/{what}"

        def said() -> bool:
            # The ledger's news reaches the complainant's page a moment later.
            return self._system.client.post(at, headers=self._code, json=body).is_success

        wait_for(said, SOON, f"the complainant can say {what}")

    def does_not_exist_for(self, *people: Person) -> None:
        """Assert that people see nothing of the case, by any way, and may do nothing."""
        for who in people:
            headers = self.headers(who)
            assert self._system.case(self.reference, headers) is None, who.name
            assert self.gives(who, "acknowledge") == 404, who.name
            listed = self._system.client.get(f"{self._system.ledger}/v1/cases", headers=headers)
            assert self.reference not in listed.text, who.name
            self._is_silent(who.name, headers)

    def _is_silent(self, name: str, headers: dict[str, str]) -> None:
        at = f"{self._system.notify}/v1/cases/{self.reference}/deliveries"

        def hidden() -> bool:
            # Notify hears of a change of sight a moment after the ledger.
            return self._system.client.get(at, headers=headers).status_code == 404

        wait_for(hidden, SOON, f"the deliveries of {self.reference} are hidden from {name}")

    def is_told(self, address: str, about: str) -> None:
        """Wait until a message about the case has come to an address or number."""

        def come() -> bool:
            return any(
                self.reference in message["text"].replace(" ", "") and about in message["text"]
                for message in self._system.messages(address)
            )

        wait_for(come, SOON, f"{address} is told of {about!r} in {self.reference}")

    def was_never_told(self, *people: Person) -> None:
        """Assert that no message about the case has come to people's organisations."""
        for who in people:
            for message in self._system.messages(who.address):
                assert self.reference not in message["text"], who.name

    def ends(self) -> None:
        """Assert what holds at the end: the words have left the vault by no message."""
        for message in self._system.everything():
            assert self.words not in message["text"]
            assert self.words not in str(message.get("subject"))


def record_holds(system: System) -> bool:
    """Return whether the check of the whole record finds nothing."""
    credential = development_secret(system.data_dir, "ADMIN_CREDENTIAL")
    answer = system.client.get(
        f"{system.ledger}/internal/verify", headers={"Authorization": f"Bearer {credential}"}
    )
    report: dict[str, Any] = answer.raise_for_status().json()
    return bool(report["ok"] and report["entries"])
