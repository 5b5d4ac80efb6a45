"""The acquirer's HTTP side: the FreedomPay/PayBox scripts, the hosted page, and the switches for programs."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
from litestar import Response, delete, get, post, put
from litestar.response import Redirect

from kerben.platform.money import InvalidAmountError, from_major
from kerben_sandbox import pages
from kerben_sandbox.acquirer import AcquirerError, NewPayment, Payment
from kerben_sandbox.faults import AcquirerFaults, ApiMode
from kerben_sandbox.wire import Value, is_signed, script_of, signed, to_xml
from kerben_sandbox.world import AnyRequest, World, world_of

ORDER_ID_CHARS_MAX: Final = 64
LIFETIME_S_MAX: Final = 86_400
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_PLAIN_ADDRESS: Final = re.compile(r"https?://[!-Z^-~]+")
"""What needs no closer look: ASCII without the brackets of IPv6."""

Params = dict[str, str]


def _text(params: Params, name: str, *, chars_max: int = 2_000) -> str:
    value = params.get(name, "")
    if not value or len(value) > chars_max:
        raise AcquirerError(200, f"{name} is missing or too long")
    return value


def _amount(params: Params, name: str, currency: str) -> int:
    try:
        amount = from_major(_text(params, name), currency)
    except InvalidAmountError as error:
        raise AcquirerError(200, f"{name}: {error}") from error
    if amount <= 0:
        raise AcquirerError(200, f"{name} must be above zero")
    return amount


def _address(params: Params, name: str) -> str:
    value = _text(params, name)
    if _PLAIN_ADDRESS.fullmatch(value):
        return value
    if urlsplit(value).scheme not in {"http", "https"} or not value.isascii():
        raise AcquirerError(200, f"{name} is no http address")
    return value


def _known(world: World, params: Params) -> Payment:
    number, order_id = params.get("pg_payment_id", ""), params.get("pg_order_id", "")
    payment = None
    if number.isascii() and number.isdigit() and len(number) < 19:
        payment = world.acquirer.by_pg_id(int(number))
    elif not number and order_id:
        payment = world.acquirer.by_order(order_id)
    if payment is None or (order_id and payment.order_id != order_id):
        raise AcquirerError(340, "transaction not found")
    return payment


def _register(world: World, params: Params) -> dict[str, Value]:
    currency = params.get("pg_currency", "KGS")
    if not _CURRENCY.fullmatch(currency):
        raise AcquirerError(200, "pg_currency is no currency code")
    lifetime = params.get("pg_lifetime", "1800")
    if not lifetime.isdecimal() or not 0 < int(lifetime) <= LIFETIME_S_MAX:
        raise AcquirerError(200, "pg_lifetime must be between 1 and 86400 seconds")
    payment = world.acquirer.register(
        NewPayment(
            order_id=_text(params, "pg_order_id", chars_max=ORDER_ID_CHARS_MAX),
            amount=_amount(params, "pg_amount", currency),
            currency=currency,
            description=_text(params, "pg_description"),
            result_url=_address(params, "pg_result_url"),
            success_url=_address(params, "pg_success_url"),
            failure_url=_address(params, "pg_failure_url"),
            auto_clearing=params.get("pg_auto_clearing", "1") != "0",
            lifetime_s=int(lifetime),
        )
    )
    return {
        "pg_status": "ok",
        "pg_payment_id": str(payment.pg_id),
        "pg_redirect_url": f"{world.config.public_url}/acquirer/pay/{payment.page}",
        "pg_redirect_url_type": "need data",
    }


def _carry_out(script: str, world: World, params: Params, payment: Payment | None) -> dict[str, Value]:
    """What a script does and answers; `payment` when it has been looked up. Raises AcquirerError."""
    if script == "init_payment.php":
        return _register(world, params)
    payment = payment or _known(world, params)
    if script == "get_status3.php":
        return world.acquirer.status_fields(payment)
    answer: dict[str, Value] = {"pg_status": "ok", "pg_payment_id": str(payment.pg_id)}
    if script == "do_capture.php":
        amount = params.get("pg_clearing_amount") and _amount(params, "pg_clearing_amount", payment.currency)
        world.acquirer.capture(payment, amount or payment.amount)
        return {**answer, "pg_clearing_amount": params.get("pg_clearing_amount", "")}
    if script == "cancel.php":
        world.acquirer.cancel(payment)
    else:
        amount = params.get("pg_refund_amount") and _amount(params, "pg_refund_amount", payment.currency)
        world.acquirer.refund(payment, amount or payment.captured - payment.refunded)
    return answer


SCRIPTS: Final = frozenset({"init_payment.php", "get_status3.php", "do_capture.php", "cancel.php", "revoke.php"})
XML: Final = "text/xml"
"""The framework adds the character set."""


async def call_script(world: World, script: str, params: Params) -> tuple[int, bytes]:
    """Status and body of a script's answer, told after what it did is durable."""
    merchant, secret = world.config.secrets.merchant_id, world.config.secrets.acquirer_secret
    if params.get("pg_merchant_id") != merchant:
        # As the public description says: without a known merchant there is no secret to sign the answer with.
        stranger = {"pg_status": "error", "pg_error_code": "9998", "pg_error_description": "unknown merchant"}
        return 200, to_xml(stranger)
    mode, payment = ApiMode.NORMAL, None
    try:
        if not is_signed(script, params, secret):
            raise AcquirerError(100, "the signature is missing or wrong")
        order_id = params.get("pg_order_id")
        if not order_id:
            payment = _known(world, params)
            order_id = payment.order_id
        mode = world.faults.take_api(order_id, (ApiMode.TIMEOUT, ApiMode.HTTP_500))
        if mode is ApiMode.HTTP_500:
            await world.store.durable()
            return 500, b"Internal Server Error"
        fields = _carry_out(script, world, params, payment)
    except AcquirerError as error:
        fields = {"pg_status": "error", "pg_error_code": str(error.code), "pg_error_description": error.text}
    await world.store.durable()
    if mode is ApiMode.TIMEOUT:
        await world.hang()
        return 504, b"Gateway Timeout"
    return 200, to_xml(signed(script, fields, secret, world.config.token()))


@post("/acquirer/{script:str}")
async def api(request: AnyRequest, script: str) -> Response[bytes]:
    """One of the acquirer's scripts."""
    if script not in SCRIPTS:
        return Response(b"", status_code=404, media_type=XML)
    form = await request.form()
    params: Params = {name: value for name, value in form.items() if isinstance(value, str)}
    status, answer = await call_script(world_of(request), script, params)
    return Response(answer, status_code=status, media_type=XML)


async def call_decide(world: World, order_id: str, verdict: str) -> tuple[int, object]:
    """Status and JSON body of the answer to a program that plays the buyer."""
    payment = world.acquirer.by_order(order_id)
    if verdict not in {"approve", "decline"} or payment is None:
        return 404, {"error": "not_found", "detail": "no such payment has been registered"}
    try:
        payment = await decided(world, payment, approve=verdict == "approve")
    except AcquirerError as error:
        return 409, {"error": "already_decided", "status": payment.plain_status, "detail": error.text}
    return 200, {"status": payment.plain_status, "payment_id": order_id}


@post("/acquirer/payments/{order_id:str}/{verdict:str}", status_code=200)
async def decide(request: AnyRequest, order_id: str, verdict: str) -> Response[object]:
    """A program plays the buyer. `order_id` is the merchant's payment id; 404 before it is registered."""
    status, body = await call_decide(world_of(request), order_id, verdict)
    return Response(body, status_code=status)


async def decided(world: World, payment: Payment, *, approve: bool) -> Payment:
    """Decide and make it durable; the webhooks are on their way even if the caller is gone. Raises AcquirerError."""
    payment, notices = world.acquirer.decide(payment, approve=approve)
    world.dispatcher.add(notices)
    await world.store.durable()
    return payment


def _gone(world: World, payment: Payment) -> bool:
    return payment.status == "new" and world.config.clock() > payment.expires_at


def _page(world: World, payment: Payment) -> str:
    back = return_address(world, payment)
    return pages.pay(world.config.public_url, payment, expired=_gone(world, payment), back=back)


@get("/acquirer/pay/{page:str}")
async def pay_page(request: AnyRequest, page: str) -> Response[str]:
    """The hosted payment page."""
    world = world_of(request)
    payment = world.acquirer.by_page(page)
    if payment is None:
        return pages.html(pages.no_payment(), 404)
    return pages.html(_page(world, payment))


@post("/acquirer/pay/{page:str}")
async def pay(request: AnyRequest, page: str) -> Response[str] | Redirect:
    """The buyer pressed a button. Card fields have no names on the page, so no browser ever sends them."""
    world = world_of(request)
    payment = world.acquirer.by_page(page)
    if payment is None:
        return pages.html(pages.no_payment(), 404)
    approve = (await request.form()).get("verdict") == "approve"
    if _gone(world, payment):
        return pages.html(_page(world, payment), 409)
    try:
        payment = await decided(world, payment, approve=approve)
    except AcquirerError:
        return pages.html(_page(world, payment), 409)
    return Redirect(return_address(world, payment), status_code=303)


def return_address(world: World, payment: Payment) -> str:
    """Where the browser goes back to, with the signed parameters the format adds."""
    url = payment.success_url if payment.status == "approved" else payment.failure_url
    fields: dict[str, Value] = {"pg_order_id": payment.order_id, "pg_payment_id": str(payment.pg_id)}
    extra = signed(script_of(url), fields, world.config.secrets.acquirer_secret, world.config.token())
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *extra.items()])
    return urlunsplit(parts._replace(query=query))


@put("/acquirer/faults")
async def set_faults(request: AnyRequest) -> Response[object]:
    """Make the acquirer misbehave; 400 says what is wrong with the body."""
    world = world_of(request)
    try:
        world.faults.set_acquirer(msgspec.json.decode(await request.body(), type=AcquirerFaults))
    except ValueError as error:
        return Response({"error": "invalid", "detail": str(error)}, status_code=400)
    await world.store.durable()
    return Response(_faults(world))


@get("/acquirer/faults")
async def faults(request: AnyRequest) -> Response[object]:
    """The faults in force."""
    return Response(_faults(world_of(request)))


@delete("/acquirer/faults", status_code=200)
async def reset_faults(request: AnyRequest) -> Response[object]:
    """Everything behaves again."""
    world = world_of(request)
    world.faults.reset_acquirer()
    await world.store.durable()
    return Response(_faults(world))


def _faults(world: World) -> dict[str, object]:
    everyone = world.faults.everyone
    return {"webhook": everyone.webhook, "api": everyone.api, "payments": world.faults.single}


HANDLERS: Final = [api, decide, pay_page, pay, set_faults, faults, reset_faults]
