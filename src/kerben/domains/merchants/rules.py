"""Pure decisions about merchants and shops."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from kerben.domains.merchants.model import Hours, StaffMember, StaffRole
from kerben.platform.errors import invalid

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSED: Final = "closed"
NAME_MAX: Final = 200
TEXT_MAX: Final = 5_000
PHOTOS_MAX: Final = 10
SPANS_MAX: Final = 6
MERCHANTS_PER_OWNER: Final = 20
SHOPS_PER_MERCHANT: Final = 500

_SPAN: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_ACCOUNT: Final = re.compile(r"[A-Z0-9]{8,34}")


def clean_name(text: str, pointer: str = "/name") -> str:
    """A name without outer and doubled spaces. Raises InvalidRequestError when empty or over 200 characters."""
    return _clean(" ".join(text.split()), pointer, NAME_MAX, required=True)


def clean_text(text: str, pointer: str, *, required: bool = False) -> str:
    """A longer text without outer spaces, at most 5,000 characters; InvalidRequestError otherwise."""
    return _clean(text.strip(), pointer, TEXT_MAX, required=required)


def _clean(text: str, pointer: str, length_max: int, *, required: bool) -> str:
    if required and not text:
        raise invalid(pointer, "Заполните это поле.")
    if len(text) > length_max:
        raise invalid(pointer, f"Не больше {length_max} знаков.")
    # PostgreSQL cannot store NUL in text.
    if "\x00" in text:
        raise invalid(pointer, "Недопустимый знак.")
    return text


def check_hours(hours: Hours, pointer: str = "/hours") -> Hours:
    """Opening hours as they came. Raises InvalidRequestError for an unknown day or a span that is not
    "HH:MM-HH:MM" (24:00 is the end of a day; an end before its beginning lies in the next day)."""
    for day, spans in hours.items():
        if day not in DAYS:
            raise invalid(f"{pointer}/{day}", "День недели: mon, tue, wed, thu, fri, sat или sun.")
        if spans == CLOSED:
            continue
        parts = spans.split(",", SPANS_MAX)
        if len(parts) > SPANS_MAX or len(spans) > 200:
            raise invalid(f"{pointer}/{day}", f"Не больше {SPANS_MAX} промежутков в день.", "TOO_LONG")
        for span in parts:
            match = _SPAN.fullmatch(span.strip())
            if match is None or (match.group(3) == "24" and match.group(4) != "00"):
                raise invalid(f"{pointer}/{day}", "Часы работы: «09:00-18:00», через запятую, или «closed».")
    return hours


def check_photos(photos: list[str], pointer: str = "/photos") -> list[str]:
    """Addresses of pictures, at most 10 of at most 500 characters; InvalidRequestError otherwise."""
    if len(photos) > PHOTOS_MAX:
        raise invalid(pointer, f"Не больше {PHOTOS_MAX} фотографий.")
    for number, photo in enumerate(photos):
        if not 0 < len(photo) <= 500 or not photo.startswith(("/", "https://", "http://")) or "\x00" in photo:
            raise invalid(f"{pointer}/{number}", "Нужен путь или адрес картинки.")
    return photos


def clean_account(number: str, pointer: str = "/account_number") -> str:
    """An account number (a national one or an IBAN) in capitals without spaces and hyphens.

    Raises InvalidRequestError when it is not 8 to 34 Latin letters and digits.
    """
    plain = re.sub(r"[\s-]", "", number).upper()
    if _ACCOUNT.fullmatch(plain) is None:
        raise invalid(pointer, "Номер счёта: от 8 до 34 латинских букв и цифр.")
    return plain


def last4(number: str) -> str:
    """What may be shown of an account number."""
    return number[-4:]


RANKS: Final = (
    StaffRole.OWNER,
    StaffRole.MANAGER,
    StaffRole.ACCOUNTANT,
    StaffRole.STOREKEEPER,
    StaffRole.CASHIER,
)
"""Staff roles, the one with the most rights first. Used to name the one role of somebody who has several."""

LEADING: Final = frozenset({StaffRole.OWNER, StaffRole.MANAGER})
"""Roles that only an owner gives, changes or takes."""


def highest(roles: Collection[StaffRole]) -> StaffRole:
    """The role with the most rights; `roles` must not be empty."""
    return min(roles, key=RANKS.index)


def joined(now: Sequence[StaffMember], new: StaffMember) -> list[StaffMember]:
    """A person's roles after they accept another. In the shops it names it replaces their other roles there; one
    for the whole merchant replaces the former one for the whole, and roles in single shops stay."""
    if new.shop_ids is None:
        kept = [m for m in now if m.shop_ids is not None and m.role is not new.role]
        return [*kept, new]
    kept = [m for m in now if m.shop_ids is None and m.role is not new.role]
    if any(m.shop_ids is None and m.role is new.role for m in now):
        return list(now)
    own = list(new.shop_ids)
    for member in now:
        if member.shop_ids is None:
            continue
        rest = [shop_id for shop_id in member.shop_ids if shop_id not in new.shop_ids]
        if member.role is new.role:
            own = [*rest, *own]
        elif rest:
            kept.append(StaffMember(member.merchant_id, member.user_id, member.role, rest))
    return [*kept, StaffMember(new.merchant_id, new.user_id, new.role, own)]


def shops_worked_in(roles: Sequence[StaffMember]) -> frozenset[UUID] | None:
    """The shops that a person works in; None for all of the merchant's."""
    if any(member.shop_ids is None for member in roles):
        return None
    return frozenset(shop_id for member in roles for shop_id in member.shop_ids or ())
