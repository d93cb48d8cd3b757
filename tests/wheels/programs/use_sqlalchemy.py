"""SQLAlchemy: an object model on SQLite, with the C extensions and greenlet's asynchronous bridge."""

from __future__ import annotations

import sqlalchemy
from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.util import has_compiled_ext


class Base(DeclarativeBase):
    """The model's root."""


class City(Base):
    """A city."""

    __tablename__ = "city"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    streets: Mapped[list[Street]] = relationship(back_populates="city")


class Street(Base):
    """A street in a city."""

    __tablename__ = "street"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    city_id: Mapped[int] = mapped_column(ForeignKey("city.id"))
    city: Mapped[City] = relationship(back_populates="streets")


def main() -> None:
    """Stores and counts."""
    assert has_compiled_ext()
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(City(name="Oslo", streets=[Street(name="a"), Street(name="b")]))
        session.commit()
        query = select(City.name, func.count(Street.id)).join(Street).group_by(City.name)
        assert session.execute(query).all() == [("Oslo", 2)]
    print("SQLAlchemy", sqlalchemy.__version__, "works")


if __name__ == "__main__":
    main()
