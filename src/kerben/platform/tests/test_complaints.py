"""What msgspec says of bad input reaches people in Russian."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
from msgspec import Meta

from kerben.platform.problems import from_validation


class Colour(StrEnum):
    RED = "red"


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: Annotated[str, Meta(min_length=2, max_length=3)] = "абв"
    qty: Annotated[int, Meta(ge=1, le=5)] = 1
    share: Annotated[float, Meta(gt=0, lt=2)] = 1.0
    note: str | None = None
    id: UUID | None = None
    colour: Colour = Colour.RED
    at: datetime | None = None
    moment: Annotated[datetime, Meta(tz=True)] | None = None
    day: date | None = None
    lines: Annotated[list[int], Meta(max_length=2)] = []
    letters: Annotated[str, Meta(pattern="^a")] = "a"


class Required(msgspec.Struct):
    name: str


@pytest.mark.parametrize(
    ("given", "pointer", "words"),
    [
        ({"name": "я"}, "/name", "Знаков не меньше 2."),
        ({"name": "абвг"}, "/name", "Знаков не больше 3."),
        ({"qty": 0}, "/qty", "Не меньше 1."),
        ({"qty": 9}, "/qty", "Не больше 5."),
        ({"qty": "много"}, "/qty", "Здесь должно быть: целое число."),
        ({"share": 0.0}, "/share", "Больше 0."),
        ({"share": 2.0}, "/share", "Меньше 2."),
        ({"note": 1}, "/note", "Здесь должно быть: текст или пусто."),
        ({"id": "x"}, "/id", "Неверный идентификатор."),
        ({"colour": "blue"}, "/colour", "Такого значения нет: blue."),
        ({"at": "вчера"}, "/at", "Укажите время как 2026-11-20T09:30:00+06:00."),
        ({"moment": "2026-11-20T09:30:00"}, "/moment", "Укажите время с часовым поясом."),
        ({"day": "20.11"}, "/day", "Укажите дату как 2026-11-20."),
        ({"lines": [1, 2, 3]}, "/lines", "Элементов не больше 2."),
        ({"lines": [1, "x"]}, "/lines/1", "Здесь должно быть: целое число."),
        ({"letters": "b"}, "/letters", "Неверный вид значения."),
        ({"nickname": "x"}, "", "Поля nickname здесь нет."),
        ([], "", "Здесь должно быть: набор полей."),
    ],
)
def test_every_complaint_has_its_words(given: Any, pointer: str, words: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.json.decode(msgspec.json.encode(given), type=Body)
    (fault,) = from_validation(str(raised.value)).errors
    assert (fault.pointer, fault.code, fault.detail) == (pointer, "INVALID_VALUE", words)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.json.decode(b"{}", type=Required)
    (fault,) = from_validation(str(raised.value)).errors
    assert fault.detail == "Не указано поле name."


def test_what_is_not_known_stays_as_it_is() -> None:
    (fault,) = from_validation("Something new - at `$.a.b`").errors
    assert (fault.pointer, fault.detail) == ("/a/b", "Something new")
