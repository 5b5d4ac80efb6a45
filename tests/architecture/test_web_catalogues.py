"""The web client's texts: every language holds every key, and no text hides in the program."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

WEB = Path(__file__).resolve().parents[2] / "web"
LANGUAGES = ("ru", "ky", "en")
CYRILLIC = re.compile("[А-Яа-яЁё]")
COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*|<!--.*?-->", re.DOTALL)
# A key that is put together (`t('order_status.' + status)`) cannot be looked up here.
KEY = re.compile(r"""\bt\(\s*'([a-z_0-9]+(?:\.[A-Za-z_0-9]+)+)'\s*[,)]""")
TITLE = re.compile(r"""\btitle: '([a-z_0-9]+(?:\.[A-Za-z_0-9]+)+)'""")
# Letters that are replaced or written in other letters (`ё` by `е`) are no text.
WORD = re.compile("[А-Яа-яЁё]{2}")
# Plurals may be missing: not every language bends the word after a number.
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# The same word in both languages: names, units, abbreviations and what Kyrgyz shares with Russian.
SHARED_WITH_RUSSIAN_MAX = 0.35
"""How many of a Kyrgyz catalogue's texts may read like the Russian ones: it shares many trade words with it."""


def flat(tree: dict[str, Any], before: str = "") -> dict[str, str]:
    """`{"cart": {"title": "…"}}` → `{"cart.title": "…"}`."""
    found: dict[str, str] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            found |= flat(value, f"{before}{name}.")  # pyright: ignore[reportUnknownArgumentType]
        else:
            found[f"{before}{name}"] = value
    return found


@cache
def catalogues() -> dict[str, dict[str, dict[str, str]]]:
    """Texts by catalogue (`apps/market/src/i18n/buy`), language and key."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for language in LANGUAGES:
        for file in sorted(WEB.glob(f"apps/*/src/i18n/{language}/*.json")):
            name = f"{file.parents[1].relative_to(WEB)}/{file.stem}"
            found.setdefault(name, {})[language] = flat(json.loads(file.read_text(encoding="utf-8")))
        for file in sorted(WEB.glob(f"libs/**/i18n/{language}.json")):
            name = str(file.parent.relative_to(WEB))
            found.setdefault(name, {})[language] = flat(json.loads(file.read_text(encoding="utf-8")))
    return found


def sources() -> Iterator[Path]:
    """The program's own sources."""
    for folder in ("apps", "libs"):
        for file in (WEB / folder).rglob("*"):
            if file.suffix in (".ts", ".html") and file.name not in ("index.html", "schema.ts"):
                yield file


def text_keys(app: str) -> set[str]:
    """Every key that an application may use."""
    keys: set[str] = set()
    for name, languages in catalogues().items():
        if name.startswith(f"apps/{app}/"):
            keys |= {f"{name.rpartition('/')[2]}.{key}" for key in languages["ru"]}
        elif name == "libs/core/i18n":
            keys |= set(languages["ru"])
        elif name.startswith("libs/features/"):
            keys |= {f"{name.split('/')[2]}.{key}" for key in languages["ru"]}
    return keys


def test_there_are_catalogues_of_every_application() -> None:
    names = set(catalogues())
    assert {"libs/core/i18n", "libs/features/auth/i18n"} <= names
    for app in ("market", "business", "pos", "console"):
        assert any(name.startswith(f"apps/{app}/") for name in names), app


@pytest.mark.parametrize("language", ["ky", "en"])
def test_every_key_is_there_in_every_language(language: str) -> None:
    faults = [
        f"{name}: {key}"
        for name, languages in catalogues().items()
        for key in set(languages["ru"]) ^ set(languages.get(language, {}))
    ]
    assert sorted(faults) == []


@pytest.mark.parametrize("language", ["ky", "en"])
def test_translations_fill_in_the_same_values(language: str) -> None:
    def names(text: str) -> set[str]:
        return set(PLACEHOLDER.findall(text))

    faults = [
        f"{name}: {key}"
        for name, languages in catalogues().items()
        for key, text in languages["ru"].items()
        if names(text) != names(languages[language].get(key, ""))
    ]
    assert faults == []


def test_no_text_is_empty() -> None:
    faults = [
        f"{name} {language}: {key}"
        for name, languages in catalogues().items()
        for language, texts in languages.items()
        for key, text in texts.items()
        if not text.strip()
    ]
    assert faults == []


def test_english_is_english() -> None:
    faults = [
        f"{name}: {key}: {text}"
        for name, languages in catalogues().items()
        for key, text in languages["en"].items()
        if CYRILLIC.search(text)
    ]
    assert faults == []


def test_kyrgyz_is_kyrgyz() -> None:
    for name, languages in catalogues().items():
        worded = {key: text for key, text in languages["ru"].items() if CYRILLIC.search(text)}
        same = [key for key, text in worded.items() if languages["ky"][key] == text]
        long = [key for key in same if len(worded[key]) > 24]
        assert long == [], f"{name}: whole sentences are still Russian"
        assert len(same) <= max(3, SHARED_WITH_RUSSIAN_MAX * len(worded)), f"{name}: {same}"


def test_nothing_shouts() -> None:
    faults = [
        f"{name} {language}: {text}"
        for name, languages in catalogues().items()
        for language, texts in languages.items()
        for text in texts.values()
        if "!" in text
    ]
    assert faults == []


@pytest.mark.parametrize("app", ["market", "business", "pos", "console"])
def test_pages_use_keys_that_exist(app: str) -> None:
    known = text_keys(app)
    faults: list[str] = []
    for file in sources():
        if file.is_relative_to(WEB / "apps" / app):
            code = file.read_text(encoding="utf-8")
            used = set(KEY.findall(code)) | set(TITLE.findall(code))
            faults += [f"{file.relative_to(WEB)}: {key}" for key in sorted(used - known)]
    assert faults == []


def test_libraries_use_keys_that_exist() -> None:
    known = text_keys("market") | text_keys("pos") | text_keys("business")
    faults: list[str] = []
    for file in sources():
        if file.is_relative_to(WEB / "libs"):
            used = set(KEY.findall(file.read_text(encoding="utf-8")))
            faults += [f"{file.relative_to(WEB)}: {key}" for key in sorted(used - known)]
    assert faults == []


def hidden_texts(code: str) -> list[str]:
    """Lines with Cyrillic words outside comments."""
    return [line.strip() for line in COMMENT.sub("", code).splitlines() if WORD.search(line)]


def test_no_text_hides_in_the_program() -> None:
    faults = [
        f"{file.relative_to(WEB)}: {line}"
        for file in sources()
        if not file.name.endswith(".spec.ts") and file.name != "make.ts"  # what tests are made of
        for line in hidden_texts(file.read_text(encoding="utf-8"))
        # Names of languages, of the currency; the letters of a Russian keyboard, which a scanner types on.
        if file.name not in ("languages.ts", "money.ts", "wedge.ts")
    ]
    assert faults == []


def test_hidden_texts_are_found() -> None:
    assert hidden_texts("// «Купить»\n/* Привет */\nconst a = 'Купить';") == ["const a = 'Купить';"]
