"""Fixtures of the tests of notify."""

from collections.abc import AsyncIterator

import pytest

from shared.mongo import Database
from tests.service.notify.world import Notify, Outside, notify, outside
from tests.support.clock import FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    """A Monday morning in Bangui."""
    return FrozenClock("2026-11-23T10:00:00+01:00")


@pytest.fixture
async def world() -> AsyncIterator[Outside]:
    """The mail server, the text gateway and the vault."""
    async with outside() as running:
        yield running


@pytest.fixture
async def service(database: Database, world: Outside, clock: FrozenClock) -> AsyncIterator[Notify]:
    """One replica of notify."""
    async with notify(database, world, clock) as replica:
        yield replica
