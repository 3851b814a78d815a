"""What happened to accounts, organisations and credentials: kept by the ledger, never published.

No event carries a login name, an address or a secret.
"""

from datetime import date, datetime
from typing import ClassVar, Literal

from shared.directory import Organisation, Site
from shared.events.envelope import EventData, data_model
from shared.events.ledger import Actor


class IdentityEvent(EventData):
    """Base: who did it; an account's own holder has the account's id."""

    published: ClassVar[bool] = False
    by: Actor


@data_model("cf.recours.account.created.v1", "ledger")
class AccountCreated(IdentityEvent):
    """An account was made; its holder has an invitation to set a passphrase."""

    role: str
    organisation: str | None
    lead: bool


@data_model("cf.recours.account.changed.v1", "ledger")
class AccountChanged(IdentityEvent):
    """The account has another role, or became or ceased to be its organisation's lead."""

    role: str
    lead: bool


@data_model("cf.recours.account.recovered.v1", "ledger")
class AccountRecovered(IdentityEvent):
    """An administrator invited the holder anew; the old passphrase has gone. A notice is due."""

    second_factor_reset: bool


@data_model("cf.recours.account.closed.v1", "ledger")
class AccountClosed(IdentityEvent):
    """The account is closed; its sessions have ended and its secrets are gone."""


@data_model("cf.recours.account.reopened.v1", "ledger")
class AccountReopened(IdentityEvent):
    """A closed account was opened again; its holder has a new invitation."""


@data_model("cf.recours.account.absent.v1", "ledger")
class AccountAbsent(IdentityEvent):
    """Its holder is away until the end of a day, or back when there is none."""

    until: date | None


@data_model("cf.recours.account.signed-out.v1", "ledger")
class AccountSignedOut(IdentityEvent):
    """All sessions of the account were ended."""


@data_model("cf.recours.passphrase.set.v1", "ledger")
class PassphraseSet(IdentityEvent):
    """The holder set a passphrase; all sessions begun before have ended."""


@data_model("cf.recours.passphrase.rehashed.v1", "ledger")
class PassphraseRehashed(IdentityEvent):
    """The same passphrase is kept with the cost that hashes have now; no session ends."""


@data_model("cf.recours.second-factor.set.v1", "ledger")
class SecondFactorSet(IdentityEvent):
    """The holder set up the second factor and got new recovery codes."""


@data_model("cf.recours.recovery-code.used.v1", "ledger")
class RecoveryCodeUsed(IdentityEvent):
    """A recovery code stood in for the second factor; it cannot be used again."""

    left: int


@data_model("cf.recours.account.linked.v1", "ledger")
class AccountLinked(IdentityEvent):
    """The account was bound to one identity at its organisation's own provider."""


@data_model("cf.recours.organisation.closed.v1", "ledger")
class OrganisationClosed(IdentityEvent):
    """Nobody acts for the organisation any more; its sessions and credentials have ended."""

    organisation: str


@data_model("cf.recours.organisation.reopened.v1", "ledger")
class OrganisationReopened(IdentityEvent):
    """People and programs may act for the organisation again, after they have signed in anew."""

    organisation: str


@data_model("cf.recours.provider.set.v1", "ledger")
class ProviderSet(IdentityEvent):
    """The organisation's people may sign in by its own OpenID Connect provider; none when empty."""

    organisation: str
    issuer: str | None
    client_id: str | None


@data_model("cf.recours.credential.issued.v1", "ledger")
class CredentialIssued(IdentityEvent):
    """A program of an organisation got a credential."""

    role: str
    organisation: str | None
    scopes: tuple[str, ...]
    expires_at: datetime


@data_model("cf.recours.credential.rotated.v1", "ledger")
class CredentialRotated(IdentityEvent):
    """The credential has a new secret; the one before it serves until `overlap_until`."""

    overlap_until: datetime


@data_model("cf.recours.credential.revoked.v1", "ledger")
class CredentialRevoked(IdentityEvent):
    """The credential is of no use any more."""


@data_model("cf.recours.organisation.described.v1", "ledger")
class OrganisationDescribed(IdentityEvent):
    """An administrator said what an organisation is; `emails` are those of the office."""

    organisation: str
    described: Organisation


@data_model("cf.recours.site.described.v1", "ledger")
class SiteDescribed(IdentityEvent):
    """An administrator said what a site is."""

    site: str
    described: Site


@data_model("cf.recours.calendar-day.set.v1", "ledger")
class CalendarDaySet(IdentityEvent):
    """An administrator said whether people work on a day; `computed` takes that back."""

    day: date
    kind: Literal["holiday", "working", "computed"]
    why: str
