"""Faker: providers found by walking its package, in several languages."""

from __future__ import annotations

import faker
import faker.config


def main() -> None:
    """Makes names."""
    assert len(faker.config.AVAILABLE_LOCALES) > 50
    maker = faker.Faker(["de_DE", "ja_JP"])
    maker.seed_instance(3)
    assert len({maker.name() for _ in range(20)}) > 10
    assert "@" in faker.Faker().email() and faker.Faker("no_NO").address()
    print("Faker", faker.VERSION, "works")


if __name__ == "__main__":
    main()
