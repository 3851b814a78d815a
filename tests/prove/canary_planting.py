"""Plants a name, a number and a sentence by every channel that a complainant or a register has."""

import io
from base64 import b64encode
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import httpx
import openpyxl
from PIL import Image

from deploy.demo.browser import Browser
from deploy.demo.public_form import fill_form
from deploy.demo.world import wait_for
from services.intake.channels.twilio import signature
from shared.settings import development_secret
from tests.prove.canary_forms import NUMBERS, REGISTER_NUMBERS, name, sentence
from tests.support.system import System

SITE, COMPANY = "doungoubou-demo", "societe-demo"
#: What a client may send along with any request; none of it may be kept anywhere.
HEADERS = {
    "User-Agent": "Zephirine Kanaris/1.0",
    "Referer": "http://x.example/?nom=Zephirine%20Kanaris",
    "Cookie": "nom=Zephirine_Kanaris",
    "X-Request-Id": "Zephirine Kanaris",
    "tracestate": "nom=Zephirine_Kanaris",
    "baggage": "nom=Zephirine%20Kanaris",
}

#: Tags of a photo's own description and of who took it (Exif 2.32).
_DESCRIPTION, _ARTIST = 0x010E, 0x013B


@dataclass
class Planted:
    """What was filed: references by channel, and the code of the one filed by REST."""

    references: dict[str, str] = field(default_factory=dict)
    code: str = ""


def plant(system: System) -> Planted:
    """File by every channel; each step must be accepted, or nothing was planted."""
    planted = Planted()
    _rest(system, planted)
    planted.references["web"] = _web(system)
    _text_messages(system, planted)
    _registers(system, planted)
    return planted


def _rest(system: System, planted: Planted) -> None:
    accepted = system.client.post(
        f"{system.intake}/v1/grievances",
        params={"nom": name("query")},
        json=_grievance(),
        headers={**HEADERS, "Idempotency-Key": "Zephirine Kanaris rest"},
    )
    assert accepted.status_code == 201, accepted.text
    body = accepted.json()
    planted.references["rest"], planted.code = body["reference"], body["code"]


def _grievance() -> dict[str, Any]:
    """Return a grievance that says too much in every field there is."""
    by = name("rest")
    return {
        "text": sentence("rest"),
        "language": by,
        "category": "LAND_CROP_DAMAGE",
        "site": SITE,
        "site_text": sentence("site_text"),
        "organisation": COMPANY,
        "organisation_text": f"la société de {by}",
        "occurred_on": by,
        "representative": by,
        "accused": [{"organisation": by, "person_text": name("accused")}],
        "contact": {
            "name": by,
            "phone": NUMBERS["rest"],
            "email": "zephirine.kanaris@exemple.example",
            "preferred": name("preferred"),
            "safe_times": f"0h-24h, {sentence('safe_times')}",
            name("key"): by,
        },
        "consents": {"referral": True, name("consent"): True},
        "attachments": [
            {
                "name": f"{by}.jpg",
                "content_type": f"image/{NUMBERS['rest']}",
                "data": _photo(by),
            }
        ],
        sentence("unknown field"): {"nom": by},
    }


def _photo(by: str) -> str:
    """Return a photo whose file says by whom and where it was taken, as base64."""
    exif = Image.Exif()
    exif[_DESCRIPTION], exif[_ARTIST] = sentence("photo"), by
    written = BytesIO()
    Image.new("RGB", (40, 30), "green").save(written, "JPEG", exif=exif, comment=by.encode())
    return b64encode(written.getvalue()).decode()


def _web(system: System) -> str:
    """Fill in the form twice: to be answered by text message, and through somebody trusted."""
    answers = {
        "lang": "fr",
        "danger": "no",
        "group": "land",
        "category": "LAND_CROP_DAMAGE",
        "words": sentence("web"),
        "site": SITE,
        "site_text": sentence("web site"),
        "about_when": name("web when"),
        "organisation": COMPANY,
        "organisation_text": name("web organisation"),
        "hidden_names": name("web hidden"),
        "reply": "sms",
        "phone": NUMBERS["web"],
        "name": name("web"),
        "safe": f"0h-24h {sentence('web safe')}",
    }
    reference = _filled(system, answers)
    via = {"reply": "via", "via_text": f"{name('via')} {NUMBERS['web']}", "phone": ""}
    _filled(system, answers | via)
    return reference


def _filled(system: System, answers: dict[str, str]) -> str:
    browser = Browser(system.client)
    browser.open(f"{system.intake}/")
    return fill_form(browser, answers)


def _text_messages(system: System, planted: Planted) -> None:
    reply = system.text_message(f"+236{NUMBERS['kannel']}", sentence("kannel"), "Kanaris-1")
    planted.references["kannel"] = reference_in(reply)
    url = f"{system.intake}/channels/twilio"
    params = {
        "MessageSid": "SMKANARIS",
        "From": f"whatsapp:+236{NUMBERS['twilio']}",
        "ProfileName": name("twilio"),
        "FromCity": name("twilio city"),
        "Body": sentence("twilio"),
        "NumMedia": "0",
    }
    token = development_secret(system.data_dir, "INTAKE_TWILIO_AUTH_TOKEN")
    signed = signature(token, url, [*params.items()])
    answer = system.client.post(
        url, data=params, headers={**HEADERS, "X-Twilio-Signature": signed}
    ).raise_for_status()
    planted.references["twilio"] = reference_in(answer.text)


def reference_in(reply: str) -> str:
    """Return the reference that a reply to a text message names."""
    return reply.split("Ref ")[1].split(".")[0]


def _registers(system: System, planted: Planted) -> None:
    """Import a CSV file and a workbook, with a refused row and columns that nobody knows."""
    header = ["Date", "Commune", "Nom du plaignant", "Téléphone", "Objet de la plainte"]
    header.append(name("column"))
    csv, book = REGISTER_NUMBERS
    good = ["01/11/2026", sentence("place"), name("register"), csv, sentence("register"), "x"]
    refused = [name("date"), "x", name("refused"), csv, "", sentence("refused")]
    lines = "\n".join(";".join(row) for row in (header, good, refused)) + "\n"
    _import(system, lines.encode("cp1252"), f"{name('file')}.csv")
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = name("sheet")[:31]
    for row in (header, [*good[:3], int(book), sentence("workbook"), sentence("cell")], refused):
        sheet.append(row)
    content = io.BytesIO()
    workbook.save(content)
    planted.references["workbook"] = _import(system, content.getvalue(), f"{name('file')}.xlsx")


def _import(system: System, content: bytes, filename: str) -> str:
    url, who = f"{system.intake}/v1/imports", system.person("administrator", None)
    staged = system.client.post(url, headers=who | HEADERS, files={"file": (filename, content)})
    assert staged.status_code == 201, staged.text
    assert staged.json()["counts"]["accepted"] == 1, staged.text
    ident = staged.json()["id"]
    system.client.post(f"{url}/{ident}/confirm", headers=who).raise_for_status()

    def filed() -> list[dict[str, Any]] | None:
        report: httpx.Response = system.client.get(f"{url}/{ident}", headers=who)
        body = report.json()
        return body["report"] if body["state"] == "filed" else None

    rows = wait_for(filed, 60, "the register is filed")
    return str(next(row["reference"] for row in rows if row["reference"]))
