"""What msgspec complains of, in the words of people who have to mend their input."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_KINDS: Final = {
    "int": "целое число",
    "float": "число",
    "str": "текст",
    "bool": "да или нет",
    "array": "список",
    "object": "набор полей",
    "datetime": "дата и время",
    "date": "дата",
    "uuid": "идентификатор",
    "null": "пусто",
}


def _kind(found: re.Match[str]) -> str:
    names = [_KINDS.get(name.strip(), name.strip()) for name in found[1].split("|")]
    return f"Здесь должно быть: {' или '.join(names)}."


def _length(found: re.Match[str]) -> str:
    units = "Элементов" if found[1] == "array" else "Знаков"
    return f"{units} не {'меньше' if found[2] == '>=' else 'больше'} {found[3]}."


def _bound(found: re.Match[str]) -> str:
    words = {">=": "Не меньше", "<=": "Не больше", ">": "Больше", "<": "Меньше"}
    return f"{words[found[1]]} {found[2].removesuffix('.0')}."


_Words = Callable[[re.Match[str]], str]


def _rule(pattern: str, words: _Words | str) -> tuple[re.Pattern[str], _Words]:
    return re.compile(pattern), words if callable(words) else lambda _: words


_RULES: Final = (
    _rule(r"^Object missing required field `(.+)`$", lambda found: f"Не указано поле {found[1]}."),
    _rule(r"^Object contains unknown field `(.+)`$", lambda found: f"Поля {found[1]} здесь нет."),
    _rule(r"^Expected `(str|array|object|bytes)` of length (>=|<=) (\d+)$", _length),
    _rule(r"^Expected `(?:int|float)` (>=|<=|>|<) (-?[\d.]+)$", _bound),
    _rule(r"^Expected `datetime` with a timezone component$", "Укажите время с часовым поясом."),
    _rule(r"^Expected `str` matching regex", "Неверный вид значения."),
    _rule(r"^Expected `([^`]+)`, got `[^`]+`$", _kind),
    _rule(r"^Invalid enum value '?(.*?)'?$", lambda found: f"Такого значения нет: {found[1][:40]}."),
    _rule(r"^Invalid UUID$", "Неверный идентификатор."),
    _rule(r"^Invalid RFC3339 encoded date$", "Укажите дату как 2026-11-20."),
    _rule(r"^Invalid RFC3339 encoded datetime$", "Укажите время как 2026-11-20T09:30:00+06:00."),
)


def in_words(complaint: str) -> str:
    """A complaint without its path, in Russian; one that is not known here stays as it is."""
    for pattern, words in _RULES:
        found = pattern.search(complaint)
        if found is not None:
            return words(found)
    return complaint
