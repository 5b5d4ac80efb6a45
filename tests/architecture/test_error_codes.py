"""Codes of errors are documented in one place, mean one thing each, and are those that docstrings promise."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from typing import Final

import pytest

from tests.architecture import error_codes
from tests.architecture.error_codes import Code, field_codes, mentions, modules, problem_codes

pytestmark = pytest.mark.slow

LOOK: Final = re.compile(r"[A-Z]+(_[A-Z]+)*")

SHARED: Final[dict[str, str]] = {
    "UNAUTHENTICATED": "no valid credentials, of a person or of a till",
    "PRECONDITION_FAILED": "If-Match names another version",
    "UNSUPPORTED_MEDIA_TYPE": "the type of the content is not taken here",
}
"""Codes that several classes carry, with the one meaning that they share."""


def shared(codes: list[Code]) -> dict[str, list[Code]]:
    """Codes of more than one class."""
    found: dict[str, list[Code]] = defaultdict(list)
    for code in codes:
        found[code.code].append(code)
    return {code: entries for code, entries in found.items() if len(entries) > 1}


def test_the_committed_list_is_what_the_code_says() -> None:
    modules()
    committed = error_codes.FILE.read_text(encoding="utf-8")
    assert committed == error_codes.text(), "run `python -m tests.architecture.error_codes` and commit docs/errors.md"


def test_a_code_has_one_meaning() -> None:
    modules()
    doubled = shared(problem_codes())
    assert doubled.keys() == SHARED.keys()
    for code, entries in doubled.items():
        assert len({entry.status for entry in entries}) == 1, f"{code} has several statuses"


def test_codes_look_alike_and_say_something() -> None:
    parsed = modules()
    strange = [code for code in field_codes(parsed) if not LOOK.fullmatch(code)]
    strange += [c.code for c in problem_codes() if not LOOK.fullmatch(c.code) or not c.meaning or not c.text]
    assert strange == []


def test_docstrings_promise_codes_that_there_are() -> None:
    parsed = modules()
    known = {(c.status, c.code) for c in problem_codes()} | {(422, code) for code in field_codes(parsed)}
    promised = list(mentions(parsed))
    assert len(promised) > 5
    assert [entry for entry in promised if entry[1:] not in known] == []


def test_a_doubled_code_and_a_broken_promise_are_noticed() -> None:
    first = Code("GONE_FISHING", 409, "orders", "", "")
    assert shared([first, Code("GONE_FISHING", 409, "payments", "", "")]).keys() == {"GONE_FISHING"}
    tree = ast.parse(
        'def f():\n    """Does it. 409 GONE_FISHING when not."""\n    return invalid("/a", "b", "ODD_SIZE")\n'
    )
    assert [entry[1:] for entry in mentions([("kerben/domains/orders/a.py", tree)])] == [(409, "GONE_FISHING")]
    assert field_codes([("kerben/domains/orders/a.py", tree)])["ODD_SIZE"] == {"orders"}
