"""Pictures of every page that the browser tests look at: `make album`, for people's eyes."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

#: The folder that gets them; no pictures are taken without one.
FOLDER = "RECOURS_ALBUM"
#: What differs in each run would give each page a new name in each.
_REFERENCE = re.compile(r"[0-9A-Z]{8,}")


def keep_sight(page: Page, number: int) -> None:
    """Save the whole page as the test at work sees it, when an album is asked for."""
    if folder := os.environ.get(FOLDER):
        page.screenshot(path=_file(Path(folder), page, number), full_page=True)


def _file(folder: Path, page: Page, number: int) -> Path:
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition("::")[2].partition(" ")[0]
    path = _REFERENCE.sub("dossier", urlsplit(page.url).path)
    width = page.viewport_size["width"] if page.viewport_size else 0
    return folder / _plain(test) / f"{number:02}-{_plain(path) or 'debut'}-{width}.png"


def _plain(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z_]+", "-", text).strip("-")
