"""Money, quantities, state machines, settings, secrets: exact, or refused."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben.platform import logs, money, qty, settings
from kerben.platform.clock import ManualClock
from kerben.platform.errors import RateLimitedError
from kerben.platform.ratelimit import RateLimiter
from kerben.platform.secrets import Keyring, UnsealError
from kerben.platform.states import InvalidStateMachineError, StateMachine, step

AMOUNTS = st.integers(-(10**12), 10**12)


@given(AMOUNTS)
def test_major_units_round_trip(amount: int) -> None:
    assert money.from_major(money.to_major(amount)) == amount


@given(AMOUNTS, st.integers(0, 10**6))
def test_a_price_times_a_quantity_is_off_by_at_most_half_a_unit(price: int, milli: int) -> None:
    exact = Decimal(price) * milli / 1000
    assert abs(Decimal(money.times_milli(price, milli)) - exact) <= Decimal("0.5")
    assert money.times_milli(-price, milli) == -money.times_milli(price, milli)


@given(st.integers(0, 10**12), st.integers(0, 10_000))
def test_a_share_never_passes_the_whole(amount: int, basis_points: int) -> None:
    assert 0 <= money.share(amount, basis_points) <= amount
    assert money.share(amount, 10_000) == amount


@pytest.mark.parametrize("bad", ["", "abc", "1.005", "NaN", "Infinity", "1e30", "0x10"])
def test_what_is_no_amount_is_refused(bad: str) -> None:
    with pytest.raises(money.InvalidAmountError):
        money.from_major(bad)


def test_display() -> None:
    space = money.NARROW_SPACE
    assert money.display(150_000) == f"1{space}500{space}сом"
    assert money.display(1250) == f"12,50{space}сом"
    assert money.display(-5) == f"−0,05{space}сом"
    assert money.view(100, "USD").display == f"1{space}$"


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="mix"):
        _ = money.Money(1, "KGS") + money.Money(1, "USD")


@given(st.integers(-(10**9), 10**9))
def test_quantities_round_trip_as_json_numbers(milli: int) -> None:
    assert qty.to_milli(qty.to_number(milli)) == milli


@pytest.mark.parametrize(
    ("bad", "unit"), [(0.5, "pcs"), (0.0005, "kg"), (float("nan"), "kg"), ("x", "kg"), (1e30, "kg")]
)
def test_what_is_no_quantity_is_refused(bad: float, unit: str) -> None:
    with pytest.raises(qty.InvalidQuantityError):
        qty.to_milli(bad, qty.Unit(unit))


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_what_can_be_bought_is_never_negative(on_hand: int, reserved: int) -> None:
    assert qty.available(on_hand, reserved) == max(0, on_hand - reserved)


class Lamp(StrEnum):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


def test_a_table_with_an_unreachable_or_dead_end_state_is_an_error() -> None:
    steps = [step(Lamp.OFF, Lamp.ON, "anyone"), step(Lamp.ON, Lamp.OFF, "anyone")]
    with pytest.raises(InvalidStateMachineError, match="unreachable"):
        StateMachine(initial=[Lamp.OFF], final=[Lamp.BROKEN], transitions=steps)
    broken = [*steps, step(Lamp.ON, Lamp.BROKEN, "time")]
    with pytest.raises(InvalidStateMachineError, match="dead ends"):
        StateMachine(initial=[Lamp.OFF], final=[], transitions=broken)
    machine = StateMachine(initial=[Lamp.OFF], final=[Lamp.BROKEN], transitions=broken)
    assert machine.allows(Lamp.ON, Lamp.BROKEN, "time")
    assert not machine.allows(Lamp.ON, Lamp.BROKEN, "anyone")
    assert machine.sources(Lamp.OFF, "anyone") == [Lamp.ON]


def test_settings_come_from_the_environment_and_bad_ones_are_named() -> None:
    read = settings.load({"KERBEN_PORT": "9000", "KERBEN_RATE_LIMITS": "off"})
    assert (read.port, read.rate_limits) == (9000, False)
    with pytest.raises(settings.InvalidSettingsError, match="KERBEN_PORT"):
        settings.load({"KERBEN_PORT": "many"})
    with pytest.raises(settings.InvalidSettingsError, match="KERBEN_SECRET_KEY"):
        settings.load({"KERBEN_SECRET_KEY": "short"})


def test_every_setting_says_what_it_is() -> None:
    kinds = settings.field_kinds()
    assert set(kinds) == set(settings.Settings.__struct_fields__)
    assert all(description for _, description in kinds.values())


def test_sealed_secrets_open_with_their_own_key_only() -> None:
    ours, theirs = Keyring("a" * 32), Keyring("b" * 32)
    sealed = ours.seal("p", b"token")
    assert b"token" not in sealed
    assert ours.unseal("p", sealed) == b"token"
    for keys, purpose in ((theirs, "p"), (ours, "q")):
        with pytest.raises(UnsealError):
            keys.unseal(purpose, sealed)


def test_logs_hide_cards_tokens_and_passwords() -> None:
    text = logs.scrub("card 4111 1111 1111 1111, Bearer abc.def, postgresql://u:pw@host/db")
    assert "4111" not in text
    assert "abc.def" not in text
    assert ":pw@" not in text


def test_a_logger_made_before_the_configuration_follows_it(capsys: pytest.CaptureFixture[str]) -> None:
    early = logs.logger("early")
    logs.configure("info", "json")
    try:
        early.info("opened", access_token="abc", note="Bearer abc.def")
    finally:
        logs.configure("warning", "text")
    line = capsys.readouterr().err
    assert line.startswith("{")
    assert '"source": "early"' in line
    assert "abc" not in line


def test_a_bucket_empties_and_fills_again(clock: ManualClock) -> None:
    limiter = RateLimiter(clock, burst=2, per_s=0.5)
    limiter.take("a")
    limiter.take("a")
    with pytest.raises(RateLimitedError) as refused:
        limiter.take("a")
    assert refused.value.headers["Retry-After"] == "2"
    limiter.take("b")
    clock.advance(seconds=2)
    limiter.take("a")
