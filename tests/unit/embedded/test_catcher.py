"""What the catcher keeps of a mail is what its sender wrote."""

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from aiosmtpd.smtp import Envelope

from deploy.embedded.catcher import MailHandler
from deploy.embedded.caught import Caught


async def test_a_mail_is_kept_as_it_was_written(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Échéance"
    mail.set_content("Première ligne\n\n----\n\nFirst line é\n")
    envelope = Envelope()
    envelope.rcpt_tos = ["bureau@example.org"]
    envelope.content = mail.as_bytes(policy=SMTP)
    assert b"\r\n----\r\n" in envelope.content
    caught = Caught(tmp_path)
    await MailHandler(caught).handle_DATA(None, None, envelope)  # type: ignore[arg-type]
    [kept] = caught.select(None, None)
    assert (kept.subject, kept.to) == ("Échéance", "bureau@example.org")
    assert kept.text == "Première ligne\n\n----\n\nFirst line é"
