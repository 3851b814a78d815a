"""The topics of the floor: one hop each."""

from typing import Final

ASKED: Final = "floor.asked.v1"
ROUTED: Final = "floor.routed.v1"
OPENED: Final = "floor.opened.v1"
TOPICS: Final = (ASKED, ROUTED, OPENED)
