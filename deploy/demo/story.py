"""The story: crops destroyed and answered, wages unpaid and met with silence, a complaint about
the police that stays hidden, a week of paper, and the check of the record."""

import asyncio
import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.demo.browser import Browser
from deploy.demo.public_form import fill_form
from deploy.demo.world import World, wait_for
from shared.mongo import connect, database

_SAMPLES = Path(__file__).resolve().parents[2] / "tests" / "data"
_MINER, _WORKER = "+23670000019", "+23677000009"


class Story:
    """Plays the steps one after the other and counts what did not hold."""

    def __init__(self, world: World, tell: Callable[[str], None]) -> None:
        self.world = world
        self.tell = tell
        self.failed: list[str] = []
        self.tries = 0
        self.csr = world.person("csr", "societe-demo")
        self.syndicate = world.person("representative", "syndicat-demo")
        self.labour = world.person("authority", "inspection-travail-demo")
        self.protection = world.person("protection", "protection-demo")
        self.monitor = world.person("monitor", "observatoire-demo")
        self.administrator = world.person("administrator", None)

    def play(self) -> bool:
        """Play all steps; True when every one held."""
        crops = self.step("1. A miner files on the web form: his cassava is destroyed", self.file)
        wages = self.step("   A text message comes in about unpaid wages", self.text)
        hidden = self.step("5. A complaint names the police", self.police)
        self.step("   The paper register of the week is imported", self.register)
        if crops:
            self.step("2. The company's queue, the receipt and the mail", lambda: self.told(crops))
            self.step("3. The company answers", lambda: self.answered(crops))
        if hidden:
            self.step("   It is visible nowhere else", lambda: self.invisible(hidden))
        if wages:
            self.step("4. Silence climbs the ladder", lambda: self.silence(wages))
        self.step("   1,999 real complaints are imported", self.complaints)
        self.step("6. The record is checked, then a changed copy of it", self.verified)
        self.tell(
            "\nEvery step held." if not self.failed else f"\nDid not hold: {'; '.join(self.failed)}"
        )
        return not self.failed

    def step(self, title: str, action: Callable[[], Any]) -> Any:
        """Play one step and tell how it went."""
        self.tell(f"\n{title}")
        try:
            return action()
        except (AssertionError, KeyError, ValueError) as error:
            self.failed.append(title.strip())
            self.tell(f"   ✗ {type(error).__name__}: {error}")
            return None

    def ok(self, text: str) -> None:
        """Tell something that held."""
        self.tell(f"   ✓ {text}")

    def file(self) -> str:
        """File on the form, page by page, as a phone without JavaScript does."""
        browser = Browser(self.world.client)
        browser.open(f"{self.world.intake}/")
        answers = {
            "lang": "fr",
            "danger": "no",
            "group": "land",
            "category": "LAND_CROP_DAMAGE",
            "words": "L'engin de la société a détruit mon champ de manioc, trois parcelles.",
            "site": "doungoubou-demo",
            "organisation": "societe-demo",
            "reply": "sms",
            "phone": "70 00 00 19",
        }
        reference = fill_form(browser, answers)
        self.ok(f"receipt with reference {reference} and a code")
        return reference

    def text(self) -> str:
        """File by text message."""
        answer = self.world.text_message(
            _WORKER, "Salaire impayé depuis trois mois à Doungoubou, le chef ne répond pas", "d-1"
        )
        reference = answer.split("Ref ")[1].split(".")[0].replace(" ", "")
        self.ok(f"the answer carries {reference}: « {answer} »")
        return reference

    def register(self) -> None:
        """Import the week's register of paper forms."""
        report = self.imported(_SAMPLES / "plaintes_utf8_virgule.csv", None)
        counts = report["counts"]
        self.ok(f"{counts['accepted']} rows accepted, {counts['refused']} refused with a reason")

    def complaints(self) -> None:
        """Import the complaints of a city, dirty as real data is, and account for each."""
        report = self.imported(_SAMPLES / "nyc-311-sample.csv.gz", "nyc-311")
        counts = report["counts"]
        total = counts["accepted"] + counts["refused"]
        assert total == 1999, f"{total} rows accounted for"
        self.ok(f"1,999 rows: {counts['accepted']} accepted, {counts['refused']} refused")
        rows = [row for row in report["report"] if row["reference"]]
        assert len(rows) == counts["accepted"], "every accepted row has a reference"
        wanted = {row["reference"] for row in rows}
        held = wait_for(lambda: self.held(wanted), 120, "every accepted row is a dated case")
        self.ok(f"each of the {len(held)} is a case with a holder and a date")

    def held(self, wanted: set[str]) -> set[str] | None:
        """Return the wanted cases once the syndicate and protection list all of them, dated."""
        found: set[str] = set()
        national = self.world.person("protection", "protection-nationale-demo")
        for who in (self.syndicate, self.protection, national):
            found |= {c["reference"] for c in self.world.cases(who) if c["holder"] and c["due_at"]}
        return wanted if wanted <= found else None

    def imported(self, path: Path, mapping: str | None) -> dict[str, Any]:
        """Send a file for a dry run, confirm it, and return the final report."""
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        url, who = f"{self.world.intake}/v1/imports", self.administrator
        answer = self.world.client.post(
            url,
            headers=who,
            files={"file": (path.name.removesuffix(".gz"), content)},
            data={"mapping": mapping} if mapping else {},
        )
        assert answer.status_code in (200, 201), answer.text[:300]
        ident = answer.json()["id"]
        confirmed = self.world.client.post(f"{url}/{ident}/confirm", headers=who)
        assert confirmed.status_code in (200, 201, 202), confirmed.text[:300]

        def filed() -> dict[str, Any] | None:
            report: dict[str, Any] = self.world.client.get(f"{url}/{ident}", headers=who).json()
            return report if report["state"] == "filed" else None

        return wait_for(filed, 120, "all rows are filed")

    def told(self, reference: str) -> None:
        """See the case in the queue, the receipt and the officer's mail, each with a date."""
        case = wait_for(lambda: self.world.case(reference, self.csr), 20, "the company's case")
        assert case["holder"] == "societe-demo"
        self.ok(f"held by {case['holder']}, answer due {case['due_at']}")
        receipt = wait_for(lambda: self.world.messages(_MINER), 20, "the miner's receipt")[0]
        assert reference in receipt["text"]
        assert "manioc" not in receipt["text"]
        self.ok(f"discreet receipt: « {receipt['text']} »")
        mail = wait_for(
            lambda: [m for m in self.officer_mail() if reference in m["subject"]], 20, "the mail"
        )[0]
        assert "manioc" not in mail["text"]
        self.ok(f"mail to the company: « {mail['subject']} »")

    def officer_mail(self) -> list[dict[str, Any]]:
        """Return the mails of the company's officer."""
        return self.world.messages("rse@societe.example")

    def answered(self, reference: str) -> None:
        """Acknowledge, propose, agree by text message, deliver, verify, close."""
        self.command(reference, "acknowledge", self.csr)
        case = self.command(
            reference,
            "propose-remedy",
            self.csr,
            text="Indemnisation de 150 000 XAF pour trois parcelles.",
            deliver_by="2026-12-15",
        )
        self.ok(f"remedy proposed; state {case['state']}")
        wait_for(lambda: len(self.world.messages(_MINER)) > 1, 60, "the miner hears of it")
        answer = wait_for(lambda: self.said_yes(reference), 20, "the miner's yes is understood")
        self.ok(f"the miner answers OUI by text message: « {answer} »")
        wait_for(lambda: self.state(reference, self.csr) == "agreed", 20, "agreed")
        self.command(reference, "record-delivery", self.csr, text="Payé en présence du syndicat.")
        refused = self.world.command(reference, "verify-delivery", self.csr)
        assert refused.status_code in (403, 409), "who owes the remedy cannot verify it"
        self.command(reference, "verify-delivery", self.syndicate)
        case = self.command(
            reference, "close", self.csr, **{"as": "resolved-agreed", "reason": "Remède vérifié."}
        )
        assert case["state"] == "closed"
        self.ok("delivered, verified by the syndicate and not by the company, closed")

    def said_yes(self, reference: str) -> str | None:
        """Answer yes once the complainant's side knows of the proposal."""
        self.tries += 1
        answer = self.world.text_message(_MINER, "OUI", f"yes-{reference}-{self.tries}")
        return answer if reference in answer else None

    def command(
        self, reference: str, name: str, who: dict[str, str], **body: Any
    ) -> dict[str, Any]:
        """Give a command that must succeed and return the case after it."""
        answer = self.world.command(reference, name, who, **body)
        assert answer.status_code in (200, 201), f"{name}: {answer.status_code} {answer.text[:300]}"
        case: dict[str, Any] = answer.json()
        return case

    def state(self, reference: str, who: dict[str, str]) -> str | None:
        """Return the state of a case."""
        case = self.world.case(reference, who)
        return case["state"] if case else None

    def silence(self, reference: str) -> None:
        """Wait for warnings, the miss, and the way up to the authority."""
        case = wait_for(lambda: self.world.case(reference, self.syndicate), 20, "the wages case")
        self.ok(f"held by {case['holder']} until {case['due_at']}; nobody moves")
        company = wait_for(lambda: self.world.case(reference, self.csr), 240, "the company's turn")
        assert company["holder"] == "societe-demo"
        self.ok(f"missed: now the company's, until {company['due_at']}; silent too")
        case = wait_for(
            lambda: self.world.case(reference, self.labour), 240, "the authority's turn"
        )
        types = [entry["type"] for entry in case["timeline"]]
        assert any("deadline.approaching" in kind for kind in types), "it was warned of before"
        assert any("deadline.missed" in kind for kind in types)
        assert case["holder"] == "inspection-travail-demo"
        self.ok(f"now the labour inspectorate's, until {case['due_at']}")
        heard = wait_for(
            lambda: [m for m in self.world.messages(_WORKER)[1:] if reference in m["text"]],
            60,
            "the worker hears of it (text messages wait for the morning)",
        )
        self.ok(f"the worker was told: « {heard[-1]['text']} »")
        for address in ("inspection@travail.example", "rse@societe.example"):
            wait_for(
                lambda to=address: [
                    m for m in self.world.messages(to) if reference in m["subject"]
                ],  # type: ignore[misc]
                30,
                f"mail to {address}",
            )
        self.ok("the new and the former holder were told by mail")

    def police(self) -> str:
        """File a complaint whose words name the police."""
        answer = self.world.client.post(
            f"{self.world.intake}/v1/grievances",
            json={
                "text": "La police nous a pris l'or à la barrière et nous a battus.",
                "site": "doungoubou-demo",
                "category": "BUYING_PRICE",
            },
        )
        assert answer.status_code == 201, answer.text[:300]
        reference: str = answer.json()["reference"]
        case = wait_for(
            lambda: self.world.case(reference, self.protection), 20, "protection has the case"
        )
        assert (case["lane"], case["severity"]) == ("protected", "S1")
        self.ok(f"{reference} went to the protection focal point alone, severity S1")
        return reference

    def invisible(self, reference: str) -> None:
        """Look for the protected case with every other role."""
        for who in (self.csr, self.syndicate, self.labour, self.monitor, self.administrator):
            assert self.world.case(reference, who) is None
            listed = self.world.client.get(f"{self.world.ledger}/v1/cases", headers=who)
            assert reference not in listed.text
        mails = [m for m in self.world.everything() if "@" in m["to"]]
        heard = {m["to"] for m in mails if reference in f"{m.get('subject')} {m['text']}"}
        assert heard <= {"focal@protection.example", "national@protection.example"}, heard
        self.ok("company, syndicate, authority, monitor and administrator: not found, not listed")

    def verified(self) -> None:
        """Check every chain, then see that a changed copy fails."""
        good = self.recours("verify")
        assert good.returncode == 0, good.stdout[-500:] + good.stderr[-500:]
        self.ok(good.stdout.strip().splitlines()[-1])
        bad = self.recours("verify", "--database", self.changed_copy())
        assert bad.returncode == 1, "a changed copy must fail"
        self.ok(bad.stdout.strip().splitlines()[-1])

    def recours(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line."""
        return subprocess.run(
            [sys.executable, "-m", "deploy.recours", *arguments],
            capture_output=True,
            text=True,
            env={"DATA_DIR": str(self.world.data_dir), "PATH": "/usr/bin:/bin"},
        )

    def changed_copy(self) -> str:
        """Copy the record to another database and change one entry there."""

        async def copy() -> str:
            client = connect(self.world.mongo_uri)
            source = database(client, "recours_ledger")["events"]
            name = "recours_ledger_changed_copy"
            await client.drop_database(name)
            target = database(client, name)["events"]
            entries = await source.find({}).limit(50).to_list(None)
            entries[7]["data"]["case"]["holder"] = "somebody-else"
            await target.insert_many(entries)
            client.close()
            return name

        return asyncio.run(copy())
