"""Pure decisions: what a question and an answer must look like."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kerben.domains.catalog.api import ProductFacts
from kerben.domains.identity.api import normalise_phone
from kerben.domains.inquiries.model import Question
from kerben.platform.errors import DomainError, FieldError, InvalidRequestError, invalid

NAME_MAX: Final = 80
TEXT_MAX: Final = 500


def read_question(product_id: UUID, variant_id: UUID | None, name: str, phone: str, comment: str | None) -> Question:
    """A question with clean texts and the phone in E.164. Raises InvalidRequestError with every fault at once."""
    faults: list[FieldError] = []
    name = " ".join(name.split())
    if not name:
        faults.append(FieldError("/name", "REQUIRED", "Укажите имя."))
    elif len(name) > NAME_MAX or not name.isprintable():
        faults.append(FieldError("/name", "INVALID_VALUE", f"Имя: не больше {NAME_MAX} знаков, без особых знаков."))
    try:
        phone = normalise_phone(phone)
    except DomainError as error:
        faults.append(FieldError("/phone", error.code, error.detail))
    try:
        comment = clean_text(comment, "/comment")
    except InvalidRequestError as error:
        faults += error.errors
    if faults:
        raise InvalidRequestError(errors=faults)
    return Question(product_id, variant_id, name, phone, comment)


def clean_text(text: str | None, pointer: str) -> str | None:
    """A text without outer spaces, None when nothing is left; InvalidRequestError above 500 characters."""
    text = (text or "").strip()
    if len(text) > TEXT_MAX:
        raise invalid(pointer, f"Не больше {TEXT_MAX} знаков.")
    # PostgreSQL cannot store NUL in text.
    if "\x00" in text:
        raise invalid(pointer, "Недопустимый знак.")
    return text or None


def check_variant(product: ProductFacts, variant_id: UUID | None) -> None:
    """InvalidRequestError unless the product is sold in this variant; None asks about the product as a whole."""
    if variant_id is not None and not any(v.id == variant_id and v.is_active for v in product.variants):
        raise invalid("/variant_id", "У этого товара нет такого варианта.", "UNKNOWN_VARIANT")


def attributes_of(product: ProductFacts, variant_id: UUID | None) -> dict[str, str]:
    """What tells a variant from the product's others; empty without one."""
    return next((v.attributes for v in product.variants if v.id == variant_id), dict[str, str]())
