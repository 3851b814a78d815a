"""Officers work on the planted cases and complainants go on writing, with words at every step."""

from typing import Any

from deploy.demo.world import wait_for
from tests.prove.canary_forms import NUMBERS, sentence
from tests.prove.canary_planting import COMPANY, HEADERS, Planted
from tests.support.system import System

_KEY = {"Idempotency-Key": "Zephirine Kanaris 72918364"}


def work(system: System, planted: Planted) -> None:
    """Take a case from its opening to its end and another one up, with words at every step."""
    csr = system.person("csr", COMPANY) | HEADERS
    syndicate = system.person("representative", "syndicat-demo")
    reference = planted.references["rest"]
    desk = _Desk(system, reference, csr)
    desk.give("acknowledge")
    desk.give("start-inquiry")
    desk.give("extend", reason=sentence("extend"), until="2027-01-20")
    desk.give("ask-complainant", text=sentence("ask"))
    complainant = _Complainant(system, reference, planted.code)
    complainant.write("messages", text=sentence("message"))
    desk.reaches("in_inquiry")
    desk.give("propose-remedy", text=sentence("propose"), deliver_by="2027-03-01")
    complainant.write_when("remedy_proposed", "answer", agreed=True, text=sentence("answer"))
    desk.reaches("agreed")
    desk.give("record-delivery", text=sentence("delivery"))
    _Desk(system, reference, syndicate).give("verify-delivery")
    desk.give("close", reason=sentence("close"), **{"as": "resolved-agreed"})
    complainant.write_when("closed", "appeal", text=sentence("appeal"))
    web = _Desk(system, planted.references["web"], csr)
    web.give("escalate", reason=sentence("escalate"))
    sender = f"+236{NUMBERS['kannel']}"
    told = f"{planted.references['kannel']} {sentence('more by text message')}"
    assert "ajoute" in system.text_message(sender, told, "Kanaris-2")
    other = system.submit(text=sentence("withdrawn"), site="doungoubou-demo").json()
    leaving = _Complainant(system, other["reference"], other["code"])
    leaving.write("withdrawal", pressured=True, text=sentence("withdrawal"))
    track = {"reference": reference, "code": planted.code, "faire": "message", "go": "confirm"}
    page = system.client.post(f"{system.intake}/suivi", data={**track, "texte": sentence("suivi")})
    assert page.status_code == 200


class _Desk:
    """An officer at a case."""

    def __init__(self, system: System, reference: str, who: dict[str, str]) -> None:
        self._system, self._reference, self._who = system, reference, who
        wait_for(lambda: system.case(reference, who), 60, "the case is open")

    def give(self, command: str, **body: Any) -> None:
        """Give a command that must be carried out."""
        key = {"Idempotency-Key": f"{_KEY['Idempotency-Key']} {command}"}
        done = self._system.command(self._reference, command, self._who | key, **body)
        assert done.status_code == 200, f"{command}: {done.status_code} {done.text}"

    def reaches(self, state: str) -> None:
        """Wait until the case is in a state."""

        def there() -> bool:
            case = self._system.case(self._reference, self._who)
            return case is not None and case["state"] == state

        wait_for(there, 60, f"the case is {state}")


class _Complainant:
    """Somebody who follows a case by reference and code."""

    def __init__(self, system: System, reference: str, code: str) -> None:
        self._client = system.client
        self._url = f"{system.intake}/v1/grievances/{reference}"
        self._headers = {"X-Recours-Code": code} | HEADERS | _KEY

    def write(self, what: str, **body: Any) -> None:
        """Send a follow-up that must be accepted."""
        done = self._client.post(f"{self._url}/{what}", json=body, headers=self._headers)
        assert done.status_code == 201, f"{what}: {done.status_code} {done.text}"

    def write_when(self, state: str, what: str, **body: Any) -> None:
        """Send a follow-up as soon as the status says so."""

        def there() -> bool:
            status = self._client.get(self._url, headers=self._headers).json()
            return bool(status.get("state") == state)

        wait_for(there, 60, f"the complainant sees {state}")
        self.write(what, **body)
