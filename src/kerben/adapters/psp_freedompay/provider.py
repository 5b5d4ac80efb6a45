"""FreedomPay / PayBox (Kyrgyzstan, Kazakhstan) as a `PaymentProvider`.

Source: FreedomPay/PayBox public API description as of PROTOCOLS.md: form POST in, signed XML out. Our payment id is
`pg_order_id`; amounts are decimals in major units on the wire. The codes that the public error list gives for trouble
that may pass are taken for "no answer"; every other code is a refusal.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from kerben.adapters.psp_freedompay import states, xml
from kerben.adapters.psp_freedompay.signature import Value, is_signed, sign
from kerben.domains.payments.ports import (
    InvalidNoticeError,
    PaymentProvider,
    ProviderRefusedError,
    ProviderState,
    ProviderStatus,
    ProviderUnavailableError,
    Registered,
    RegisterPayment,
)
from kerben.platform.money import to_major
from kerben.platform.outgoing import CallFailedError, Outgoing

NOT_FOUND_CODE: Final = "340"
PASSING_CODES: Final = frozenset({"350", "1000", "9998"})
"""350: the transaction is locked right now; 1000: internal error that may pass;
9998: the merchant was not recognised."""
NOTICE_BYTES_MAX: Final = 64 * 1024
NOTICE_FIELDS_MAX: Final = 200

_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}


class FreedomPayConfig(msgspec.Struct, frozen=True):
    """How to reach the acquirer. `base_url` is what the script names are appended to; `timeout_s` is for one call."""

    base_url: str
    merchant_id: str
    secret: str
    currency: str = "KGS"
    timeout_s: float = 10
    name: str = "freedompay"
    """Last part of our webhook address; the acquirer signs its calls with it."""
    connections_max: int = 50


def _salt() -> str:
    return secrets.token_hex(8)


class FreedomPay(PaymentProvider):
    """The acquirer over HTTP with kept connections. `salt` makes the random text of a signature."""

    def __init__(self, config: FreedomPayConfig, *, salt: Callable[[], str] = _salt) -> None:
        self._config = config
        self._salt = salt
        self._http = Outgoing(config.base_url, timeout_s=config.timeout_s, connections_max=config.connections_max)

    @property
    def name(self) -> str:
        """As in `/payments/webhooks/{name}`."""
        return self._config.name

    async def aclose(self) -> None:
        """Close connections."""
        await self._http.aclose()

    async def register(self, request: RegisterPayment) -> Registered:
        """init_payment.php. ValueError when the webhook address does not end with our name (it is signed with it)."""
        if urlsplit(request.webhook_url).path.rpartition("/")[2] != self.name:
            raise ValueError(f"the webhook address must end with /{self.name}")
        answer = await self._call(
            "init_payment.php",
            {
                "pg_order_id": str(request.payment_id),
                "pg_amount": to_major(request.amount, request.currency),
                "pg_currency": request.currency,
                "pg_description": request.description,
                "pg_result_url": request.webhook_url,
                "pg_request_method": "POST",
                "pg_success_url": request.return_url,
                "pg_failure_url": request.return_url,
                "pg_auto_clearing": "1" if request.capture else "0",
                "pg_lifetime": str(request.expires_in_s),
                "pg_language": "ru",
            },
        )
        number, url = answer.get("pg_payment_id"), answer.get("pg_redirect_url")
        if not isinstance(number, str) or not number or not isinstance(url, str):
            raise ProviderUnavailableError("init_payment.php: pg_payment_id or pg_redirect_url is missing")
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ProviderUnavailableError("init_payment.php: pg_redirect_url is no http address")
        return Registered(provider_payment_id=number, redirect_url=url)

    async def state(self, provider_payment_id: str) -> ProviderState:
        """get_status3.php; the words are explained in `states`. A payment it does not know is UNKNOWN."""
        try:
            answer = await self._call("get_status3.php", {"pg_payment_id": provider_payment_id})
        except ProviderRefusedError as error:
            if error.code != NOT_FOUND_CODE:
                raise
            return ProviderState(ProviderStatus.UNKNOWN, None, provider_payment_id, 0, self._config.currency)
        try:
            state = states.from_status(answer)
        except states.UnreadableStateError as error:
            raise ProviderUnavailableError(f"get_status3.php: {error}") from error
        if state.provider_payment_id != provider_payment_id:
            raise ProviderUnavailableError("get_status3.php answered for another payment")
        return state

    async def capture(self, provider_payment_id: str, amount: int) -> None:
        """do_capture.php. A refusal counts only when the state confirms that nothing was captured."""
        fields = {"pg_clearing_amount": to_major(amount, self._config.currency)}
        await self._order("do_capture.php", provider_payment_id, fields, {ProviderStatus.CAPTURED}, amount)

    async def void(self, provider_payment_id: str) -> None:
        """cancel.php; a payment that failed or was voided before is given up already."""
        done = {ProviderStatus.VOIDED, ProviderStatus.FAILED}
        await self._order("cancel.php", provider_payment_id, {}, done, None)

    async def refund(self, provider_payment_id: str, amount: int) -> None:
        """revoke.php; a payment that was refunded before is left as it is."""
        fields = {"pg_refund_amount": to_major(amount, self._config.currency)}
        await self._order("revoke.php", provider_payment_id, fields, {ProviderStatus.REFUNDED}, amount)

    async def _order(
        self, script: str, number: str, fields: dict[str, str], done: set[ProviderStatus], amount: int | None
    ) -> None:
        try:
            await self._call(script, {"pg_payment_id": number, **fields})
        except ProviderRefusedError:
            # The format has no idempotency key: a repeat is refused, and only the state tells it from a real refusal.
            state = await self.state(number)
            if state.status in done and amount in {None, state.amount}:
                return
            raise

    async def _call(self, script: str, fields: Mapping[str, str]) -> dict[str, Value]:
        params = {"pg_merchant_id": self._config.merchant_id, **fields, "pg_salt": self._salt()}
        params["pg_sig"] = sign(script, params, self._config.secret)
        try:
            reply = await self._http.call("POST", script, body=urlencode(params).encode(), headers=_FORM)
        except CallFailedError as error:
            raise ProviderUnavailableError(f"{script}: {error}") from error
        if reply.status != HTTPStatus.OK:
            raise ProviderUnavailableError(f"{script}: HTTP {reply.status}")
        try:
            answer = xml.parse(reply.body)
        except xml.MalformedAnswerError as error:
            raise ProviderUnavailableError(f"{script}: {error}") from error
        if not is_signed(script, answer, self._config.secret):
            raise ProviderUnavailableError(f"{script}: the answer's signature is missing or wrong")
        if answer.get("pg_status") == "ok":
            return answer
        code, words = str(answer.get("pg_error_code", "")), str(answer.get("pg_error_description", ""))
        if answer.get("pg_status") != "error" or not code or code in PASSING_CODES:
            raise ProviderUnavailableError(f"{script}: no clear answer (code {code or 'none'})")
        raise ProviderRefusedError(code, words)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> ProviderState:
        """Verify and read the call of our result address; it is a signed form."""
        if len(body) > NOTICE_BYTES_MAX:
            raise InvalidNoticeError("too long")
        try:
            pairs = parse_qsl(
                body.decode("utf-8"),
                keep_blank_values=True,
                strict_parsing=True,
                errors="strict",
                max_num_fields=NOTICE_FIELDS_MAX,
            )
        except ValueError as error:
            raise InvalidNoticeError("not a form") from error
        params: dict[str, Value] = {**dict(pairs)}
        if len(params) != len(pairs):
            raise InvalidNoticeError("a field occurs twice")
        if not is_signed(self.name, params, self._config.secret):
            raise InvalidNoticeError("the signature is missing or wrong")
        try:
            return states.from_notice(params)
        except states.UnreadableStateError as error:
            raise InvalidNoticeError(str(error)) from error

    def answer_notice(self, *, accepted: bool, reason: str) -> tuple[str, bytes]:
        """Signed XML. Not accepted is `error`, which makes the acquirer call again; `rejected` is never said,
        because it would take the buyer's money back behind the ledger's back."""
        fields = {
            "pg_status": "ok" if accepted else "error",
            "pg_description" if accepted else "pg_error_description": reason,
            "pg_salt": self._salt(),
        }
        fields["pg_sig"] = sign(self.name, fields, self._config.secret)
        return "text/xml; charset=utf-8", xml.render(fields)
