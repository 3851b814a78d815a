"""Values that programs stumble over, and ways to spoil what was right."""

import json
from typing import Any

from hypothesis import strategies as st

TEXTS = (
    *("", " ", "\t\r\n", "\x00", "a\x00b", "\x7f\x1b[31m", "\u202edroite", "\ufeff", "\uffff"),
    *("é" * 5_001, "😀" * 2_600, "a" * 100_001, "9" * 5_000, "ﷺ" * 1_700, "e\u0301" * 3_000),
    *("0", "-1", "1e400", "NaN", "Infinity", "9223372036854775808", "-9223372036854775809"),
    *("0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "2026-13-45T99:99"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1e15", "99999999999999999999"),
    *("../../../../etc/passwd", "%00", "%ff%fe", "a/b", "//", ".", "..", "%2e%2e%2f"),
    *("nom\r\nBcc: quelqu.un@ailleurs.example", "a\nSet-Cookie: x=1", "<script>x()</script>"),
    *("=HYPERLINK(1)", "{{7*7}}", "${jndi:ldap://x.example}", "' OR 1=1 --", '{"$gt": ""}'),
    *("$where", "STOP", "OUI", "K7QM 4T2P OUI", "STATUT", "+236", "+23670000001", "00236 70"),
    *("doungoubou-demo", "societe-demo", "LAND_CROP_DAMAGE", "police", "on va me tuer", "sg", "fr"),
    *("quelqu.un@exemple.example", "a@b", '"a b"@c.example', "é@é.example", "9h-12h", "99h-99h"),
)
#: Only JSON can carry halves of surrogate pairs.
HALVES = ("\ud800", "a\udfffb", "\ud800@b.example")
SCALARS = (None, True, False, 0, -1, 2**31, 2**63, -(2**63) - 1, 10**400, 0.0, -0.0, 1e308, 1e-320)


def texts() -> st.SearchStrategy[str]:
    """Return nasty and random texts that UTF-8 can carry."""
    return st.sampled_from(TEXTS) | st.text(max_size=60)


def deep(levels: int, kind: str = "[") -> str:
    """Return JSON of so many levels."""
    return "[" * levels + "]" * levels if kind == "[" else '{"a":' * levels + "1" + "}" * levels


def values() -> st.SearchStrategy[Any]:
    """Return JSON values of every type, some of them too large for a store."""
    leaves = st.sampled_from(SCALARS) | st.sampled_from(HALVES) | texts() | st.integers()
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(), inner, max_size=3),
        max_leaves=6,
    )


@st.composite
def spoiled(draw: st.DrawFn, known: st.SearchStrategy[Any]) -> Any:
    """Return a JSON value in which one or two places were changed, taken out or wrapped."""
    value = json.loads(json.dumps(draw(known)))
    for _ in range(draw(st.integers(1, 2))):
        value = _changed(draw, value)
    return value


def _changed(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict) and value and draw(st.integers(0, 9)):
        name = draw(st.sampled_from(sorted(value)))
        if draw(st.integers(0, 7)) == 0:
            return {key: one for key, one in value.items() if key != name}
        return {**value, name: _changed(draw, value[name])}
    if isinstance(value, list) and value and draw(st.integers(0, 5)):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], _changed(draw, value[place]), *value[place + 1 :]]
    return draw(values())


@st.composite
def broken(draw: st.DrawFn, known: st.SearchStrategy[bytes]) -> bytes:
    """Return bytes that were cut, flipped, doubled or filled at a few places."""
    content = bytearray(draw(known))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(content) - 1)))
        match draw(st.sampled_from(["flip", "cut", "insert", "double", "nul"])):
            case "flip" if content:
                content[place] ^= draw(st.integers(1, 255))
            case "cut":
                del content[place : place + draw(st.integers(1, 40))]
            case "insert":
                content[place:place] = draw(st.binary(max_size=20))
            case "double":
                content[place:place] = content[place : place + draw(st.integers(1, 60))]
            case _:
                content[place:place] = b"\x00" * draw(st.integers(1, 3))
    return bytes(content)
