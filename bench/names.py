"""Names of products as a market has them: common words in thousands of names, rare ones in a few; and queries."""

from __future__ import annotations

from typing import Final

_NOUNS: Final = (
    "Платье", "Рубашка", "Куртка", "Сапоги", "Ковёр", "Чайник", "Пиала", "Шарф", "Носки", "Пальто",
    "Юбка", "Брюки", "Кофта", "Свитер", "Шапка", "Перчатки", "Ремень", "Сумка", "Кошелёк", "Одеяло",
    "Подушка", "Скатерть", "Полотенце", "Халат", "Пижама", "Тапочки", "Кроссовки", "Ботинки", "Туфли", "Сандалии",
    "Зонт", "Кастрюля", "Сковорода", "Тарелка", "Кружка", "Ваза", "Лампа", "Зеркало", "Корзина", "Плед",
)  # fmt: skip
_KINDS: Final = (
    "хлопковое", "шерстяное", "детское", "зимнее", "летнее", "кожаное", "вязаное", "домашнее", "праздничное",
    "дорожное", "спортивное", "тёплое", "лёгкое", "большое", "малое", "цветное", "белое", "чёрное", "складное",
    "мягкое",
)  # fmt: skip
_SYLLABLES: Final = ["ба", "ге", "ди", "жо", "ка", "лу", "ми", "но", "па", "ру", "са", "ту", "фи", "хо", "ша", "зе"]
_MAKERS: Final = 2_000


def _maker(n: int) -> str:
    # 1,021 is odd, so that no two of the 4,096 are the same.
    code = n * 1_021 % 4_096
    return (_SYLLABLES[code >> 8] + _SYLLABLES[code >> 4 & 15] + _SYLLABLES[code & 15]).capitalize()


def product(n: int) -> str:
    """Name of the n-th product: what it is (40), of which kind (20), and whose make (2,000)."""
    # The steps are prime, so that all combinations of words come about.
    noun, kind, maker = n % len(_NOUNS), n // 7 % len(_KINDS), n * 37 // 3 % _MAKERS
    return f"{_NOUNS[noun]} {_KINDS[kind]} {_maker(maker)}"


def query(name: str, turn: int) -> str:
    """What somebody who looks for a product of this name types, by turns.

    Of ten: four ask for its make (rare), two for thing and make, two for thing and kind (common), one for the thing
    alone (very common), and one misspells the make.
    """
    thing, kind, make = name.split(" ")[:3]
    match turn % 10:
        case 0 | 1 | 2 | 3:
            return make
        case 4 | 5:
            return f"{thing} {make}"
        case 6 | 7:
            return f"{thing} {kind}"
        case 8:
            return thing
        case _:
            # A letter that no make has, so that it is surely wrong.
            return f"{make[:3]}ы{make[4:]}"
