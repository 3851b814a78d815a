"""A grievance filed on the public form by clicking, as its complainant does."""

from dataclasses import dataclass

from tests.browser.visit import Visit


@dataclass(frozen=True)
class Filed:
    """What the receipt says: the two numbers that the complainant copies."""

    reference: str
    code: str


def file_by_form(
    at: Visit,
    *,
    group: str,
    kind: str,
    words: str,
    site: str | None = None,
    about: str | None = None,
    consents: tuple[str, ...] = (),
) -> Filed:
    """Answer the form page by page and return the receipt; what is left out is skipped."""
    at.open("/")
    at.press("Français")
    at.press("Non")
    at.page.get_by_label(group, exact=True).check()
    at.press("Continuer")
    at.page.get_by_label(kind, exact=True).check()
    at.press("Continuer")
    at.page.get_by_role("textbox").fill(words)
    at.press("Continuer")
    if site is not None:
        at.page.get_by_role("radio", name=site, exact=True).check()
    at.press("Continuer")
    if about is not None:
        at.page.get_by_role("radio", name=about, exact=True).check()
    at.press("Continuer")
    at.press("Continuer")
    for consent in consents:
        at.page.get_by_role("checkbox", name=consent, exact=True).check()
    at.press("Continuer")
    assert words in at.text
    at.press("Envoyer")
    reference, code = at.page.locator("p.number").all_inner_texts()
    return Filed(reference.replace(" ", ""), code.replace(" ", ""))
