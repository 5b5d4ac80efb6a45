"""Rules and states of merchants."""

from __future__ import annotations

import pytest

from kerben.domains.merchants.model import PayoutAccount, PayoutStatus
from kerben.domains.merchants.rules import check_hours, check_photos, clean_account, clean_name, clean_text, last4
from kerben.domains.merchants.states import ADMIN, OWNER, PAYOUT
from kerben.platform.errors import InvalidRequestError


@pytest.mark.parametrize("spans", ["09:00-18:00", "09:00-13:00, 14:00-18:00", "closed", "00:00-24:00", "20:00-04:00"])
def test_good_hours(spans: str) -> None:
    assert check_hours({"mon": spans}) == {"mon": spans}


@pytest.mark.parametrize(
    "hours",
    [
        {"mon": "9-18"},
        {"mon": ""},
        {"someday": "closed"},
        {"sun": "09:00-24:30"},
        {"sun": "25:00-26:00"},
        {"mon": ",".join(["09:00-10:00"] * 7)},
        {"mon": "09:00-18:00" + " " * 1000},
    ],
)
def test_bad_hours(hours: dict[str, str]) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        check_hours(hours)
    assert caught.value.errors[0].pointer == f"/hours/{next(iter(hours))}"


def test_names_and_texts() -> None:
    assert clean_name("  Мир   ковров ") == "Мир ковров"
    assert clean_text("  строка\nещё ", "/description") == "строка\nещё"
    for bad in ("", "  ", "x" * 201, "a\x00b"):
        with pytest.raises(InvalidRequestError):
            clean_name(bad)
    with pytest.raises(InvalidRequestError):
        clean_text("x" * 5001, "/description")


def test_account_numbers() -> None:
    assert clean_account("1180 0000-1234 5678") == "1180000012345678"
    assert clean_account("kz86125kzt5004100100") == "KZ86125KZT5004100100"
    for bad in ("", "1234567", "ой-ой-ой-ой", "1" * 35):
        with pytest.raises(InvalidRequestError):
            clean_account(bad)
    assert last4("1180000012345678") == "5678"


def test_an_account_does_not_show_its_number() -> None:
    account = PayoutAccount("1180000012345678", "Банк", PayoutStatus.ACTIVE)
    assert "118000001234" not in repr(account) + str(account) + f"{account}"
    assert "5678" in repr(account)


def test_photos_are_addresses() -> None:
    assert check_photos(["/a.jpg", "https://x.kg/b.jpg"]) == ["/a.jpg", "https://x.kg/b.jpg"]
    for bad in (["javascript:alert(1)"], [""], ["/x"] * 11):
        with pytest.raises(InvalidRequestError):
            check_photos(bad)


def test_only_an_admin_lifts_a_suspension() -> None:
    assert PAYOUT.targets(PayoutStatus.SUSPENDED, OWNER) == []
    assert PAYOUT.targets(PayoutStatus.SUSPENDED, ADMIN) == [PayoutStatus.ACTIVE]
    assert not PAYOUT.allows(PayoutStatus.PENDING, PayoutStatus.ACTIVE, OWNER)
    assert PAYOUT.allows(PayoutStatus.ACTIVE, PayoutStatus.PENDING, OWNER)
    assert not PAYOUT.allows(PayoutStatus.NONE, PayoutStatus.ACTIVE, ADMIN)
