"""pycountry: databases and translations (gettext) in the package."""

from __future__ import annotations

import gettext
import importlib.metadata

import pycountry


def main() -> None:
    """Looks up by code, and translates."""
    assert pycountry.countries.get(alpha_2="DE").name == "Germany"
    assert (
        pycountry.languages.get(alpha_3="nob") and pycountry.subdivisions.get(code="DE-BY").name == "Bayern"
    )
    german = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["de"])
    assert german.gettext("Germany") == "Deutschland"
    print("pycountry", importlib.metadata.version("pycountry"), "works")


if __name__ == "__main__":
    main()
