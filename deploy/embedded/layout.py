"""Where an embedded run puts things: ports, addresses, and the environment of its services."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.settings import development_secret

SERVICES = ("intake", "routing", "ledger", "notify")
_PORTS = {
    **{name: offset for offset, name in enumerate(SERVICES)},
    "store": 17,
    "catcher": 25,
    "smtp": 26,
    "sms": 27,
    "kafka": 92,
    "kafka-controller": 93,
}


@dataclass(frozen=True)
class Layout:
    """The data folder and the first port of one run."""

    data_dir: Path
    port_base: int

    @classmethod
    def from_environment(cls) -> "Layout":
        """Read DATA_DIR and PORT_BASE; a PORT_BASE that is no port ends the program."""
        text = os.environ.get("PORT_BASE") or "8000"
        if not text.isdigit() or not 1024 <= int(text) <= 65_000:
            raise SystemExit(f"PORT_BASE must be a number from 1024 to 65000, not {text!r}")
        return cls(Path(os.environ.get("DATA_DIR") or ".data").resolve(), int(text))

    def port(self, name: str) -> int:
        """Return the port of a service or server."""
        return self.port_base + _PORTS[name]

    def ports(self) -> dict[str, int]:
        """Return every port by name."""
        return {name: self.port(name) for name in _PORTS}

    def url(self, name: str) -> str:
        """Return the address of a service or of the catcher."""
        return f"http://127.0.0.1:{self.port(name)}"

    def log(self, name: str) -> Path:
        """Return the log file of a child process."""
        return self.data_dir / "logs" / f"{name}.log"

    @property
    def state_file(self) -> Path:
        """The file that tells other programs where the run is."""
        return self.data_dir / "run.json"

    def environment(self, mongo_uri: str, bootstrap: str) -> dict[str, str]:
        """Return the environment of the services and the catcher.

        Secrets that two programs share are made once in `secrets.json`; each service finds its
        own there by itself.
        """
        secrets = {
            name: development_secret(self.data_dir, name)
            for name in ("NOTIFY_VAULT_CREDENTIAL", "LEDGER_VAULT_CREDENTIAL")
        }
        readers = ("notify", "ledger")
        return {
            **os.environ,
            **secrets,
            "PYTHONUNBUFFERED": "1",
            "RECOURS_ENV": "development",
            "DATA_DIR": str(self.data_dir),
            "PORT_BASE": str(self.port_base),
            "KAFKA_BOOTSTRAP": bootstrap,
            "MONGO_URI": mongo_uri,
            "INTAKE_PUBLIC_URL": os.environ.get("INTAKE_PUBLIC_URL") or self.url("intake"),
            "INTAKE_VAULT_CREDENTIALS": ",".join(
                f"{reader}:{secrets[f'{reader.upper()}_VAULT_CREDENTIAL']}" for reader in readers
            ),
            "INTAKE_TWILIO_AUTH_TOKEN": os.environ.get("INTAKE_TWILIO_AUTH_TOKEN")
            or development_secret(self.data_dir, "INTAKE_TWILIO_AUTH_TOKEN"),
            "LEDGER_INTAKE_URL": self.url("intake"),
            "LEDGER_ROUTING_URL": self.url("routing"),
            "LEDGER_NOTIFY_URL": self.url("notify"),
            "LEDGER_FORM_URL": os.environ.get("INTAKE_PUBLIC_URL") or self.url("intake"),
            "NOTIFY_INTAKE_URL": self.url("intake"),
            "NOTIFY_SMTP_HOST": "127.0.0.1",
            "NOTIFY_SMTP_PORT": str(self.port("smtp")),
            "NOTIFY_SMS_URL": f"{self.url('sms')}/cgi-bin/sendsms",
            "NOTIFY_SMS_USERNAME": "recours",
            "NOTIFY_SMS_PASSWORD": development_secret(self.data_dir, "NOTIFY_SMS_PASSWORD"),
            "NOTIFY_PUBLIC_URL": self.url("notify"),
            "NOTIFY_TRACKING_URL": f"{self.url('intake')}/suivi",
            "NOTIFY_DESK_URL": self.url("ledger"),
        }


def read_state(data_dir: Path) -> dict[str, Any] | None:
    """Return what a run wrote about itself, or None when none is running."""
    try:
        state: dict[str, Any] = json.loads((data_dir / "run.json").read_text())
        os.kill(int(state["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return None
    return state
