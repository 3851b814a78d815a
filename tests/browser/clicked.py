"""A story played by clicking: its complainant on the public pages, everybody else at the desk."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from playwright.sync_api import Response

from deploy.demo.world import wait_for
from tests.browser.visit import Visit
from tests.e2e.stories import SOON, WORDS, Person, Story, next_phone
from tests.support.system import System

#: Where the form has what a story files: the first choice for each kind.
GROUPS: Final = {
    "LAND_CROP_DAMAGE": "land",
    "SURFACE_TAX": "money",
    "HEALTH_CARE": "accident",
    "SECURITY_FORCE": "violence",
    "BUYING_PRICE": "money",
}
#: What a complainant says → the act of the tracking page and what is chosen there.
_YES_NO: Final = {True: "yes", False: "no"}
Visiting = Callable[..., Visit]


class ClickedStory(Story):
    """The same words as of any story; each is a page that is filled in and looked at."""

    def __init__(self, system: System, visiting: Visiting, words: str, **codes: Any) -> None:
        self._system, self.words = system, words
        self._visiting = visiting
        self._desks: dict[str, Visit] = {}
        self.phone = next_phone()
        self._complainant = visiting(system.intake)
        self.reference, self._key = self._file(codes)

    def _file(self, codes: Mapping[str, Any]) -> tuple[str, str]:
        at = self._complainant
        at.open("/")
        at.press("Français")
        at.press("Non")
        at.choose("group", GROUPS[codes["category"]])
        at.press("Continuer")
        at.choose("category", codes["category"])
        at.press("Continuer")
        at.page.locator("[name=words]").fill(self.words)
        at.press("Continuer")
        at.choose("site", "doungoubou-demo")
        at.press("Continuer")
        at.choose("organisation", codes.get("organisation", ""))
        for one in codes.get("accused", ()):
            at.choose("hidden_from", {"police-demo": "security"}[one["organisation"]])
        at.press("Continuer")
        at.choose("reply", "sms")
        at.page.locator("[name=phone]").fill(self.phone)
        at.press("Continuer")
        at.press("Continuer")
        at.press("Envoyer")
        reference, code = at.page.locator("p.number").all_inner_texts()
        return reference.replace(" ", ""), code.replace(" ", "")

    def does(self, who: Person, command: str, **body: Any) -> None:
        """Give a command by its page: filled in, checked, confirmed, and said to be done."""
        status = self.gives(who, command, **body)
        assert status == 200, f"{who.name} {command}: {self._desk(who).text}"
        assert "C’est fait." in self._desk(who).text

    def gives(self, who: Person, command: str, **body: Any) -> int:
        """Give a command by its page and return the status of the last answer.

        What has no place on the page is asked of the API, which refuses it.
        """
        at = self._desk(who)
        opened = at.open(f"/desk/cases/{self.reference}/{command}")
        if opened.status != 200:
            return opened.status
        given = {**WORDS, **body}
        if not all(_has_place(at, name, value) for name, value in body.items()):
            return super().gives(who, command, **body)
        for name, value in given.items():
            _fill(at, name, value)
        checked = self._sent(at, "Continuer")
        if checked.status != 200:
            return checked.status
        assert "Vérifiez avant de confirmer" in at.text
        return self._sent(at, "Confirmer").status

    def _desk(self, who: Person) -> Visit:
        if who.name not in self._desks:
            token = self.headers(who)["Authorization"].removeprefix("Bearer ")
            self._desks[who.name] = self._visiting(self._system.ledger, session=token)
        return self._desks[who.name]

    @staticmethod
    def _sent(at: Visit, name: str) -> Response:
        with at.page.expect_navigation() as navigation:
            at.page.get_by_role("button", name=name, exact=True).click()
        at.look()
        response = navigation.value
        assert response is not None
        return response

    def says(self, what: str, **body: Any) -> None:
        """Let the complainant say something on the tracking page, once it is possible there."""
        at, act = self._complainant, _act_of(what, body)

        def offered() -> bool:
            at.open("/suivi")
            at.page.locator("[name=reference]").fill(self.reference)
            at.page.locator("[name=code]").fill(self._key)
            at.press("Voir")
            return at.page.locator(f"[name=faire][value='{act}']").count() > 0

        wait_for(offered, SOON, f"the complainant can say {act}")
        with at.page.expect_navigation():
            at.page.locator(f"[name=faire][value='{act}']").first.click()
        at.look()
        for name, values in _chosen(body).items():
            for value in values:
                at.choose(name, value)
        if "text" in body:
            at.page.locator("[name=texte]").fill(body["text"])
        if at.page.get_by_role("button", name="Continuer", exact=True).count():
            at.press("Continuer")
        at.press("Confirmer")
        assert at.page.get_by_role("status").is_visible(), at.text


def _act_of(what: str, body: Mapping[str, Any]) -> str:
    if what == "answer":
        return f"answer:{'part' if 'items' in body else _YES_NO[body['agreed']]}"
    return {"consents": "share"}.get(what, what)


def _chosen(body: Mapping[str, Any]) -> dict[str, list[str]]:
    names = {"satisfied": "satisfied", "remedy_holds": "holds", "pressured": "pressured"}
    chosen = {names[name]: [_YES_NO[body[name]]] for name in names if name in body}
    return chosen | {name: [str(one) for one in body.get(name, ())] for name in ("items", "to")}


def _has_place(at: Visit, name: str, value: Any) -> bool:
    field = at.page.locator(f"[name='{name}'], [name='item1_kind']")
    if not field.count():
        return False
    options = field.first.locator("option")
    known = [one.get_attribute("value") for one in options.all()]
    return not known or not isinstance(value, str) or value in known


def _fill(at: Visit, name: str, value: Any) -> None:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        for number, item in enumerate(value, start=1):
            for part, one in item.items():
                _fill(at, f"item{number}_{part}", one)
        return
    field = at.page.locator(f"[name='{name}']")
    if not field.count():
        return
    if isinstance(value, list):
        for one in value:
            at.choose(name, str(one))
    elif field.first.evaluate("one => one.tagName") == "SELECT":
        field.select_option(str(value))
    else:
        field.fill(str(value))
