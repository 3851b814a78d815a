"""Reads addresses from the vault at the moment of sending; they are never stored or logged."""

from collections.abc import Sequence
from typing import Final

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from services.notify.domain import Contact
from shared.errors import TransientError
from shared.tracing import current

_TIMEOUT: Final = httpx.Timeout(10.0, connect=3.0)


class _Contact(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    sms: str | None = None
    email: str | None = None
    language: str | None = "fr"
    opted_out: tuple[str, ...] = ()
    safe_times: str | None = None
    preferred: str | None = None
    erased: bool = False


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    contacts: dict[str, _Contact | None]


class Contacts:
    """The vault's answer to "how do I reach these people now", in batches."""

    def __init__(self, intake_url: str, credential: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=intake_url,
            timeout=_TIMEOUT,
            headers={"Authorization": f"Bearer {credential}"},
            trust_env=False,
        )

    async def fetch(self, grievances: Sequence[str]) -> dict[str, Contact]:
        """Return contacts by grievance id; raises TransientError while the vault is away."""
        trace = current.get()
        try:
            answer = await self._client.post(
                "/internal/vault/contacts",
                json={"purpose": "notice", "grievances": list(grievances)},
                headers={"traceparent": trace} if trace else {},
            )
        except httpx.TransportError as error:
            raise TransientError("The vault does not answer") from error
        if answer.status_code != 200:
            raise TransientError(f"The vault answers {answer.status_code}")
        try:
            parsed = _Answer.model_validate_json(answer.content)
        except ValidationError as error:
            raise TransientError("The vault's answer cannot be read") from error
        return {
            grievance: Contact(**{**contact.model_dump(), "language": contact.language or "fr"})
            for grievance, contact in parsed.contacts.items()
            if contact is not None
        }

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
