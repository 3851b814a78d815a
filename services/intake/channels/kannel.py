"""Kannel's incoming messages: a query or form, the text in the charset that it names."""

import hashlib
import ipaddress
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import unquote_to_bytes

from services.intake.channels.sms import TextMessage
from services.intake.settings import Network
from shared.errors import Invalid

#: Charsets that gateways name; any other is read as UTF-8.
_CHARSETS = {
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
    **dict.fromkeys(("utf-16be", "utf-16-be", "ucs-2", "ucs2", "iso-10646-ucs-2"), "utf-16-be"),
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    **dict.fromkeys(("iso-8859-1", "latin1", "latin-1"), "iso-8859-1"),
    "iso-8859-15": "iso-8859-15",
    **dict.fromkeys(("windows-1252", "cp1252"), "cp1252"),
    "us-ascii": "ascii",
}
_MOST_FIELDS = 50


def allowed(address: str, networks: Iterable[Network]) -> bool:
    """Tell whether a caller may hand in messages; Kannel does not sign them."""
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(caller, ipaddress.IPv6Address) and caller.ipv4_mapped:
        caller = caller.ipv4_mapped
    return any(caller in network for network in networks)


def fields_of(*encoded: bytes) -> dict[str, bytes]:
    """Return the fields of queries and forms as bytes, since the charset is one of them."""
    fields: dict[str, bytes] = {}
    for source in encoded:
        for pair in source.split(b"&")[:_MOST_FIELDS]:
            name, _, value = pair.replace(b"+", b" ").partition(b"=")
            if name:
                fields[unquote_to_bytes(name).decode("ascii", "replace")] = unquote_to_bytes(value)
    return fields


def read_message(fields: dict[str, bytes], now: datetime) -> TextMessage:
    """Return the message; raises Invalid when it has no sender or no text field."""
    missing = [name for name in ("sender", "text") if name not in fields]
    if missing:
        raise Invalid(
            "This is not a message from Kannel",
            errors=[{"field": name, "reason": "missing"} for name in missing],
        )
    plain = {
        name: value.decode("utf-8", "replace") for name, value in fields.items() if name != "text"
    }
    charset = _CHARSETS.get(plain.get("charset", "").strip().lower(), "utf-8")
    text = fields["text"].decode(charset, "replace")
    sender = plain["sender"].strip()
    key = plain.get("id", "").strip()
    if not key:
        # Without an id the same words of the same sender at the same time are one message; without
        # a time as well, those of the same hour.
        sent = plain.get("ts", "").strip() or now.strftime("%Y%m%d%H")
        key = hashlib.sha256(f"{sender}|{sent}|{text}".encode("utf-8", "replace")).hexdigest()
    raw = {**plain, "text": text, "text_hex": fields["text"].hex()}
    return TextMessage(channel="kannel", key=key, sender=sender, text=text, raw=raw)
