"""The catcher's page: what the parties would have received, in French, newest first."""

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from deploy.embedded.caught import Message

_SHOWN = 200
_STYLE = """
body{font:16px/1.45 system-ui,sans-serif;margin:0 auto;max-width:46rem;padding:1rem;color:#1b1b1b;
background:#f6f5f1}h1{font-size:1.35rem;margin:.2rem 0}p{margin:.4rem 0}a{color:#0b5394}
article{background:#fff;border:1px solid #d9d6cc;border-radius:.5rem;
padding:.7rem .9rem;margin:.8rem 0}
header{display:flex;flex-wrap:wrap;gap:.2rem .8rem;color:#555;font-size:.88rem}
.sms{border-left:.35rem solid #2a7a4b}.email{border-left:.35rem solid #0b5394}
h2{font-size:1rem;margin:.4rem 0 0}pre{white-space:pre-wrap;overflow-wrap:anywhere;
font:inherit;margin:.4rem 0 0}
"""


def render(messages: Sequence[Message], to: str, refresh: int) -> str:
    """Return the page; every value is escaped, as texts come from anybody."""
    shown = list(reversed(messages[-_SHOWN:]))
    again = f'<meta http-equiv="refresh" content="{refresh}">' if refresh else ""
    everyone = f' · <a href="?{_link("", refresh)}">tous les destinataires</a>' if to else ""
    switch = (
        f'<a href="?{_link(to, 0)}">arrêter l’actualisation</a>'
        if refresh
        else f'<a href="?{_link(to, 5)}">actualiser toutes les 5 secondes</a>'
    )
    body = "\n".join(_article(message, refresh) for message in shown)
    if not shown:
        body = "<p>Aucun message pour l’instant.</p>"
    return f"""<!doctype html><html lang="fr"><head><meta charset="utf-8">{again}
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Messages d’essai</title><style>{_STYLE}</style></head><body>
<h1>Messages d’essai</h1>
<p>Ce que les personnes auraient reçu. Rien n’est envoyé.</p>
<p>{len(messages)} message(s){everyone} · {switch} · <a href="/messages">JSON</a></p>
{body}</body></html>"""


def _article(message: Message, refresh: int) -> str:
    kind = "SMS" if message.channel == "sms" else "Courriel"
    receiver = f'<a href="?{_link(message.to, refresh)}">{escape(message.to)}</a>'
    subject = f"<h2>{escape(message.subject)}</h2>" if message.subject else ""
    return (
        f'<article class="{message.channel}"><header><b>{kind}</b><span>{receiver}</span>'
        f"<time>{escape(message.at)}</time></header>{subject}"
        f"<pre>{escape(message.text)}</pre></article>"
    )


def _link(to: str, refresh: int) -> str:
    given = {"to": to, "refresh": str(refresh) if refresh else ""}
    return escape(urlencode({name: value for name, value in given.items() if value}))
