"""Twilio's messages: signature, form parameters, TwiML replies."""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from services.intake.channels.sms import TextMessage

Params = Sequence[tuple[str, str]]
_DIGESTS = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}
_SOME = re.compile("[1-9][0-9]?")
SETTINGS_HEADER = "x-twilio-webhooks-signature-settings"
EMPTY_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def signature(key: str, url: str, params: Params, algorithm: str = "HMAC_SHA1") -> str:
    """Return base64(HMAC(key, URL and each parameter name with its distinct sorted values))."""
    signed = url
    names: dict[str, set[str]] = {}
    for name, value in params:
        names.setdefault(name, set()).add(value)
    for name in sorted(names):
        signed += "".join(name + value for value in sorted(names[name]))
    digest = hmac.new(key.encode(), signed.encode("utf-8", "surrogatepass"), _DIGESTS[algorithm])
    return b64encode(digest.digest()).decode()


def signed_rightly(
    *,
    url: str,
    params: Params,
    body: bytes,
    given: str | None,
    settings: str | None,
    auth_token: str | None,
    shared_keys: Mapping[str, str],
) -> bool:
    """Tell whether Twilio signed the request; anything not understood is refused.

    With the settings header the named shared key signs by SHA-256; a JSON body is signed by its
    digest in the address.
    """
    key, algorithm = auth_token, "HMAC_SHA1"
    if settings:
        options = dict(
            part.strip().partition("=")[::2] for part in settings.split(",") if "=" in part
        )
        key, algorithm = shared_keys.get(options.get("key", "")), options.get("algorithm", "")
    if not (key and given) or algorithm not in _DIGESTS:
        return False
    body_digest = parse_qs(urlsplit(url).query).get("bodySHA256")
    if body_digest and not hmac.compare_digest(
        hashlib.sha256(body).hexdigest().encode(), body_digest[0].lower().encode()
    ):
        return False
    expected = signature(key, url, () if body_digest else params, algorithm)
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def read_message(params: Params) -> TextMessage | None:
    """Return the message, or None for a callback that brings none (delivery states)."""
    fields = dict(params)
    sid = fields.get("MessageSid") or fields.get("SmsSid")
    status = fields.get("SmsStatus") or fields.get("MessageStatus") or "received"
    if not sid or status != "received":
        return None
    text = fields.get("Body", "")
    files = fields.get("NumMedia", "0")
    if not text.strip() and _SOME.fullmatch(files):
        # The files stay at the gateway; their addresses are in the raw payload.
        text = f"[{files} fichier(s) sans texte]"
    sender = fields.get("From", "").removeprefix("whatsapp:")
    return TextMessage(channel="twilio", key=sid, sender=sender, text=text, raw=dict(params))


def reply_xml(text: str | None) -> str:
    """Return the TwiML that sends a reply, or none."""
    if not text:
        return EMPTY_REPLY
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f"<Response><Message>{escape(text)}</Message></Response>"
    )
