"""HTTP for the holder of an account: sign in, passphrase, second factor, leave."""

from uuid import uuid4

from fastapi import APIRouter, Depends, Request

from services.ledger.accounts import sign_in as use
from services.ledger.accounts.bodies import (
    Confirmation,
    EnrolmentAnswer,
    Invitation,
    PassAnswer,
    PassphraseChange,
    SecondFactor,
    SecuredAnswer,
    SessionAnswer,
    SignIn,
    WhoAnswer,
)
from services.ledger.accounts.doors import (
    AnySession,
    FullSession,
    Parts,
    address_of,
    not_kept,
)

router = APIRouter(prefix="/v1", tags=["sessions"], dependencies=[Depends(not_kept)])


@router.post("/sign-in")
async def sign_in(body: SignIn, request: Request, identity: Parts) -> SessionAnswer:
    """Begin a session: 401 whatever is wrong, 429 after too many tries."""
    begun = await use.sign_in(identity, _attempt(body, request), body.passphrase.get_secret_value())
    return SessionAnswer.of(begun)


@router.post("/sign-in/invitation")
async def accept(body: Invitation, request: Request, identity: Parts) -> SessionAnswer:
    """Set the passphrase by an invitation, and begin a session."""
    begun = await use.accept_invitation(
        identity,
        _attempt(body, request),
        body.invitation.get_secret_value(),
        body.passphrase.get_secret_value(),
    )
    return SessionAnswer.of(begun)


@router.get("/session")
async def who(signed: AnySession) -> WhoAnswer:
    """Tell who is signed in."""
    state, session = signed.account.state, signed.session
    return WhoAnswer(
        account=signed.account.id,
        role=state.role,
        organisation=state.organisation,
        lead=state.lead,
        must=session.must,
        until=session.until,
    )


@router.delete("/session", status_code=204)
async def sign_out(signed: AnySession, identity: Parts) -> None:
    """End this session."""
    await identity.sessions.end(signed.token)


@router.delete("/sessions", status_code=204)
async def sign_out_everywhere(signed: AnySession, identity: Parts) -> None:
    """End all sessions of the account."""
    by, cause = use.actor_of(signed.account), f"session:{uuid4()}"
    await use.sign_out_everywhere(identity, signed.account, by, cause)


@router.post("/session/passphrase")
async def change_passphrase(
    body: PassphraseChange, request: Request, signed: FullSession, identity: Parts
) -> SessionAnswer:
    """Set another passphrase; all sessions end, the answer has a new one."""
    begun = await use.change_passphrase(
        identity,
        signed,
        body.current.get_secret_value(),
        body.new.get_secret_value(),
        body.code,
        address_of(request),
    )
    return SessionAnswer.of(begun)


@router.post("/session/second-factor")
async def begin_second_factor(
    body: SecondFactor, request: Request, signed: AnySession, identity: Parts
) -> EnrolmentAnswer:
    """Make a second factor, to be confirmed by its first code."""
    made = await use.begin_second_factor(identity, signed, body.code, address_of(request))
    return EnrolmentAnswer(secret=made.secret, uri=made.uri)


@router.post("/session/second-factor/confirm")
async def confirm_second_factor(
    body: Confirmation, signed: AnySession, identity: Parts
) -> SecuredAnswer:
    """Set the second factor up; all sessions end, the answer has a new one."""
    begun, codes = await use.confirm_second_factor(identity, signed, body.code)
    return SecuredAnswer(**SessionAnswer.of(begun).model_dump(), recovery_codes=codes)


@router.post("/session/token")
async def pass_for_others(signed: FullSession, identity: Parts) -> PassAnswer:
    """Return a signed token of one minute for the other services."""
    return PassAnswer(token=use.pass_for(identity, signed))


def _attempt(body: SignIn, request: Request) -> use.Attempt:
    return use.Attempt(body.organisation, body.login, address_of(request), body.code)
