"""Clients that file grievances by every way there is, each as its real counterpart does."""

import asyncio
import re
from itertools import count
from typing import Any
from uuid import uuid4

import httpx

from deploy.demo.browser import Browser, Form
from deploy.demo.public_form import fill_form
from services.intake.channels.twilio import signature
from tests.prove.patience import Gone
from tests.prove.place import SITE, Place

_PHONES = count(1)
_HEADER = "N°,Date,Préfecture,Commune,Nom du plaignant,Téléphone,Objet de la plainte,Langue"
_ROWS = 6
#: What REST clients file about: category and organisation, of all severities and both lanes.
_MATTERS = (
    ("LAND_CROP_DAMAGE", "societe-demo"),
    ("WAGES", "societe-demo"),
    ("ACCIDENT_OHS", "societe-demo"),
    ("WATER_ACCESS", None),
    ("ARMED_GROUP", None),
    (None, None),
)


def phone() -> str:
    """Return a mobile number that nobody else in the run has."""
    return f"72{next(_PHONES):06d}"


def words() -> str:
    """Return a text that nobody else in the run sends."""
    return f"Demande numéro {uuid4().hex[:12]} au sujet de la parcelle"


async def file_by_rest(place: Place) -> None:
    """A partner's system: JSON with an Idempotency-Key."""
    key, (category, organisation) = uuid4().hex, place.dice.choice(_MATTERS)
    body: dict[str, Any] = {
        "text": words(),
        "site": SITE,
        "category": category,
        "organisation": organisation,
        "contact": place.dice.choice(
            ({"phone": phone()}, {"phone": phone()}, {"email": f"{key[:8]}@personne.example"}, None)
        ),
    }
    place.told.asked.add(f"rest|{key}")
    answer = await place.patient.ask(
        place.intake,
        "POST",
        "/v1/grievances",
        same=lambda answer: (answer.json()["reference"], answer.json()["code"]),
        json={name: value for name, value in body.items() if value is not None},
        headers={"Idempotency-Key": key},
    )
    if answer.status_code != 201:
        place.told.wrong.append(f"REST refused a grievance: {answer.status_code}")
        return
    place.told.file("rest", key, answer.json()["reference"], answer.json()["code"])


async def file_by_kannel(place: Place) -> None:
    """A text message through Kannel's GET, repeated by the gateway until it is answered."""
    key = f"k-{uuid4().hex}"
    place.told.asked.add(f"kannel|{key}")
    answer = await place.patient.ask(
        place.intake,
        "GET",
        "/channels/kannel",
        same=lambda answer: answer.text,
        params={"sender": f"+236{phone()}", "to": "4040", "text": words(), "id": key},
    )
    _note_sms(place, "kannel", key, answer)


async def file_by_twilio(place: Place) -> None:
    """A text message through Twilio's signed POST, repeated with the same MessageSid."""
    key = f"SM{uuid4().hex}"
    place.told.asked.add(f"twilio|{key}")
    fields = {"MessageSid": key, "From": f"+236{phone()}", "To": "+23670000000", "Body": words()}
    # Twilio signs the public address, whichever replica answers.
    url, token = f"{place.system.intake}/channels/twilio", place.secret("INTAKE_TWILIO_AUTH_TOKEN")
    answer = await place.patient.ask(
        place.intake,
        "POST",
        "/channels/twilio",
        same=lambda answer: answer.text,
        data=fields,
        headers={"X-Twilio-Signature": signature(token, url, list(fields.items()))},
    )
    _note_sms(place, "twilio", key, answer)


def _note_sms(place: Place, way: str, key: str, answer: httpx.Response) -> None:
    found = re.search(r"Ref ([0-9A-Z]{8})\b", answer.text)
    if answer.status_code != 200 or found is None:
        place.told.wrong.append(f"{way} answered {answer.status_code}: {answer.text[:80]}")
        return
    place.told.file(way, key, found[1])


class _PatientBrowser(Browser):
    """A person at the form who presses the button again when the page does not come."""

    def __init__(self, client: httpx.Client, over: asyncio.Event) -> None:
        super().__init__(client)
        self._over = over

    def send(
        self,
        form: Form,
        values: Any,
        button: tuple[str, str] | None = None,
    ) -> None:
        """Send until a page comes that is no trouble; raises Gone when the run ends before."""
        while not self._over.is_set():
            url = self.url
            try:
                super().send(form, values, button)
            except (httpx.HTTPError, AssertionError):
                self.url = url
                continue
            return
        raise Gone("the form")


async def file_by_web(place: Place) -> None:
    """A phone without JavaScript: page by page, the last one with the hidden number."""
    key = uuid4().hex
    place.told.asked.add(f"web|{key}")
    answers = {
        "lang": "fr",
        "danger": "no",
        "group": "land",
        "category": "LAND_CROP_DAMAGE",
        "words": words(),
        "site": SITE,
        "organisation": "societe-demo",
        "reply": "sms",
        "phone": phone(),
    }
    reference = await asyncio.to_thread(_fill, place, answers)
    place.told.file("web", key, reference)


def _fill(place: Place, answers: dict[str, str]) -> str:
    with httpx.Client(timeout=12, trust_env=False) as client:
        browser = _PatientBrowser(client, place.patient.over)
        while not browser.forms:
            try:
                browser.open(f"{place.dice.choice(place.intake)}/")
            except (httpx.HTTPError, AssertionError):
                if place.patient.over.is_set():
                    raise Gone("the form") from None
        try:
            return fill_form(browser, answers)
        except StopIteration:  # which a future cannot carry
            raise AssertionError(f"no form at {browser.url}: {browser.text[:200]}") from None


async def file_by_import(place: Place) -> None:
    """A clerk with a register: dry run, confirm, look until every row has its reference."""
    content = "\n".join([_HEADER, *(_row(number) for number in range(1, _ROWS + 1))]).encode()
    who = place.headers("representative", "syndicat-demo")
    digest = uuid4().hex
    place.told.asked |= {f"import|{digest}:{number}" for number in range(1, _ROWS + 1)}
    ident = await _upload(place, content, who)
    while True:
        answer = await place.patient.ask(
            place.intake, "POST", f"/v1/imports/{ident}/confirm", headers=who
        )
        if answer.status_code != 409:  # 409: a crash cut the dry run short, it is sent again
            break
        await _upload(place, content, who)
    while answer.status_code == 202:
        await asyncio.sleep(0.3)
        answer = await place.patient.ask(place.intake, "GET", f"/v1/imports/{ident}", headers=who)
        if answer.is_success and answer.json()["state"] != "filed":
            answer.status_code = 202
    rows = answer.json().get("report", [])
    references = [row["reference"] for row in rows if row["reference"]]
    if len(references) != _ROWS:
        place.told.wrong.append(f"import: {len(references)} of {_ROWS} rows, {answer.status_code}")
    for row, reference in enumerate(references, 1):
        place.told.file("import", f"{digest}:{row}", reference)


async def _upload(place: Place, content: bytes, who: dict[str, str]) -> str:
    answer = await place.patient.ask(
        place.intake,
        "POST",
        "/v1/imports",
        same=lambda answer: answer.json()["id"],
        files={"file": ("registre.csv", content)},
        headers=who,
    )
    return str(answer.json()["id"])


def _row(number: int) -> str:
    return f"{number},23/11/2026,Mambéré-Kadéï,Doungoubou,,{phone()},{words()},fr"
