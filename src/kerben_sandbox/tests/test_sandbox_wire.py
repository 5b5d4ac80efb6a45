"""The quick ways of reading and writing the wire formats say what the library's ways say."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben_sandbox import wire
from kerben_sandbox.http_client import ANSWER_BYTES_MAX, Answer, read_answer

NAMES = st.from_regex(r"pg_[a-z_0-9]{1,12}", fullmatch=True)
PIECES = st.sampled_from(
    ["%", "%3A", "%2F", "%3D", "%25", "%2", "%zz", "%D0", "%b0", "%E2%82", "+", "=", "a", "4", "F"]
)
FORMS = st.lists(st.lists(PIECES | st.just("&"), max_size=12).map("".join), max_size=4).map("&".join)


@given(FORMS | st.text(st.characters(max_codepoint=126, min_codepoint=1)))
def test_forms_are_read_as_by_the_library(form: str) -> None:
    assert wire.from_form(form.encode()) == dict(parse_qsl(form, keep_blank_values=True))


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20)))
def test_forms_are_written_as_by_the_library_and_read_back(fields: dict[str, str]) -> None:
    form = wire.to_form(fields)
    assert form == urlencode(fields)
    assert wire.from_form(form.encode()) == fields


def test_a_form_with_raw_letters_is_left_to_the_framework() -> None:
    assert wire.from_form("a=сом".encode()) is None


@given(st.dictionaries(NAMES, st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=12)))
def test_answers_are_read_alike_whether_plain_or_not(fields: dict[str, str]) -> None:
    document = wire.to_xml(fields)
    # A comment keeps the quick way away.
    slow = document.replace(b"<response>", b"<response><!-- -->")
    assert wire.from_xml(document) == fields
    assert wire.from_xml(document + b"\n") == wire.from_xml(document)
    assert wire.from_xml(slow) == fields


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<response>",
        b"<answer><a>1</a></answer>",
        b"<response><a>1</b></response>",
        b"<response><a>&b;</a></response>",
    ],
)
def test_what_is_no_answer_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError, match=r"XML|response"):
        wire.from_xml(document)


ANSWERS: list[tuple[bytes, Answer, bool]] = [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", (200, b"ok"), True),
    (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nConnection: close\r\n\r\nok", (200, b"ok"), False),
    (b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok", (200, b"ok"), False),
    (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", (204, b""), True),
    (
        b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nok\r\n1\r\n!\r\n0\r\nt: 1\r\n\r\n",
        (500, b"ok!"),
        True,
    ),
]


@pytest.mark.parametrize(("got", "answer", "keep"), ANSWERS)
def test_answers_are_read_wherever_they_are_cut(got: bytes, answer: Answer, keep: bool) -> None:
    for cut in range(len(got)):
        assert read_answer(got[:cut], ended=False) is None
        with pytest.raises(ValueError, match="cut off"):
            read_answer(got[:cut], ended=True)
    assert read_answer(got, ended=False) == (answer, keep)
    assert read_answer(got + b"HTTP", ended=False) == (answer, False)


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    got = b"HTTP/1.1 200 OK\r\n\r\nok"
    assert read_answer(got, ended=False) is None
    assert read_answer(got, ended=True) == ((200, b"ok"), False)


@pytest.mark.parametrize(
    "got",
    [
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 65537\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10001\r\n",
        b"x" * (ANSWER_BYTES_MAX + 1),
    ],
)
def test_what_is_no_http_is_refused(got: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_answer(got, ended=False)
