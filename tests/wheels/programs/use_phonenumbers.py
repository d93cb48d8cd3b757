"""phonenumbers: hundreds of small modules, imported by name as they are needed."""

from __future__ import annotations

import phonenumbers
from phonenumbers import carrier, geocoder, timezone


def main() -> None:
    """Reads numbers of several countries."""
    number = phonenumbers.parse("+442083661177")
    assert phonenumbers.is_valid_number(number) and timezone.time_zones_for_number(number) == (
        "Europe/London",
    )
    assert geocoder.description_for_number(number, "en")
    assert carrier.name_for_number(phonenumbers.parse("+40721234567"), "en") == "Vodafone"
    print("phonenumbers", phonenumbers.__version__, "works")


if __name__ == "__main__":
    main()
