"""What the endpoints of accounts take and answer; answers have no secret but the one just made."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr

from services.ledger.accounts.events import IdentityEvent
from services.ledger.accounts.passphrases import LONGEST
from services.ledger.accounts.permits import Scope
from services.ledger.accounts.records import Entry
from services.ledger.accounts.rules import Account, Credential, Must
from services.ledger.accounts.sessions import Begun
from services.ledger.accounts.sign_in import secrets_of
from shared.access import Role
from shared.events.envelope import Event

Name = Annotated[str, Field(min_length=1, max_length=120)]
Code = Annotated[str, Field(min_length=1, max_length=40)]
Passphrase = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST)]
OrganisationId = Annotated[str, Field(min_length=1, max_length=80)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SignIn(_Body):
    """Who signs in; `code` is that of the second factor, or a recovery code."""

    organisation: OrganisationId | None = None
    login: Name
    passphrase: Passphrase
    code: Code | None = None


class Invitation(SignIn):
    """The first sign-in, or the first after a recovery: `passphrase` is the new one."""

    invitation: Annotated[SecretStr, Field(min_length=1, max_length=100)]


class PassphraseChange(_Body):
    """The present passphrase, the new one, and a code of the second factor."""

    current: Passphrase
    new: Passphrase
    code: Code | None = None


class SecondFactor(_Body):
    """A code of the second factor that is set up already."""

    code: Code | None = None


class Confirmation(_Body):
    """The first code of a new second factor."""

    code: Code


class NewAccount(_Body):
    """An account to be made."""

    organisation: OrganisationId | None = None
    login: Name
    role: Role
    lead: bool = False


class AccountChange(_Body):
    """What an account becomes."""

    role: Role
    lead: bool


class Absence(_Body):
    """The last day on which the holder is away; without one they are back."""

    until: date | None


class Recovery(_Body):
    """Whether the second factor was lost as well."""

    second_factor_lost: bool = False


class NewAdministrator(_Body):
    """The first administrator, or another one when told so."""

    login: Name
    another: bool = False


class NewProvider(_Body):
    """An organisation's own OpenID Connect provider."""

    issuer: Annotated[str, Field(min_length=8, max_length=300)]
    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    client_secret: Annotated[SecretStr, Field(min_length=1, max_length=400)]


class OpenIdStart(_Body):
    """Whose provider the person signs in at."""

    organisation: OrganisationId


class OpenIdReturn(_Body):
    """What the provider sent the person back with, and what the browser has kept."""

    state: Annotated[str, Field(min_length=1, max_length=200)]
    code: Annotated[SecretStr, Field(min_length=1, max_length=4000)]
    binding: Annotated[SecretStr, Field(min_length=1, max_length=200)]


class NewCredential(_Body):
    """A credential to be issued."""

    organisation: OrganisationId | None = None
    role: Role
    scopes: Annotated[tuple[Scope, ...], Field(max_length=10)]
    expires_at: AwareDatetime


class Rotation(_Body):
    """For how long the secret before the new one still serves."""

    overlap_hours: Annotated[float, Field(ge=0, le=1000)] = 24.0


class SessionAnswer(BaseModel):
    """A session that has begun; the token is shown this once."""

    token: str
    must: Must | None
    until: datetime

    @classmethod
    def of(cls, begun: Begun) -> "SessionAnswer":
        """Return the answer."""
        return cls(token=begun.token, must=begun.session.must, until=begun.session.until)


class EnrolmentAnswer(BaseModel):
    """A second factor to set up in an authenticator."""

    secret: str
    uri: str


class SecuredAnswer(SessionAnswer):
    """A session after the second factor was set up, with the recovery codes."""

    recovery_codes: list[str]


class WhoAnswer(BaseModel):
    """Who is signed in, and what has to be done first."""

    account: str
    role: Role
    organisation: str | None
    lead: bool
    must: Must | None
    until: datetime


class PassAnswer(BaseModel):
    """A signed token for the other services."""

    token: str


class AccountAnswer(BaseModel):
    """An account as those see it who manage it."""

    id: str
    login: str
    role: Role
    organisation: str | None
    lead: bool
    state: str
    secured: bool
    away_until: date | None
    version: int

    @classmethod
    def of(cls, entry: Entry[Account]) -> "AccountAnswer":
        """Return the answer."""
        state = entry.state
        return cls(
            id=entry.id,
            login=secrets_of(entry).login,
            role=state.role,
            organisation=state.organisation,
            lead=state.lead,
            state=state.state,
            secured=state.secured,
            away_until=date.fromisoformat(state.away_until) if state.away_until else None,
            version=entry.version,
        )


class InvitedAnswer(AccountAnswer):
    """An account with its invitation, shown this once."""

    invitation: str


class AccountList(BaseModel):
    """Accounts."""

    accounts: list[AccountAnswer]
    next: str | None


class Happening(BaseModel):
    """One entry of a history."""

    type: str
    time: datetime
    by: str

    @classmethod
    def of(cls, event: Event) -> "Happening":
        """Return the answer."""
        by = event.data.by.sub if isinstance(event.data, IdentityEvent) else ""
        return cls(type=event.type, time=event.time, by=by)


class History(BaseModel):
    """What happened to an account, the oldest first."""

    events: list[Happening]


class CredentialAnswer(BaseModel):
    """A credential without its secret."""

    id: str
    role: Role
    organisation: str | None
    scopes: tuple[Scope, ...]
    expires_at: datetime
    revoked: bool

    @classmethod
    def of(cls, entry: Entry[Credential]) -> "CredentialAnswer":
        """Return the answer."""
        return cls(id=entry.id, **entry.state.model_dump())


class IssuedAnswer(CredentialAnswer):
    """A credential with its secret, shown this once."""

    secret: str


class CredentialList(BaseModel):
    """Credentials."""

    credentials: list[CredentialAnswer]


class OpenIdAnswer(BaseModel):
    """Where to send the person, and what the browser keeps until it comes back."""

    url: str
    binding: str


class ProviderAnswer(BaseModel):
    """An organisation's provider, without its secret."""

    organisation: str
    issuer: str | None
    client_id: str | None


class OpenAnswer(BaseModel):
    """Whether an organisation acts."""

    organisation: str
    open: bool
