"""A filled stencil is the document that would have been encoded."""

from bson import decode, encode

from tests.load.stencil import Stencil, names_in


def test_only_names_change_and_each_goes_to_its_place() -> None:
    """In keys of lists, within longer text and more than once."""
    names = names_in(["AAAA", "bbbb-b"])
    stencil = Stencil(encode({"_id": "AAAA", "n": 7, "of": ["bbbb-b", "x|AAAA"]}), names)
    for one, other in (("CCCC", "dddd-d"), ("EEEE", "ffff-f")):
        filled = stencil.fill({"AAAA": one.encode(), "bbbb-b": other.encode()})
        assert decode(filled) == {"_id": one, "n": 7, "of": [other, f"x|{one}"]}
