"""What a browser fetches for a page, and the rows that judge it."""

import httpx
import pytest
import respx

from tests.load.first_page import references, rows

PAGE = """<!doctype html><link rel=stylesheet href=/a.css><link rel=canonical href=/elsewhere>
<style>body { background: url("b.png") }</style><script src="c.js"></script>
<img src="data:image/gif;base64,R0"><a href="/next">next</a><p style="x: url(d.svg)">
<svg><use href="/icons.svg?v=1#leave"/></svg><svg><use href="/icons.svg?v=1#large"/></svg>
<svg><use href="#here"/></svg>"""


def test_a_browser_fetches_styles_scripts_and_pictures_but_no_links() -> None:
    """And nothing for pictures that stand in the page itself."""
    found = set(references("http://form.example/fr/", "text/html", PAGE))
    assert found == {
        "http://form.example/a.css",
        "http://form.example/fr/b.png",
        "http://form.example/fr/c.js",
        "http://form.example/fr/d.svg",
        "http://form.example/icons.svg?v=1",
    }
    style = '@import "more.css"; p { color: red }'
    assert list(references("http://form.example/a.css", "text/css", style)) == [
        "http://form.example/more.css"
    ]


@pytest.mark.parametrize(
    ("pictures", "size", "small", "few"),
    [(4, 100, True, True), (5, 9, True, False), (1, 60_000, False, True)],
)
async def test_rows_turn_red_for_weight_and_for_requests(
    pictures: int, size: int, small: bool, few: bool
) -> None:
    """Each by itself; a picture that is shown twice is fetched once."""
    page = "".join(f'<img src="/{number}.png">' * 2 for number in range(pictures))
    with respx.mock(base_url="http://form.example") as mock:
        mock.get("/").respond(200, html=page)
        for number in range(pictures):
            mock.get(f"/{number}.png").respond(200, content=b"x" * size)
        weight, requests = await rows("http://form.example/", lambda _: None)
    assert (weight.ok, requests.ok) == (small, few)
    assert requests.value == pictures + 1


async def test_a_picture_that_is_missing_is_an_error() -> None:
    """Not a page that weighs less."""
    with respx.mock(base_url="http://form.example") as mock:
        mock.get("/").respond(200, html='<img src="/gone.png">')
        mock.get("/gone.png").respond(404)
        with pytest.raises(httpx.HTTPStatusError):
            await rows("http://form.example/", lambda _: None)
