"""What notify counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class Tally:
    """The metrics of notify; labels are codes, never a person or a case."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._attempts = Counter(
            "recours_notices",
            "Attempts to tell a party, by way and outcome",
            ["channel", "outcome"],
            registry=registry,
        )
        self._receipts = Counter(
            "recours_receipts", "Delivery receipts taken", ["status"], registry=registry
        )
        self.queued = Gauge(
            "recours_notices_waiting",
            "Chunks of notices waiting in this process",
            registry=registry,
        )

    def attempted(self, channel: str, outcome: str) -> None:
        """Count an attempt."""
        self._attempts.labels(channel, outcome).inc()

    def receipt(self, status: str) -> None:
        """Count a delivery receipt, `unknown` for one that belongs to nothing here."""
        self._receipts.labels(status).inc()
