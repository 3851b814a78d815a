"""How events change accounts, organisations and credentials, and what is in force when."""

from datetime import UTC, datetime, timedelta

import pytest

from services.ledger.accounts import events as happened
from services.ledger.accounts.rules import (
    INVITATION_FOR,
    Account,
    AccountSecrets,
    Credential,
    KeyHash,
    Organisation,
    Session,
    account_after,
    credential_after,
    credential_holds,
    decide_change,
    decide_closing,
    decide_passphrase,
    decide_recovery,
    decide_recovery_code,
    decide_rehash,
    decide_reopening,
    decide_second_factor,
    invitation_holds,
    organisation_after,
    rotated,
    session_holds,
)
from shared.errors import Conflict
from shared.events.ledger import Actor

BY = Actor(sub="a", role="administrator", organisation=None)
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
IDLE = timedelta(hours=1)
CREATED = happened.AccountCreated(by=BY, role="csr", organisation="societe-demo", lead=False)
INVITED = account_after(None, CREATED)
OPEN = account_after(INVITED, happened.PassphraseSet(by=BY))
SECURED = account_after(OPEN, happened.SecondFactorSet(by=BY))
CLOSED = account_after(SECURED, happened.AccountClosed(by=BY))


def session(account: Account, **changes: object) -> Session:
    base = {
        "account": "x",
        "organisation": account.organisation,
        "generation": account.generation,
        "must": None,
        "began": NOW,
        "seen": NOW,
        "until": NOW + timedelta(hours=12),
    }
    return Session.model_validate({**base, **changes})


def test_an_account_is_invited_then_open_then_secured() -> None:
    assert (INVITED.state, OPEN.state, SECURED.state) == ("invited", "open", "open")
    assert (INVITED.secured, OPEN.secured, SECURED.secured) == (False, False, True)


@pytest.mark.parametrize(
    "event",
    [
        happened.PassphraseSet(by=BY),
        happened.SecondFactorSet(by=BY),
        happened.AccountChanged(by=BY, role="csr", lead=True),
        happened.AccountRecovered(by=BY, second_factor_reset=False),
        happened.AccountClosed(by=BY),
        happened.AccountReopened(by=BY),
        happened.AccountSignedOut(by=BY),
        happened.AccountLinked(by=BY),
    ],
)
def test_whatever_changes_who_may_act_ends_the_sessions(event: happened.IdentityEvent) -> None:
    after = account_after(SECURED, event)
    assert session_holds(session(SECURED), SECURED, NOW, IDLE)
    assert not session_holds(session(SECURED), after, NOW, IDLE)


def test_using_a_recovery_code_ends_no_session() -> None:
    assert account_after(SECURED, happened.RecoveryCodeUsed(by=BY, left=9)) == SECURED


def test_a_session_ends_when_unused_and_at_its_longest() -> None:
    held = session(SECURED)
    idle_over = NOW + IDLE
    assert session_holds(held, SECURED, idle_over - timedelta(milliseconds=1), IDLE)
    assert not session_holds(held, SECURED, idle_over, IDLE)
    used = session(SECURED, seen=NOW + timedelta(hours=11, minutes=59))
    assert not session_holds(used, SECURED, NOW + timedelta(hours=12), IDLE)
    assert not session_holds(held, None, NOW, IDLE)
    for state in (INVITED, CLOSED):
        assert not session_holds(session(state), state, NOW, IDLE)


def test_recovery_voids_the_passphrase_and_the_second_factor_only_when_lost() -> None:
    kept = decide_recovery(SECURED, BY, "hash", NOW, reset=False)
    assert kept.secrets["passphrase"] is None
    assert "totp" not in kept.secrets
    assert account_after(SECURED, kept.data).secured
    lost = decide_recovery(SECURED, BY, "hash", NOW, reset=True)
    assert lost.secrets["totp"] is None
    assert lost.secrets["recovery"] is None
    assert not account_after(SECURED, lost.data).secured
    assert account_after(SECURED, lost.data).state == "invited"
    with pytest.raises(Conflict):
        decide_recovery(CLOSED, BY, "hash", NOW, reset=True)


def test_closing_forgets_all_secrets_but_the_name() -> None:
    decided = decide_closing(SECURED, BY)
    assert set(decided.secrets) == set(AccountSecrets.model_fields) - {"login"}
    assert set(decided.secrets.values()) == {None}
    assert (CLOSED.state, CLOSED.secured) == ("closed", False)
    with pytest.raises(Conflict):
        decide_closing(CLOSED, BY)
    with pytest.raises(Conflict):
        decide_reopening(OPEN, BY, "hash", NOW)
    again = decide_reopening(CLOSED, BY, "hash", NOW)
    assert account_after(CLOSED, again.data).state == "invited"


def test_an_invitation_holds_once_and_for_three_days() -> None:
    secrets = AccountSecrets(login="x", invitation="hash", invitation_until=NOW + INVITATION_FOR)
    assert invitation_holds(secrets, "hash", NOW)
    assert not invitation_holds(secrets, "other", NOW)
    assert not invitation_holds(secrets, "hash", NOW + INVITATION_FOR)
    assert not invitation_holds(AccountSecrets(login="x"), "hash", NOW)
    used = decide_passphrase(BY, "argon")
    assert used.secrets == {"passphrase": "argon", "invitation": None, "invitation_until": None}


def test_a_recovery_code_is_taken_out_when_used() -> None:
    secrets = AccountSecrets(login="x", recovery=("one", "two"))
    used = decide_recovery_code(BY, secrets, "one")
    assert used is not None
    assert used.secrets == {"recovery": ("two",)}
    assert used.data == happened.RecoveryCodeUsed(by=BY, left=1)
    assert decide_recovery_code(BY, secrets, "three") is None
    assert decide_second_factor(BY, b"s", ("h",)).secrets == {"totp": b"s", "recovery": ("h",)}


def test_a_passphrase_is_hashed_anew_only_while_it_is_the_same() -> None:
    secrets = AccountSecrets(login="x", passphrase="old")
    again = decide_rehash(BY, secrets, "old", "new")
    assert again is not None
    assert again.secrets == {"passphrase": "new"}
    assert account_after(SECURED, again.data) == SECURED
    assert decide_rehash(BY, AccountSecrets(login="x", passphrase="other"), "old", "new") is None


def test_a_change_changes_something() -> None:
    lead = decide_change(OPEN, BY, role="csr", lead=True)
    assert account_after(OPEN, lead.data).lead
    with pytest.raises(Conflict):
        decide_change(OPEN, BY, role="csr", lead=False)
    with pytest.raises(Conflict):
        decide_change(CLOSED, BY, role="csr", lead=True)


def test_an_organisation_is_open_until_it_is_closed() -> None:
    closed = organisation_after(
        None, happened.OrganisationClosed(by=BY, organisation="societe-demo")
    )
    assert not closed.open
    again = happened.OrganisationReopened(by=BY, organisation="societe-demo")
    assert organisation_after(closed, again) == Organisation(id="societe-demo")


def test_a_credential_is_in_force_until_it_expires_or_is_revoked() -> None:
    issued = happened.CredentialIssued(
        by=BY,
        role="csr",
        organisation="societe-demo",
        scopes=("cases.read",),
        expires_at=NOW + timedelta(days=1),
    )
    credential = credential_after(None, issued)
    keys = (KeyHash(hash="new"),)
    assert isinstance(credential, Credential)
    assert credential_holds(credential, keys, "new", NOW)
    assert not credential_holds(credential, keys, "old", NOW)
    assert not credential_holds(credential, keys, "new", NOW + timedelta(days=1))
    revoked = credential_after(credential, happened.CredentialRevoked(by=BY))
    assert not credential_holds(revoked, keys, "new", NOW)


def test_two_secrets_serve_while_one_follows_the_other_and_never_three() -> None:
    credential = Credential(
        role="csr",
        organisation="societe-demo",
        scopes=("cases.read",),
        expires_at=NOW + timedelta(days=30),
    )
    until = NOW + timedelta(hours=24)
    keys = rotated((KeyHash(hash="first"),), "second", until)
    assert all(credential_holds(credential, keys, k, NOW) for k in ("first", "second"))
    assert not credential_holds(credential, keys, "first", until)
    assert credential_holds(credential, keys, "second", until)
    third = rotated(keys, "third", until)
    assert not credential_holds(credential, third, "first", NOW)
    assert all(credential_holds(credential, third, k, NOW) for k in ("second", "third"))


def test_events_of_identity_are_never_published_and_name_nobody() -> None:
    kinds = happened.IdentityEvent.__subclasses__()
    assert len(kinds) >= 16
    for kind in kinds:
        assert not kind.published
        assert not {"login", "name", "email", "passphrase", "secret"} & set(kind.model_fields)
