"""Pictures of every page that the browser tests look at: `make album`, for people's eyes."""

import os
import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

#: The folder that gets them; no pictures are taken without one.
FOLDER = "RECOURS_ALBUM"
#: What differs in each run would give each page a new name in each.
_IDENT = re.compile(r"[0-9A-Z]{8,}|[0-9a-f]{8}-[0-9a-f-]{27}")
_SIGHTS: Counter[str] = Counter()


def keep_sight(page: Page) -> None:
    """Save the whole page as the test at work sees it, when an album is asked for."""
    if folder := os.environ.get(FOLDER):
        test = os.environ["PYTEST_CURRENT_TEST"].rpartition("::")[2].partition(" ")[0]
        # Of all people in a test together: each sight stands where it came in the story.
        _SIGHTS[test] += 1
        page.screenshot(path=_file(Path(folder), test, _SIGHTS[test], page), full_page=True)


def _file(folder: Path, test: str, number: int, page: Page) -> Path:
    path = _plain(_IDENT.sub("dossier", urlsplit(page.url).path)) or "debut"
    width = page.viewport_size["width"] if page.viewport_size else 0
    return folder / _plain(test) / f"{number:02}-{path}-{width}.png"


def _plain(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z_]+", "-", text).strip("-")
