"""Of a photo the picture alone is kept: no place, no camera, nothing behind it."""

import zipfile
from io import BytesIO

import pytest
from PIL import Image

from services.intake.photos import NotAPhoto, is_photo, written_anew
from services.intake.submission import Attachment

LATITUDE, MODEL, COMMENT = b"3.9417", "Canari 7", b"canari cach\xc3\xa9"


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), **saved: object) -> bytes:
    """Return a picture with a red half above a blue one."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, size[1] // 2, *size))
    written = BytesIO()
    image.save(written, form, **saved)
    return written.getvalue()


def located(orientation: int = 1) -> bytes:
    """Return a photo that says where and by which phone it was taken."""
    exif = Image.Exif()
    exif[0x0110] = MODEL
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[2] = (3.0, 56.0, 30.12)
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif, comment=COMMENT)


def test_place_camera_and_comment_are_gone_and_the_picture_is_there() -> None:
    before = located()
    assert MODEL.encode() in before
    assert COMMENT in before
    after = written_anew(before)
    assert MODEL.encode() not in after
    assert COMMENT not in after
    with Image.open(BytesIO(after)) as image:
        assert not image.getexif()
        assert (image.format, image.size) == ("JPEG", (60, 40))
        red, green, blue = image.getpixel((5, 5))  # type: ignore[misc]
        assert (red > 200, green < 60, blue < 60) == (True, True, True)


def test_a_photo_taken_sideways_stands_upright() -> None:
    with Image.open(BytesIO(written_anew(located(orientation=6)))) as image:
        assert image.size == (40, 60)


def test_what_is_hidden_behind_a_picture_is_gone() -> None:
    """A file that is a picture and an archive at once is a picture afterwards."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("canari.sh", "canari")
    both = picture() + archive.getvalue()
    assert zipfile.is_zipfile(BytesIO(both))
    after = written_anew(both)
    assert not zipfile.is_zipfile(BytesIO(after))
    assert b"canari" not in after


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_usual_forms_are_read(form: str) -> None:
    with Image.open(BytesIO(written_anew(picture(form)))) as image:
        assert image.format == "JPEG"


def test_a_large_photo_becomes_smaller() -> None:
    with Image.open(BytesIO(written_anew(picture(size=(4_000, 1_000))))) as image:
        assert image.size == (2_000, 500)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"\xff\xd8\xff\xe0 not a photo",
        picture()[:300],
        picture("TIFF"),
        picture("BMP"),
        picture("PNG", (9_000, 9_000)),
    ],
)
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPhoto):
        written_anew(data)


@pytest.mark.parametrize(
    ("content_type", "data", "photo"),
    [
        ("image/jpeg", b"anything", True),
        ("application/octet-stream", picture(), True),
        ("audio/wav", b"RIFF\x00\x00\x00\x00WAVEfmt ", False),
        ("application/octet-stream", picture("WEBP"), True),
        ("application/pdf", b"%PDF-1.7", False),
    ],
)
def test_a_photo_is_known_by_its_name_or_its_beginning(
    content_type: str, data: bytes, photo: bool
) -> None:
    file = Attachment.model_construct(name="x", content_type=content_type, data=data)
    assert is_photo(file) is photo
