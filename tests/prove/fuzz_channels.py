"""Text messages, the public form, the tracking page and JSON, each spoiled in its own format."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

from hypothesis import strategies as st

from services.intake.channels.twilio import signature
from tests.prove.fuzz_findings import Caller, Findings, feed
from tests.prove.fuzz_nasty import broken, deep, spoiled, texts
from tests.prove.fuzz_world import COMPANY, SITE, FuzzWorld, Known

Fields = list[tuple[str, str]]
_CHARSETS = ("UTF-8", "UTF-16BE", "utf-7", "latin1", "windows-1252", "unicode_escape", "undefined")
_KANNEL = {
    "sender": "+23670000001",
    "to": "4040",
    "text": "Bonjour mö yê ça été pollué",
    "ts": "1795418987",
    "id": "9c9e1bb3-d3b7-46d2-9056-60f928929654",
    "smsc": "FAKE",
    "charset": "UTF-8",
    "coding": "0",
}
_TWILIO = {
    "MessageSid": "SM00000000000000000000000000000001",
    "SmsStatus": "received",
    "From": "+23670000001",
    "To": "+14155550100",
    "Body": "Bonjour, l'eau de la rivière est polluée",
    "NumMedia": "0",
    "OptOutType": "",
}
_FORM = {
    **{"at": "check", "go": "send", "lang": "fr", "nonce": "1", "danger": "no", "group": "land"},
    **{"category": "LAND_CROP_DAMAGE", "words": "Champ détruit", "site": SITE, "site_text": ""},
    **{"day": "2026-11-01", "organisation": COMPANY, "hidden_from": "security", "reply": "sms"},
    **{"phone": "70 00 00 01", "safe": "9h-12h", "consents": "referral", "name": "X", "via": ""},
}
_STEPS = ("danger", "help", "about", "finer", "words", "place", "who", "reply", "consents", "check")
_MOVES = ("next", "back", "send", "start", "to:words", "to:nowhere")
_GRIEVANCE: dict[str, Any] = {
    "text": "Champ détruit",
    "language": "fr",
    "category": "LAND_CROP_DAMAGE",
    "site": SITE,
    "organisation_text": "la société",
    "accused": [{"organisation": COMPANY, "person_text": "le chef"}],
    "danger": False,
    "occurred_on": "2026-11",
    "contact": {"name": "X", "phone": "70 00 00 01", "email": "x@exemple.example"},
    "consents": {"referral": True},
    "attachments": [{"name": "a.jpg", "content_type": "image/jpeg", "data": "YQ=="}],
    "more": 1,
}
_COMMANDS: dict[str, dict[str, Any]] = {
    "ask-complainant": {"text": "Combien ?"},
    "extend": {"reason": "pluie", "until": "2027-01-10"},
    "propose-remedy": {"text": "Semences", "deliver_by": "2027-03-01"},
    "record-delivery": {"text": "Remis"},
    "escalate": {"reason": "rien"},
    "close": {"as": "inadmissible", "reason": "rien"},
}


@st.composite
def _fields(draw: st.DrawFn, known: dict[str, str]) -> Fields:
    """Return the fields of a form with some left out, doubled, invented or replaced."""
    fields = [pair for pair in known.items() if draw(st.integers(0, 9))]
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from(sorted(known)) | texts())
        place = draw(st.integers(0, len(fields)))
        fields[place:place] = [(name, draw(texts()))]
    return fields if draw(st.integers(0, 30)) else fields * 60


def _bytes_of(fields: Fields, charset: str = "utf-8") -> bytes:
    return urlencode(fields, encoding=charset, errors="replace").encode()


def fuzz_kannel(world: FuzzWorld, findings: Findings, count: int, round_: int) -> None:
    """Hand in text messages as Kannel does, as query or form, in all kinds of character sets."""
    caller = Caller(findings, "kannel")
    url = f"{world.system.intake}/channels/kannel"

    def act(example: tuple[Fields, str, bool, int]) -> None:
        fields, charset, raw_bytes, way = example
        fields = [*fields, ("charset", charset)] if way % 3 else fields
        written = "utf-16-be" if charset == "UTF-16BE" else "utf-8"
        content = _bytes_of(fields, written)
        if raw_bytes:
            content = content.replace(b"%", b"%%", 1).replace(b"=", b"=\xff", 1)
        if way == 0 and len(content) < 20_000:
            query = quote_from_bytes(content, safe="=&%+")
            caller("GET", f"{url}?{query}", "")
        else:
            caller("POST", url, repr(content[:200]), content=content)

    examples = st.tuples(
        _fields(_KANNEL), st.sampled_from(_CHARSETS) | texts(), st.booleans(), st.integers(0, 2)
    )
    feed(examples, count, act, round_ * 10 + 1)
    caller.close()


def fuzz_twilio(world: FuzzWorld, findings: Findings, count: int, round_: int) -> None:
    """Hand in messages as Twilio does, signed after they were spoiled, before, and not at all."""
    caller = Caller(findings, "twilio")
    url = f"{world.system.intake}/channels/twilio"

    def act(example: tuple[Fields, int, bytes]) -> None:
        fields, way, junk = example
        content = junk if way == 3 else _bytes_of(fields)
        params = [(name, value.encode("utf-8", "replace").decode()) for name, value in fields]
        signed = signature(world.twilio_token, url, params if way < 2 else [*_TWILIO.items()])
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if way != 2:
            headers["X-Twilio-Signature"] = signed
        caller("POST", url, f"way={way} {content[:200]!r}", content=content, headers=headers)

    examples = st.tuples(
        _fields(_TWILIO), st.integers(0, 3), broken(st.just(_bytes_of([*_TWILIO.items()])))
    )
    feed(examples, count, act, round_ * 10 + 2)
    caller.close()


def fuzz_pages(world: FuzzWorld, findings: Findings, count: int, round_: int) -> None:
    """Send the public form and the tracking page as no browser would."""
    caller = Caller(findings, "pages")
    intake = world.system.intake

    def act(example: tuple[Fields, str, bool, str, int]) -> None:
        fields, charset, form, move, nonce = example
        path = "/suivi" if not form else "/dire" if nonce % 3 else "/hors-ligne"
        fields = [*fields, ("go", move), ("nonce", f"{nonce:032}")]
        kind, content = "application/x-www-form-urlencoded", _bytes_of(fields)
        if nonce % 2:
            kind, content = f"multipart/form-data; boundary=x; charset={charset}", _parts(fields)
        headers = {"Content-Type": kind.encode("latin-1", "replace")}
        caller("POST", intake + path, repr((kind, content[:200])), content=content, headers=headers)

    known = world.cases[0]
    tracked = {"reference": known.reference, "code": known.code, "faire": "message"}
    tracked |= {"texte": "Bonjour", "agreed": "yes", "pressured": "no", "langue": "fr", "cle": ""}
    steps = _fields(_FORM).flatmap(
        lambda fields: st.sampled_from(_STEPS).map(lambda step: [*fields, ("at", step)])
    )
    header_texts = st.sampled_from(_CHARSETS) | st.text(st.characters(codec="ascii"), max_size=20)
    charset = header_texts.map(lambda text: "".join(c for c in text if c.isprintable()).strip())
    for strategy, form, salt in ((steps, True, 3), (_fields(tracked), False, 4)):
        moves = st.sampled_from(_MOVES) if form else st.just("")
        examples = st.tuples(strategy, charset, st.just(form), moves, st.integers(0, 10**6))
        feed(examples, count // 2, act, round_ * 10 + salt)
    caller.close()


def _parts(fields: Fields) -> bytes:
    """Return a multipart body; names and values go in as they are."""
    parts = (
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    )
    return "".join(parts).encode("utf-8", "replace") + b"--x--\r\n"


def fuzz_json(world: FuzzWorld, findings: Findings, count: int, round_: int) -> None:
    """Send grievances, follow-ups and officers' commands as wrong, huge and deep JSON."""
    caller = Caller(findings, "json")
    targets = _targets(world)

    def act(example: tuple[Callable[[], tuple[str, dict[str, str]]], str]) -> None:
        target, content = example
        url, headers = target()
        body = content.encode("utf-8", "replace")
        caller("POST", url, repr(body[:200]), content=body, headers=headers)

    def target(name: str) -> st.SearchStrategy[tuple[Any, str]]:
        url, headers, known = targets[name]
        content = spoiled(st.just(known)).map(json.dumps)
        content |= broken(st.just(json.dumps(known).encode())).map(lambda b: b.decode("latin-1"))
        content |= st.builds(
            lambda n, kind: json.dumps(known)[:-1] + f', "x": {deep(n, kind)}}}',
            st.integers(1, 1_100) | st.just(60_000),
            st.sampled_from("[{"),
        )
        return content.map(lambda text: (lambda: (url, headers), text))

    feed(st.sampled_from(sorted(targets)).flatmap(target), count, act, round_ * 10 + 5)
    caller.close()


def _targets(world: FuzzWorld) -> dict[str, tuple[str, dict[str, str], dict[str, Any]]]:
    intake, ledger = f"{world.system.intake}/v1/grievances", f"{world.system.ledger}/v1/cases"
    kind = {"Content-Type": "application/json"}
    case: Known = world.cases[1]
    code = kind | {"X-Recours-Code": case.code}
    at = f"{intake}/{case.reference}"
    found = {
        "grievance": (intake, kind, _GRIEVANCE),
        "message": (f"{at}/messages", code, {"text": "Bonjour"}),
        "answer": (f"{at}/answer", code, {"agreed": True, "text": "oui"}),
        "withdrawal": (
            f"{intake}/{world.cases[2].reference}/withdrawal",
            code,
            {"pressured": None},
        ),
        "appeal": (f"{at}/appeal", code, {"text": "encore"}),
        "explain": (f"{world.system.routing}/v1/explain", kind, {"site": SITE, "accused": []}),
    }
    for number, (name, body) in enumerate(_COMMANDS.items()):
        case = world.cases[number % 2]
        found[name] = (f"{ledger}/{case.reference}/{name}", kind | world.csr, body)
    return found
