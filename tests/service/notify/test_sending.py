"""Telling the parties, on a real store, mail server, gateway and vault."""

import asyncio
import email
import re
from collections import Counter
from email.policy import default
from typing import Any

import pytest

from shared.events import Event
from shared.events.ledger import OfficeAlerted
from shared.mongo import Database
from tests.service.notify.world import NUMBER, Notify, Outside, notify
from tests.support.clock import FrozenClock
from tests.unit.notify.cases import AT, REFERENCE, event


def read(envelope: Any) -> Any:
    """Return a caught mail as a message."""
    return email.message_from_bytes(envelope.original_content, policy=default)


def cases_told(envelope: Any) -> set[tuple[str, str]]:
    """Return receiver and reference of each case that a caught mail tells of."""
    mail = read(envelope)
    words = f"{mail['Subject']} {mail.get_content()}"
    return {(envelope.rcpt_tos[0], found) for found in re.findall(r"\bDossier ([A-Z]\w+)", words)}


async def test_all_parties_are_told_and_the_case_hears_of_it(
    service: Notify, world: Outside
) -> None:
    await service.tell(event("case.opened"))

    [text] = world.texts
    assert text["to"] == NUMBER
    assert text["text"].startswith("Bien recu. Ref K7QM4T2P. Reponse avant le jeu 3 dec.")
    assert text["coding"] == "0"
    assert text["dlr-mask"] == "19"
    assert text["dlr-url"].endswith("&type=%d")
    assert {mail.rcpt_tos[0] for mail in world.mails} == {
        "rse@societe.example",
        "permanence@syndicat.example",
    }
    assert sorted(await service.facts()) == [
        ("told", "advocate", ""),
        ("told", "complainant", ""),
        ("told", "holder", ""),
    ]
    assert service.nudges["relay"] >= 1
    assert {d["state"] for d in await service.documents()} == {"sent"}


async def test_what_came_of_the_notices_of_an_event_is_one_fact(service: Notify) -> None:
    happened = event("case.opened", contactable=())
    await service.tell(happened)
    [fact] = await service.events.load(happened.subject)
    assert fact.cause == happened.id
    assert sorted(await service.facts()) == [
        ("not-told", "complainant", "no-address"),
        ("told", "advocate", ""),
        ("told", "holder", ""),
    ]


async def test_a_mail_is_marked_as_made_by_a_machine_and_can_be_recognised(
    service: Notify, world: Outside
) -> None:
    await service.tell(event("case.opened", advocate=None, contactable=()))
    [envelope] = world.mails
    mail = read(envelope)
    [document] = await service.documents(recipient="societe-demo")
    assert mail["Message-ID"] == f"<{document['_id']}@notify.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert REFERENCE in mail["Subject"]
    assert "jeudi 3 décembre" in mail["Subject"]
    assert "confié" in mail.get_content()


async def test_nothing_is_sent_twice_when_events_come_again(
    service: Notify, world: Outside
) -> None:
    happened = [event("case.opened"), event("case.acknowledged", sequence=2)]
    await service.tell(*happened)
    before = (len(world.texts), len(world.mails), await service.facts())
    await service.tell(*happened)
    await service.tell(*reversed(happened), *happened)
    await service.send_due()
    assert (len(world.texts), len(world.mails), await service.facts()) == before


async def test_mails_of_one_office_that_wait_together_are_one(
    service: Notify, world: Outside
) -> None:
    """However many cases come in at once, an office is not buried; the worst come alone."""
    opened = [event("case.opened", reference=f"R{i}", advocate=None) for i in range(3)]
    urgent = event("case.opened", reference="R9", advocate=None, severity="S1")
    await service.tell(*opened, urgent)
    alone, joined = sorted(world.mails, key=lambda mail: len(cases_told(mail)))
    assert {reference for _, reference in cases_told(alone)} == {"R9"}
    assert read(joined)["Subject"] == "Nouvelles de 3 dossiers"
    content = read(joined).get_content()
    for i in range(3):
        assert f"- Dossier R{i} : accusé de réception attendu avant le jeudi 3 déc" in content
        assert f"- Case R{i}: acknowledgement expected by Thursday 3 December" in content
    facts = await service.facts()
    assert facts.count(("told", "holder", "")) == 4


async def test_a_joined_mail_that_was_refused_is_tried_again_for_each_case(
    service: Notify, world: Outside, clock: FrozenClock
) -> None:
    world.smtp_answer.append("451 4.3.0 later")
    opened = [event("case.opened", reference=f"R{i}", advocate=None) for i in range(3)]
    await service.tell(*opened)
    assert world.mails == []
    clock.move(minutes=3)
    await service.send_due()
    [mail] = world.mails
    assert {reference for _, reference in cases_told(mail)} == {"R0", "R1", "R2"}
    documents = await service.documents(recipient="societe-demo")
    assert [len(d["attempts"]) for d in documents] == [2, 2, 2]
    assert {d["maybe_twice"] for d in documents} == {False}


async def test_two_replicas_send_each_notice_once(
    database: Database, world: Outside, clock: FrozenClock
) -> None:
    happened = [event("case.opened", reference=f"R{i}") for i in range(30)]
    async with notify(database, world, clock) as one, notify(database, world, clock) as two:
        await asyncio.gather(one.tell(*happened), two.tell(*happened))
        clock.move(hours=1)
        await asyncio.gather(one.send_due(), two.send_due())
        assert len(world.texts) == 30
        told = Counter(pair for mail in world.mails for pair in cases_told(mail))
        assert len(told) == 60
        assert set(told.values()) == {1}
        assert len(await one.facts()) == 90


async def test_no_address_and_no_words_are_kept(service: Notify, world: Outside) -> None:
    await service.tell(event("case.opened"), event("remedy.proposed", sequence=2))
    stored = repr(await service.documents()) + repr(
        await service.events.collection.find({}).to_list(None)
    )
    assert len(world.texts) == 2
    for secret in (NUMBER, NUMBER[4:], "Bien recu", "STATUT", "@societe.example"):
        assert secret not in stored


async def test_a_busy_gateway_is_tried_again_later(
    service: Notify, world: Outside, clock: FrozenClock
) -> None:
    world.sms_status += [503, 503]
    await service.tell(event("case.acknowledged", advocate=None))
    assert world.texts == []
    assert await service.facts() == []
    await service.send_due()
    assert world.texts == [], "not before its time"
    clock.move(minutes=2)
    await service.send_due()
    clock.move(minutes=10)
    await service.send_due()
    assert len(world.texts) == 1
    [document] = await service.documents()
    assert [a["code"] for a in document["attempts"]] == ["kannel-503", "kannel-503", "kannel-202"]
    assert document["maybe_twice"] is False
    assert "wake" not in document


async def test_a_refusal_for_good_is_told_to_the_case(service: Notify, world: Outside) -> None:
    world.sms_status += [400]
    world.smtp_answer += ["550 5.1.1 no such mailbox"]
    await service.tell(event("case.opened", advocate=None))
    assert sorted(await service.facts()) == [
        ("not-told", "complainant", "kannel-400"),
        ("not-told", "holder", "smtp-550"),
    ]


async def test_a_greylisting_mail_server_is_tried_again(
    service: Notify, world: Outside, clock: FrozenClock
) -> None:
    world.smtp_answer += ["451 4.7.1 try later"]
    await service.tell(event("complainant.wrote"))
    assert world.mails == []
    clock.move(minutes=2)
    await service.send_due()
    assert len(world.mails) == 1


async def test_after_three_days_it_gives_up_and_says_so(
    service: Notify, world: Outside, clock: FrozenClock
) -> None:
    world.sms_status += [503] * 60
    await service.tell(event("case.acknowledged", advocate=None, severity="S1"))
    for _ in range(40):
        clock.move(hours=3)
        await service.send_due()
    assert await service.facts() == [("not-told", "complainant", "gave-up")]
    assert world.texts == []


@pytest.mark.parametrize(
    ("contact", "reason"),
    [
        ({"opted_out": ["sms"]}, "opted-out"),
        ({"sms": None}, "no-address"),
        ({"erased": True}, "erased"),
    ],
)
async def test_who_may_not_or_cannot_be_told_is_told_to_the_case(
    service: Notify, world: Outside, contact: dict[str, Any], reason: str
) -> None:
    happened = event("case.acknowledged", advocate=None)
    world.contacts[happened.subject] = Outside.usual(**contact)
    await service.tell(happened)
    assert world.texts == []
    assert await service.facts() == [("not-told", "complainant", reason)]


async def test_without_any_way_to_answer_the_vault_is_not_asked(
    service: Notify, world: Outside
) -> None:
    await service.tell(event("case.acknowledged", advocate=None, contactable=()))
    assert world.reads == []
    assert await service.facts() == [("not-told", "complainant", "no-address")]


async def test_who_prefers_mail_gets_mail(service: Notify, world: Outside) -> None:
    happened = event("case.opened", advocate=None, contactable=("sms", "email"))
    world.contacts[happened.subject] = Outside.usual(email="a@person.example", preferred="email")
    await service.tell(happened)
    assert world.texts == []
    assert {mail.rcpt_tos[0] for mail in world.mails} == {"rse@societe.example", "a@person.example"}
    [document] = await service.documents(recipient="complainant")
    assert document["channel"] == "email"


async def test_notices_wait_while_the_vault_is_away(
    service: Notify, world: Outside, clock: FrozenClock
) -> None:
    world.vault_status += [503]
    await service.tell(event("case.opened", advocate=None))
    assert world.texts == []
    assert len(world.mails) == 1, "officers' mail needs no vault"
    clock.move(minutes=2)
    await service.send_due()
    assert len(world.texts) == 1


async def test_the_vault_is_asked_once_for_a_chunk(service: Notify, world: Outside) -> None:
    await service.tell(
        *(event("case.acknowledged", reference=f"R{i}", advocate=None) for i in range(20))
    )
    assert len(world.texts) == 20
    assert len(world.reads) == 1


async def test_quiet_hours_hold_and_do_not_drop(
    service: Notify, world: Outside, clock: FrozenClock
) -> None:
    clock.set("2026-11-23T21:30:00+01:00")
    await service.tell(
        event("case.opened", reference="A", at=clock.now(), advocate=None),
        event("case.acknowledged", reference="B", at=clock.now(), advocate=None),
        event("case.acknowledged", reference="C", at=clock.now(), advocate=None, severity="S1"),
    )
    said = " ".join(text["text"] for text in world.texts)
    assert len(world.texts) == 2
    assert "Ref A." in said
    assert "Ref C:" in said
    clock.set("2026-11-24T07:59:00+01:00")
    await service.send_due()
    assert len(world.texts) == 2
    clock.set("2026-11-24T08:00:00+01:00")
    await service.send_due()
    assert len(world.texts) == 3


async def test_safe_hours_bind_even_what_is_urgent(
    service: Notify, world: Outside, clock: FrozenClock
) -> None:
    happened = event("case.acknowledged", advocate=None, severity="S1")
    world.contacts[happened.subject] = Outside.usual(safe_times="14h-16h")
    await service.tell(happened)
    assert world.texts == []
    clock.set("2026-11-23T14:00:00+01:00")
    await service.send_due()
    assert len(world.texts) == 1


async def test_sango_speakers_get_french_until_there_is_sango(
    service: Notify, world: Outside
) -> None:
    happened = event("case.opened", advocate=None, language="sg")
    world.contacts[happened.subject] = Outside.usual(language="sg")
    await service.tell(happened)
    assert world.texts[0]["text"].startswith("Bien recu.")


async def test_warnings_are_gathered_into_one_mail_a_day(
    service: Notify, world: Outside, clock: FrozenClock
) -> None:
    clock.set("2026-12-02T18:00:00+01:00")
    warnings = [event("deadline.approaching", reference=f"R{i}", at=clock.now()) for i in range(3)]
    await service.tell(*warnings[:2])
    await service.tell(*warnings)
    await service.send_due()
    assert world.mails == []
    clock.set("2026-12-03T07:31:00+01:00")
    await service.send_due()
    [envelope] = world.mails
    mail = read(envelope)
    assert mail["Subject"] == "3 dossiers arrivent à échéance aujourd'hui"
    assert [f"R{i}" in mail.get_content() for i in range(3)] == [True] * 3
    assert await service.facts() == [("told", "holder", "")] * 3
    clock.move(days=1)
    await service.send_due()
    assert len(world.mails) == 1


async def test_two_daily_mails_that_go_together_share_the_warnings(
    service: Notify, world: Outside, clock: FrozenClock
) -> None:
    for day in range(2):
        await service.tell(event("deadline.approaching", reference=f"DAY{day}", at=clock.now()))
        clock.move(days=1)
    await service.send_due()
    told = [mail.original_content.decode().split("----")[0] for mail in world.mails]
    assert [sum(text.count(f"DAY{day}") for text in told) for day in range(2)] == [1, 1]
    assert {document["state"] for document in await service.documents(notice="deadline-near")} == {
        "sent"
    }
    assert await service.facts() == [("told", "holder", "")] * 2


async def test_a_grave_warning_goes_at_once(service: Notify, world: Outside) -> None:
    await service.tell(event("deadline.approaching", severity="S2"))
    assert len(world.mails) == 1


async def test_a_case_that_misses_hour_by_hour_tells_the_complainant_once_a_day(
    service: Notify, world: Outside, clock: FrozenClock
) -> None:
    for hour in range(5):
        await service.tell(
            event("deadline.missed", sequence=hour, at=clock.now(), advocate=None, severity="S1")
        )
        clock.move(hours=1)
    assert len(world.texts) == 1
    assert len(world.mails) == 5


async def test_the_protected_lane_says_nothing_and_tells_protection_alone(
    service: Notify, world: Outside
) -> None:
    await service.tell(
        event("case.opened", lane="protected", holder="protection-demo", severity="S1")
    )
    [text] = world.texts
    assert text["text"] == (
        "Bien recu. Ref K7QM4T2P. Pour savoir: envoyez STATUT. Pour ne plus recevoir: STOP"
    )
    assert [mail.rcpt_tos for mail in world.mails] == [["focal@protection.example"]]


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: c@d.example", "a b@c.example", "nobody", "é@b.example"]
)
async def test_an_address_that_cannot_be_one_harms_nobody_else(
    service: Notify, world: Outside, address: str
) -> None:
    bad = event("case.acknowledged", reference="A", advocate=None, contactable=("email",))
    good = event("case.acknowledged", reference="B", advocate=None, contactable=("email",))
    world.contacts[bad.subject] = Outside.usual(sms=None, email=address)
    world.contacts[good.subject] = Outside.usual(sms=None, email="a@person.example")
    await service.tell(bad, good)
    assert [mail.rcpt_tos for mail in world.mails] == [["a@person.example"]]
    assert ("not-told", "complainant", "bad-address") in await service.facts()


async def test_a_mail_server_that_hung_up_is_called_again(service: Notify, world: Outside) -> None:
    await service.tell(event("complainant.wrote"))
    for client in list(service.senders["email"]._idle._queue):
        client.close()
    await service.tell(event("complainant.wrote", sequence=2))
    assert len(world.mails) == 2


async def test_what_is_too_much_at_once_is_due_at_once(
    service: Notify, world: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A burst must not wait for the lease under which it was written down."""
    full = asyncio.Queue[Any](maxsize=1)
    full.put_nowait((0.0, []))
    monkeypatch.setattr(service.parts.sending, "_chunks", full)
    await service.hear(event("case.opened"))
    assert world.mails == []
    assert len(await service.parts.deliveries.queue.claim()) == 3


@pytest.mark.parametrize(
    ("what", "to", "said"),
    [
        ("account-recovered", "societe-demo", "remet en service un compte"),
        ("queue-unattended", "autorite-centrale-demo", "Dossiers ouverts qui attendent là : 12"),
    ],
)
async def test_an_office_is_told_what_is_about_no_case_once(
    service: Notify, world: Outside, what: Any, to: str, said: str
) -> None:
    """No case hears of it: there is none."""
    cases = 12 if what == "queue-unattended" else None
    alert = OfficeAlerted(what=what, to=to, about="societe-demo", since=AT, open_cases=cases)
    told = Event.derived(alert, subject="alert", sequence=1, time=AT, cause=what)
    await service.tell(told, event("case.acknowledged", contactable=()))
    await service.tell(told)
    await service.send_due()
    mails = [read(mail) for mail in world.mails]
    [words] = [mail.get_content() for mail in mails if said in mail.get_content()]
    assert "lundi 23 novembre" in words
    [document] = await service.documents(notice=what)
    assert (document["state"], document["recipient"]) == ("sent", to)
    assert {fact[1] for fact in await service.facts()} <= {"advocate", "complainant"}
