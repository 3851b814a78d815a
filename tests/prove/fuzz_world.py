"""The people, codes and credentials with which inputs are sent, right and wrong ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from deploy.demo.world import wait_for
from shared.settings import development_secret
from tests.support.system import System

SITE, COMPANY = "doungoubou-demo", "societe-demo"


@dataclass(frozen=True)
class Known:
    """A grievance that is there: its reference and the code that opens it."""

    reference: str
    code: str


class FuzzWorld:
    """A running system with some cases in it, and who may do what there."""

    def __init__(self, system: System, cases: Sequence[Known] = ()) -> None:
        self.system = system
        self.admin = bearer(development_secret(system.data_dir, "ADMIN_CREDENTIAL"))
        self.twilio_token = development_secret(system.data_dir, "INTAKE_TWILIO_AUTH_TOKEN")
        self.csr = system.person("csr", COMPANY)
        self.credentials: tuple[dict[str, str], ...] = (
            {},
            bearer("nobody"),
            bearer("eyJhbGciOiJub25lIn0.e30."),
            {"Authorization": "Basic eDp5"},
            self.admin,
            bearer(development_secret(system.data_dir, "LEDGER_VAULT_CREDENTIAL")),
            bearer(development_secret(system.data_dir, "NOTIFY_VAULT_CREDENTIAL")),
            self.csr,
            system.person("representative", "syndicat-demo"),
            system.person("authority", "inspection-travail-demo"),
            system.person("protection", "protection-demo"),
            system.person("monitor", "observatoire-demo"),
            system.person("administrator", None),
        )
        self.cases = list(cases) or self._opened()

    def _opened(self) -> list[Known]:
        """Open some cases: one waits for its complainant's answer, one for a yes or no."""
        cases = [self.open_case() for _ in range(4)]
        asked, proposed = cases[0].reference, cases[1].reference
        proposal = {"text": "Semences", "deliver_by": "2027-03-01"}
        for reference, command, body in (
            (asked, "acknowledge", {}),
            (proposed, "acknowledge", {}),
            (asked, "ask-complainant", {"text": "Combien de parcelles ?"}),
            (proposed, "propose-remedy", proposal),
        ):
            self.system.command(reference, command, self.csr, **body).raise_for_status()
        return cases

    def open_case(self) -> Known:
        """File a good grievance and wait until it is a case with a holder and a date."""
        filed: dict[str, Any] = (
            self.system.submit(
                text=f"Champ détruit {uuid4().hex}",
                category="LAND_CROP_DAMAGE",
                site=SITE,
                organisation=COMPANY,
                contact={"phone": "70 00 00 01"},
            )
            .raise_for_status()
            .json()
        )
        reference = filed["reference"]
        case = wait_for(lambda: self.system.case(reference, self.csr), 60, "a good case opens")
        assert case["holder"], "a holder"
        assert case["due_at"], "a date"
        return Known(reference, filed["code"])

    @property
    def services(self) -> dict[str, str]:
        """The address of each service."""
        names = ("intake", "routing", "ledger", "notify")
        return {name: getattr(self.system, name) for name in names}


def bearer(credential: str) -> dict[str, str]:
    """Return the header of a bearer credential."""
    return {"Authorization": f"Bearer {credential}"}
