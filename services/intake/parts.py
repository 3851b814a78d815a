"""What intake's endpoints work with, built once by the composition root."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from fastapi import Request

from services.intake.access import Access
from services.intake.alerts import Alerts
from services.intake.channels.sms import SmsDesk
from services.intake.followups import FollowUps
from services.intake.handlers import Handlers
from services.intake.identifiers import Identifiers
from services.intake.import_routes import Imports
from services.intake.reader import VaultReader
from services.intake.reads import Reads
from services.intake.settings import IntakeSettings
from services.intake.tracking import Tracking
from shared.errors import TransientError
from shared.mongo import Database
from shared.waiting import Changes


@dataclass(frozen=True)
class IntakeParts:
    """The use cases behind the endpoints."""

    settings: IntakeSettings
    db: Database
    ids: Identifiers
    handlers: Handlers
    access: Access
    alerts: Alerts
    followups: FollowUps
    tracking: Tracking
    reader: VaultReader
    reads: Reads
    sms: SmsDesk
    readers: Mapping[str, str]
    twilio_keys: Mapping[str, str]
    imports: Imports
    changes: Changes


async def parts_of(request: Request) -> IntakeParts:
    """Dependency: the parts of the running service; 503 while it waits for its store."""
    parts = request.app.state.parts
    if parts is None:
        raise TransientError("The service is starting; send it again", retry_after=2)
    return cast(IntakeParts, parts)


def address_of(request: Request) -> str:
    """Return the caller's address, for limits only; it is not kept."""
    return request.client.host if request.client else "unknown"
