"""Phone numbers as people write them, read with the Central African Republic as home."""

from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

_REGION = "CF"
_CAN_TEXT = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164 form, whether it can exist, and whether it takes text messages."""

    e164: str | None
    valid: bool
    mobile: bool
    region: str | None


def read_phone(text: str) -> Phone:
    """Read a number; one that cannot be read is told, never an error."""
    try:
        number = phonenumbers.parse(text[:60], _REGION)
    except NumberParseException:
        return Phone(None, valid=False, mobile=False, region=None)
    kind = phonenumbers.number_type(number)
    valid = kind != PhoneNumberType.UNKNOWN
    return Phone(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        valid=valid,
        mobile=kind in _CAN_TEXT,
        region=phonenumbers.region_code_for_country_code(number.country_code or 0),
    )
