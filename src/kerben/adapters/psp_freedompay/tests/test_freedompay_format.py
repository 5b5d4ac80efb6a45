"""The wire format of FreedomPay/PayBox without a network: signatures, XML, words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben.adapters.psp_freedompay import FreedomPay, FreedomPayConfig, sign
from kerben.adapters.psp_freedompay.signature import Value, is_signed
from kerben.adapters.psp_freedompay.states import UnreadableStateError, from_status
from kerben.adapters.psp_freedompay.xml import MalformedAnswerError, parse, render
from kerben.domains.payments.ports import InvalidNoticeError, ProviderStatus, RegisterPayment
from kerben_sandbox import wire

VECTOR = Path(__file__).parent / "data" / "paybox_freedompay_sig.json"
SECRET = "mypasskey"
ORDER = UUID("0190a1b2-0000-7000-8000-000000000001")


def provider() -> FreedomPay:
    return FreedomPay(FreedomPayConfig("http://127.0.0.1:9", "540000", SECRET))


def notice(**changes: str | None) -> bytes:
    fields = {
        "pg_order_id": str(ORDER),
        "pg_payment_id": "777",
        "pg_amount": "1500.50",
        "pg_currency": "KGS",
        "pg_result": "1",
        "pg_captured": "1",
        "pg_description": "Заказ; со скобками & знаками",
        "pg_salt": "abc",
    }
    given_fields = {**fields, **changes}
    form = {name: value for name, value in given_fields.items() if value is not None}
    form.setdefault("pg_sig", sign("freedompay", form, SECRET))
    return urlencode(form).encode()


def test_public_vector() -> None:
    vector = json.loads(VECTOR.read_text())
    params = cast("dict[str, Value]", vector["params"])
    assert sign(vector["script"], params, vector["secret"]) == vector["pg_sig"]
    assert wire.signature(vector["script"], vector["params"], vector["secret"]) == vector["pg_sig"]
    assert is_signed(vector["script"], {**params, "pg_sig": vector["pg_sig"]}, vector["secret"])


@given(
    st.dictionaries(st.from_regex(r"pg_[a-z]{1,8}", fullmatch=True), st.text(max_size=20), min_size=1, max_size=8),
    st.text(max_size=10),
)
def test_both_sides_sign_alike_and_a_changed_value_is_noticed(params: dict[str, str], change: str) -> None:
    params.pop("pg_sig", None)
    signature = sign("script.php", params, SECRET)
    assert signature == wire.signature("script.php", params, SECRET)
    for name, value in params.items():
        if change != value:
            assert not is_signed("script.php", {**params, name: change, "pg_sig": signature}, SECRET)


def test_verified_notice_is_read() -> None:
    state = provider().read_notice({}, notice())
    assert state.status is ProviderStatus.CAPTURED
    assert (state.payment_id, state.provider_payment_id) == (ORDER, "777")
    assert (state.amount, state.currency) == (150050, "KGS")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"pg_captured": "0"}, ProviderStatus.AUTHORIZED),
        ({"pg_captured": None}, ProviderStatus.UNKNOWN),
        ({"pg_result": "0", "pg_failure_code": "400"}, ProviderStatus.FAILED),
        ({"pg_result": "2"}, ProviderStatus.PENDING),
        ({"pg_result": "7"}, ProviderStatus.UNKNOWN),
        ({"pg_result": None}, ProviderStatus.UNKNOWN),
    ],
)
def test_words_of_a_notice(changes: dict[str, str | None], status: ProviderStatus) -> None:
    assert provider().read_notice({}, notice(**changes)).status is status


def test_notice_of_a_foreign_order_names_no_payment_of_ours() -> None:
    assert provider().read_notice({}, notice(pg_order_id="23")).payment_id is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe=1",
        b"x" * 70_000,
        b"{}",
        notice(pg_sig="0" * 32),
        notice(pg_sig=""),
        notice() + b"&pg_amount=1.00",
        notice().replace(b"1500.50", b"1.00"),
        notice(pg_amount="1500.505"),
        notice(pg_amount="NaN"),
        notice(pg_amount=None),
        notice(pg_payment_id=None),
        notice(pg_currency=None),
        notice(pg_sig=sign("another", {"pg_order_id": str(ORDER)}, SECRET)),
        notice(pg_sig="ёж"),
    ],
)
def test_notices_that_cannot_be_believed(body: bytes) -> None:
    with pytest.raises(InvalidNoticeError):
        provider().read_notice({}, body)


@pytest.mark.slow
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_one_way(body: bytes) -> None:
    with pytest.raises(InvalidNoticeError):
        provider().read_notice({}, body)


def test_answers_are_signed_and_never_ask_for_the_money_back() -> None:
    for accepted, word in ((True, "ok"), (False, "error")):
        media_type, body = provider().answer_notice(accepted=accepted, reason="сумма < ожидаемой & другая")
        answer = wire.from_xml(body)
        assert media_type.startswith("text/xml")
        assert answer["pg_status"] == word
        assert wire.is_signed("freedompay", answer, SECRET)


BASE: dict[str, Value] = {"pg_payment_id": "5", "pg_amount": "100", "pg_currency": "KGS"}


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"pg_payment_status": "success", "pg_captured": "1"}, ProviderStatus.CAPTURED),
        ({"pg_payment_status": "success", "pg_captured": "0"}, ProviderStatus.AUTHORIZED),
        ({"pg_payment_status": "success"}, ProviderStatus.UNKNOWN),
        ({"pg_payment_status": "success", "pg_captured": "yes"}, ProviderStatus.UNKNOWN),
        ({"pg_payment_status": "success", "pg_captured": "1", "pg_refund_amount": "-40"}, ProviderStatus.CAPTURED),
        ({"pg_payment_status": "success", "pg_captured": "1", "pg_refund_amount": "-100"}, ProviderStatus.REFUNDED),
        ({"pg_payment_status": "process", "pg_captured": "1"}, ProviderStatus.PENDING),
        ({"pg_payment_status": "error"}, ProviderStatus.FAILED),
        ({"pg_payment_status": "revoked", "pg_captured": "0"}, ProviderStatus.VOIDED),
        ({"pg_payment_status": "revoked", "pg_captured": "1"}, ProviderStatus.UNKNOWN),
        ({"pg_payment_status": "SUCCESS", "pg_captured": "1"}, ProviderStatus.UNKNOWN),
        ({}, ProviderStatus.UNKNOWN),
    ],
)
def test_words_of_a_status(fields: dict[str, Value], status: ProviderStatus) -> None:
    assert from_status({**BASE, **fields}).status is status


def test_a_part_that_was_captured_is_what_counts() -> None:
    fields: dict[str, Value] = {"pg_payment_status": "success", "pg_captured": "1", "pg_clearing_amount": "40"}
    state = from_status({**BASE, **fields})
    assert (state.status, state.amount) == (ProviderStatus.CAPTURED, 4000)


def test_a_status_without_its_amount_is_unreadable() -> None:
    with pytest.raises(UnreadableStateError):
        from_status({"pg_payment_id": "5", "pg_currency": "KGS", "pg_payment_status": "success", "pg_captured": "1"})


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html></html>",
        b"<response>",
        b"not xml",
        b'<!DOCTYPE r [<!ENTITY a "b">]><response><pg_status>&a;</pg_status></response>',
        b'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x"><response>&x;</response>',
        b'<?xml version="1.0" encoding="nonsense"?><response/>',
        b"<response>" + b"x" * 300_000 + b"</response>",
        b"<response>" + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</response>",
    ],
)
def test_malformed_or_hostile_xml_is_refused(document: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        parse(document)


def test_nested_and_repeated_fields_are_read_in_order() -> None:
    document = b"<response><a><b>1</b></a><c>2</c><c>3</c><d/></response>"
    assert parse(document) == {"a": {"b": "1"}, "c": ["2", "3"], "d": ""}
    assert parse(render({"x": "<&>"})) == {"x": "<&>"}


async def test_a_webhook_address_that_is_signed_with_another_name_is_refused() -> None:
    request = RegisterPayment(uuid4(), 100, "KGS", "x", "http://a/", "http://a/webhooks/other")
    with pytest.raises(ValueError, match="must end with"):
        await provider().register(request)
