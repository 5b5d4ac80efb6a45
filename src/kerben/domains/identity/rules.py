"""Pure decisions: what a phone, an address, a password and a code must look like."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Final

import phonenumbers
from pyotp.totp import TOTP

from kerben.domains.identity.errors import InvalidEmailError, InvalidPasswordError, InvalidPhoneError
from kerben.domains.identity.model import Channel, CodePurpose, Login
from kerben.platform.errors import InvalidRequestError, invalid

DEFAULT_REGION: Final = "KG"
PASSWORD_CHARS_MIN: Final = 8
PASSWORD_BYTES_MAX: Final = 72
"""bcrypt reads no further, so a longer password would be cut silently."""
NAME_CHARS_MAX: Final = 100
RENAME_CHARS_MAX: Final = 80
"""Most characters of a name that is changed later; longer ones from sign-up stay until then."""
EMAIL_CHARS_MAX: Final = 254

CODE_LIFE: Final = timedelta(minutes=10)
CODE_TRIES: Final = 5
CODE_PAUSE: Final = timedelta(seconds=30)
CODE_WINDOW: Final = timedelta(hours=1)
CODES_PER_WINDOW: Final = 10

LOCK_WINDOW: Final = timedelta(minutes=15)
LOCK_TIME: Final = timedelta(minutes=15)
LOGIN_FAILURES: Final = 5
IP_FAILURES: Final = 100
"""Higher than a login's: many people share one address behind a carrier's NAT."""

TOTP_STEP_S: Final = 30
TOTP_DRIFT_STEPS: Final = 1
RECOVERY_CODES: Final = 10

_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}")
_CODE_TEXT: Final = {
    CodePurpose.SIGNIN: "вход",
    CodePurpose.PASSWORD_RESET: "новый пароль",
    CodePurpose.PHONE_VERIFY: "подтверждение телефона",
}


@lru_cache(maxsize=10_000)
def normalise_phone(text: str) -> str:
    """A phone as E.164 (`+996700123456`); a national number is read as Kyrgyz. InvalidPhoneError (422) otherwise.

    The length must be possible for the country; prefixes are not checked, because operators get new ones before the
    number plan's data knows.
    """
    if len(text) > 40:
        raise InvalidPhoneError
    try:
        number = phonenumbers.parse(text, DEFAULT_REGION)
    except phonenumbers.NumberParseException as error:
        raise InvalidPhoneError from error
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise InvalidPhoneError
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_email(text: str) -> str:
    """An address in lower case without blanks around it; InvalidEmailError (422) when it cannot be one."""
    email = text.strip().lower()
    if len(email) > EMAIL_CHARS_MAX or not _EMAIL.fullmatch(email):
        raise InvalidEmailError
    return email


def parse_login(text: str) -> Login:
    """What a person typed to sign in. InvalidPhoneError or InvalidEmailError when it is neither."""
    if "@" in text:
        return Login(Channel.EMAIL, normalise_email(text))
    return Login(Channel.SMS, normalise_phone(text))


def login_of(phone: str | None, email: str | None) -> Login:
    """The one contact of a request that has a `phone` and an `email` field; errors point at the field."""
    if (phone is None) == (email is None):
        raise invalid("/phone", "Укажите телефон или электронную почту, что-то одно.")
    if phone is not None:
        try:
            return Login(Channel.SMS, normalise_phone(phone))
        except InvalidPhoneError as error:
            raise InvalidPhoneError(pointer="/phone") from error
    assert email is not None  # noqa: S101 - one of the two, see above
    try:
        return Login(Channel.EMAIL, normalise_email(email))
    except InvalidEmailError as error:
        raise InvalidEmailError(pointer="/email") from error


def check_password(password: str, *, pointer: str = "/password") -> None:
    """InvalidPasswordError unless it has at least 8 characters and at most 72 bytes in UTF-8."""
    if len(password) < PASSWORD_CHARS_MIN:
        raise InvalidPasswordError("Пароль слишком короткий: нужно не меньше 8 символов.", pointer=pointer)
    if len(password.encode("utf-8", "surrogatepass")) > PASSWORD_BYTES_MAX:
        raise InvalidPasswordError(
            "Пароль слишком длинный: не больше 72 латинских или 36 русских букв.", pointer=pointer
        )
    if "\x00" in password:
        raise InvalidPasswordError("В пароле есть недопустимый символ.", pointer=pointer)


def check_name(name: str, *, chars_max: int = NAME_CHARS_MAX) -> str:
    """A person's name without blanks around it; InvalidRequestError when empty or longer than `chars_max`."""
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > chars_max or not cleaned.isprintable():
        raise _invalid_name(chars_max)
    return cleaned


def _invalid_name(chars_max: int) -> InvalidRequestError:
    return invalid("/name", f"Укажите имя, не длиннее {chars_max} символов.")


def new_code(below: Callable[[int], int]) -> str:
    """A six-digit code; `below(n)` draws a number from 0 to n−1 (`secrets.randbelow`)."""
    return f"{below(1_000_000):06d}"


def code_mac(key: bytes, login: Login, purpose: CodePurpose, code: str) -> bytes:
    """What is stored of a code: HMAC-SHA256 over whom and what it is for. A plain hash of six digits could be
    searched through by anyone who reads the table."""
    text = f"{purpose.value}\n{login.value}\n{code.strip()}"
    return hmac.new(key, text.encode("utf-8", "replace"), hashlib.sha256).digest()


def code_message(purpose: CodePurpose, code: str) -> tuple[str, str]:
    """Subject and text of the message that carries a code."""
    minutes = int(CODE_LIFE.total_seconds() // 60)
    what = _CODE_TEXT[purpose]
    return (
        f"Kerben: код ({what})",
        f"{code} — ваш код Kerben ({what}). Действует {minutes} минут. Никому его не сообщайте.",
    )


def totp_step(secret: str, code: str, at_s: int) -> int | None:
    """The time step whose code this is, one step of clock drift allowed either way (RFC 6238 section 5.2); None
    when it fits none. `secret` is base32."""
    if len(code) != 6 or not code.isascii() or not code.isdigit():
        return None
    totp = TOTP(secret, interval=TOTP_STEP_S)
    here = at_s // TOTP_STEP_S
    found = None
    for step in range(max(0, here - TOTP_DRIFT_STEPS), here + TOTP_DRIFT_STEPS + 1):
        # Every step is compared, so the time taken does not tell which one fits.
        if hmac.compare_digest(totp.generate_otp(step), code):
            found = step
    return found


def normalise_recovery_code(text: str) -> str:
    """A recovery code as it is hashed: without dashes and blanks, lower case."""
    return text.replace("-", "").replace(" ", "").lower()
