"""What must not reach the logs is masked, and what a reader of them needs is not."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from kerben.platform import logs

SECRETS = {
    "password": "correct horse",
    "access_token": "eyJhbGciOi",
    "device_secret": "s3cr3t",
    "Authorization": "Bearer abc.def",
    "api_key": "kp_123",
    "code": "123456",
    "pickup_code": "654321",
    "signature": "sha256=00",
    "cookie": "a=b",
}


@pytest.fixture
def output(capsys: pytest.CaptureFixture[str]) -> Generator[pytest.CaptureFixture[str]]:
    logs.configure("info", "json")
    yield capsys
    logs.configure("warning", "text")


@pytest.mark.parametrize("name", SECRETS)
def test_values_under_telling_names_are_masked(name: str, output: pytest.CaptureFixture[str]) -> None:
    logs.logger("test").warning("something", **{name: SECRETS[name]})
    line = output.readouterr().err
    assert "[masked]" in line
    assert SECRETS[name] not in line


def test_what_stands_inside_texts_is_masked(output: pytest.CaptureFixture[str]) -> None:
    texts = {
        "detail": "card 4111 1111 1111 1111 refused",
        "header": "sent Bearer abc.def.ghi",
        "dsn": "postgresql://kerben:hunter2@db/kerben",
    }
    logs.logger("test").warning("something", **texts)
    line = output.readouterr().err
    for secret in ("4111", "abc.def.ghi", "hunter2"):
        assert secret not in line
    assert "[card]" in line


def test_a_traceback_is_masked_and_shows_no_variables(output: pytest.CaptureFixture[str]) -> None:
    hidden = "variable-value"
    try:
        raise ValueError("Basic dXNlcjpwYXNz was refused", len(hidden))
    except ValueError as error:
        logs.logger("test").error("broken", exc_info=error)
    line = output.readouterr().err
    assert "ValueError" in line
    assert "dXNlcjpwYXNz" not in line
    assert "hidden = 'variable" not in line


def test_codes_of_errors_are_readable(output: pytest.CaptureFixture[str]) -> None:
    logs.logger("test").warning("payment_refused", error_code="OUT_OF_FUNDS", payment_id="p-1")
    line = output.readouterr().err
    assert "OUT_OF_FUNDS" in line
    assert "p-1" in line
