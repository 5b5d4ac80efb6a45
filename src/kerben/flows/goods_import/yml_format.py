"""YML, the feed of Yandex Market that most Russian-speaking shop programs can write.

https://yandex.ru/support/marketplace/assortment/files/yml.html: an offer's id is the SKU, `group_id` holds the
variants of one product together, `categoryId` points into a tree of categories, `param` are attributes, `count` is
what lies in the shop and `available="false"` that nothing does. The name is `name`, or `typePrefix`, `vendor` and
`model`; books and records also have their author or artist in it. RUR means RUB.

Read with defusedxml's SAX parser in pieces of 64 KB: nothing but the current offer is in memory, a DOCTYPE (feeds
have one by habit) is passed over, and declarations of entities and references to the outside are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast
from xml.parsers import expat
from xml.sax import SAXException, handler

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from kerben.flows.goods_import.plain_text import plain_text
from kerben.flows.goods_import.rows import RawRow, UnreadableFileError
from kerben.flows.goods_import.table import ATTRIBUTE_ALIASES

OWN_PLATFORM: Final = "Kerben"
"""The `platform` of our own exports: their texts are taken as they stand, not as HTML and habit."""

_PIECE: Final = 64 * 1024
_TEXT_MAX: Final = 200_000
"""Longest text of one element, characters; no honest feed has it."""
_TEXTS_MAX: Final = 1_000
"""Most elements in one offer."""
_COUNTS: Final = ("count", "stock_quantity", "quantity_in_stock")
_NOT_ISBN: Final = re.compile(r"[^0-9]")
_ABOUT: Final = {
    "vendor": "бренд",
    "author": "автор",
    "artist": "исполнитель",
    "publisher": "издательство",
    "year": "год",
    "country_of_origin": "страна",
    "media": "носитель",
    "date": "дата",
    "place": "место",
}
"""Elements of an offer that become attributes beside its `param`."""


class _Offer:
    def __init__(self, attributes: Mapping[str, str]) -> None:
        self.attributes = attributes
        self.texts: dict[str, str] = {}
        self.params: list[tuple[str, str]] = []
        self.size = 0


class _Feed(handler.ContentHandler):
    """Collects categories, and offers as they end."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[RawRow] = []
        self.offers = 0
        self.seen_root = False
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._categories: dict[str, tuple[str, str]] = {}
        self._slugs: dict[str, str] = {}
        self._attributes: dict[str, str] = {}
        self._offer: _Offer | None = None
        self._own = False

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - SAX's name
        """A tag opens."""
        if not self._path:
            if name != "yml_catalog":
                raise UnreadableFileError("Это не YML: корневой элемент — не yml_catalog.")
            self.seen_root = True
        if name == "offer" and self._path[-1:] == ["offers"]:
            self._offer = _Offer(cast("dict[str, str]", dict(attrs.items())))
        if self._offer is None or self._path[-1:] == ["offer"]:
            self._attributes = cast("dict[str, str]", dict(attrs.items()))
            self._text, self._length = [], 0
        self._path.append(name)
        if len(self._path) > 32:
            raise UnreadableFileError("Слишком глубокая вложенность элементов.")

    def characters(self, content: str) -> None:
        """Text, possibly a part of it."""
        self._length += len(content)
        if self._length > _TEXT_MAX:
            raise UnreadableFileError("В файле слишком длинный текст.")
        self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        """A tag closes."""
        self._path.pop()
        parent = self._path[-1] if self._path else ""
        if self._offer is not None:
            if name == "offer" and parent == "offers":
                self._finish(self._offer)
                self._offer = None
            elif parent == "offer":
                self._take(self._offer, name)
        elif name == "category" and parent == "categories":
            key = self._attributes.get("id", "")
            self._categories[key] = ("".join(self._text).strip(), self._attributes.get("parentId", ""))
            self._slugs[key] = self._attributes.get("slug", "")
        elif name == "platform" and self._path == ["yml_catalog", "shop"]:
            self._own = "".join(self._text).strip() == OWN_PLATFORM

    def _take(self, offer: _Offer, name: str) -> None:
        offer.size += 1
        if offer.size > _TEXTS_MAX:
            raise UnreadableFileError("В предложении слишком много элементов.")
        text = "".join(self._text)
        if name == "param":
            unit = self._attributes.get("unit", "").strip()
            offer.params.append((self._attributes.get("name", ""), f"{text.strip()} {unit}".strip()))
        else:
            offer.texts.setdefault(name, text)

    def _finish(self, offer: _Offer) -> None:
        self.offers += 1
        texts = {name: text if name == "description" else text.strip() for name, text in offer.texts.items()}
        description = texts.get("description")
        if description is not None and not self._own:
            description = plain_text(description)
        self.done.append(
            RawRow(
                row=self.offers,
                sku=offer.attributes.get("id", ""),
                name=_name(texts, offer.attributes.get("type", "")),
                price=texts.get("price", ""),
                barcode=texts.get("barcode") or _isbn(texts),
                description=description,
                category=self._category(texts.get("categoryId", "")),
                attributes=self._facts(offer, texts),
                currency=texts.get("currencyId"),
                unit=offer.attributes.get("unit"),
                picture=texts.get("picture"),
                group_key=offer.attributes.get("group_id"),
                stock=_stock(offer, texts, own=self._own),
            )
        )

    def _facts(self, offer: _Offer, texts: Mapping[str, str]) -> dict[str, str]:
        if self._own:
            return dict(offer.params)
        facts: dict[str, str] = {}
        for name, value in offer.params:
            key = ATTRIBUTE_ALIASES.get(name.strip().lower(), name.strip())
            if key and value:
                facts[key] = f"{facts[key]}, {value}" if key in facts else value
        for element, key in _ABOUT.items():
            if texts.get(element):
                facts.setdefault(key, texts[element])
        return facts

    def _category(self, category_id: str) -> str | None:
        if self._own:
            return self._slugs.get(category_id) or None
        names: list[str] = []
        visited: set[str] = set()
        while category_id in self._categories and category_id not in visited:
            visited.add(category_id)
            name, category_id = self._categories[category_id]
            names.append(name)
        return " > ".join(reversed(names)) or None


def _name(texts: Mapping[str, str], kind: str) -> str:
    title = texts.get("name") or texts.get("title") or ""
    if kind in {"book", "audiobook"} and texts.get("author"):
        return f"{texts['author']}. {title}" if title else ""
    if kind == "artist.title" and texts.get("artist"):
        return f"{texts['artist']}. {title}" if title else ""
    if title and kind != "vendor.model":
        return title
    model = [texts[part] for part in ("typePrefix", "vendor", "model") if texts.get(part)]
    return " ".join(model) if texts.get("model") else title


def _isbn(texts: Mapping[str, str]) -> str | None:
    """An ISBN-13 is the EAN-13 of a book (ISO 2108)."""
    digits = _NOT_ISBN.sub("", texts.get("ISBN", ""))
    return digits if len(digits) == 13 else None


def _stock(offer: _Offer, texts: Mapping[str, str], *, own: bool) -> str | None:
    count = next((texts[name] for name in _COUNTS if texts.get(name)), None)
    # Our own export leaves the count out where it cannot say it, which is not a zero.
    if count is None and not own and offer.attributes.get("available", "").lower() == "false":
        return "0"
    return count


class _Parser(DefusedExpatParser):
    """Refuses entities, and does not look for the file that a DOCTYPE names."""

    def __init__(self) -> None:
        super().__init__(forbid_dtd=False, forbid_entities=True, forbid_external=True)

    def reset(self) -> None:
        """Begin a document."""
        super().reset()
        cast("Any", self)._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)


def read_yml(path: Path) -> Iterator[RawRow]:
    """The offers of a feed, numbered from 1.

    Raises UnreadableFileError for what is not well-formed XML, not YML, or tries to declare entities.
    """
    feed = _Feed()
    parser = cast("Any", _Parser())
    parser.setContentHandler(feed)
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                parser.feed(piece)
                yield from feed.done
                feed.done = []
            parser.close()
    except DefusedXmlException as error:
        raise UnreadableFileError(
            "В файле объявлены сущности XML или внешние ссылки: такие файлы не принимаются."
        ) from error
    except SAXException as error:
        line = cast("int | None", getattr(error, "getLineNumber", lambda: None)())
        raise UnreadableFileError(f"Файл XML повреждён (строка {line or '?'}).") from error
    except (LookupError, UnicodeError, ValueError) as error:
        raise UnreadableFileError("Кодировка файла не распознана.") from error
    yield from feed.done
    if not feed.seen_root:
        raise UnreadableFileError("Файл пуст.")
