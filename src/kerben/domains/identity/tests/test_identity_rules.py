"""Phones, addresses, passwords, codes: pure decisions."""

from __future__ import annotations

import base64
from string import digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.identity import rules
from kerben.domains.identity.errors import InvalidEmailError, InvalidPasswordError, InvalidPhoneError
from kerben.domains.identity.model import Channel, CodePurpose, Login
from kerben.platform.errors import InvalidRequestError

RFC6238_SECRET = base64.b32encode(b"12345678901234567890").decode()
# RFC 6238 appendix B, SHA-1: the last six of the eight digits printed there are the six-digit codes.
RFC6238 = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


@pytest.mark.parametrize(
    "text",
    [
        "+996700123456",
        "+996 700 123-456",
        "0700123456",
        "0700 12 34 56",
        "996700123456",
        "00996700123456",
        "700123456",
    ],
)
def test_ways_to_write_one_phone(text: str) -> None:
    assert rules.normalise_phone(text) == "+996700123456"


@pytest.mark.parametrize(
    ("text", "expected"), [("+7 701 234 56 78", "+77012345678"), ("+380501234567", "+380501234567")]
)
def test_foreign_phones(text: str, expected: str) -> None:
    assert rules.normalise_phone(text) == expected


@pytest.mark.parametrize(
    "text", ["", "abc", "123", "+", "+99670012345678901", "+996", "+996700123456;ext=5", "1" * 500, "\x00", "+999999"]
)
def test_what_is_no_phone(text: str) -> None:
    with pytest.raises(InvalidPhoneError):
        rules.normalise_phone(text)


@given(st.text(alphabet=digits, min_size=9, max_size=9).filter(lambda t: not t.startswith("0")))
def test_normalising_twice_changes_nothing(national: str) -> None:
    once = rules.normalise_phone("+996" + national)
    assert rules.normalise_phone(once) == once
    assert once.startswith("+996")


@given(st.text(max_size=60))
def test_any_text_is_a_login_or_refused(text: str) -> None:
    try:
        login = rules.parse_login(text)
    except (InvalidPhoneError, InvalidEmailError):
        return
    assert rules.parse_login(login.value) == login


def test_email_is_lower_cased() -> None:
    assert rules.normalise_email(" Aida@Example.KG ") == "aida@example.kg"


@pytest.mark.parametrize("text", ["", "@", "a@b", "a b@example.kg", "a@example..kg", "a@-", "a" * 65 + "@example.kg"])
def test_what_is_no_email(text: str) -> None:
    with pytest.raises(InvalidEmailError):
        rules.normalise_email(text)


def test_one_contact_and_only_one() -> None:
    assert rules.login_of("0700123456", None) == Login(Channel.SMS, "+996700123456")
    assert rules.login_of(None, "a@example.kg") == Login(Channel.EMAIL, "a@example.kg")
    for phone, email in [(None, None), ("0700123456", "a@example.kg")]:
        with pytest.raises(InvalidRequestError):
            rules.login_of(phone, email)


@pytest.mark.parametrize("password", ["12345678", "п" * 36, "a" * 72, "пароль из слов"])
def test_good_passwords(password: str) -> None:
    rules.check_password(password)
    assert len(password.encode()) <= rules.PASSWORD_BYTES_MAX


@pytest.mark.parametrize("password", ["", "1234567", "п" * 37, "a" * 73, "12345678\x00"])
def test_bad_passwords(password: str) -> None:
    with pytest.raises(InvalidPasswordError) as refused:
        rules.check_password(password)
    assert refused.value.errors[0].pointer == "/password"


def test_names() -> None:
    assert rules.check_name("  Айгуль   Осмонова ") == "Айгуль Осмонова"
    for name in ["", "   ", "a" * 101, "a\x07b"]:
        with pytest.raises(InvalidRequestError):
            rules.check_name(name)


def test_codes_have_six_digits() -> None:
    assert rules.new_code(lambda _: 7) == "000007"
    assert rules.new_code(lambda n: n - 1) == "999999"


def test_code_mac_is_bound_to_person_and_purpose() -> None:
    key = b"k" * 32
    here = Login(Channel.SMS, "+996700123456")
    there = Login(Channel.SMS, "+996700123457")
    macs = {
        rules.code_mac(key, here, CodePurpose.SIGNIN, "123456"),
        rules.code_mac(key, there, CodePurpose.SIGNIN, "123456"),
        rules.code_mac(key, here, CodePurpose.PASSWORD_RESET, "123456"),
        rules.code_mac(key, here, CodePurpose.SIGNIN, "123457"),
        rules.code_mac(b"x" * 32, here, CodePurpose.SIGNIN, "123456"),
    }
    assert len(macs) == 5
    assert rules.code_mac(key, here, CodePurpose.SIGNIN, " 123456 ") in macs


@pytest.mark.parametrize(("at_s", "eight_digits"), RFC6238)
def test_totp_vectors(at_s: int, eight_digits: str) -> None:
    code = eight_digits[-6:]
    assert rules.totp_step(RFC6238_SECRET, code, at_s) == at_s // 30


@pytest.mark.parametrize(("at_s", "eight_digits"), RFC6238)
def test_totp_allows_one_step_of_drift(at_s: int, eight_digits: str) -> None:
    code = eight_digits[-6:]
    step = at_s // 30
    assert rules.totp_step(RFC6238_SECRET, code, (step + 1) * 30) == step
    assert rules.totp_step(RFC6238_SECRET, code, (step - 1) * 30) == step
    assert rules.totp_step(RFC6238_SECRET, code, (step + 2) * 30) is None
    assert rules.totp_step(RFC6238_SECRET, code, (step - 2) * 30) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "28708 "])
def test_totp_refuses_what_is_no_code(code: str) -> None:
    assert rules.totp_step(RFC6238_SECRET, code, 59) is None


def test_recovery_codes_may_be_typed_freely() -> None:
    assert rules.normalise_recovery_code("ABCD-efgh 2345") == "abcdefgh2345"
