"""Reading the parameters of a search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from kerben.domains.catalog.api import SearchQuery, SearchSort
from kerben.platform.errors import invalid
from kerben.platform.http import page_limit
from kerben.platform.money import AMOUNT_MAX

QUERY_MAX: Final = 200
ATTRIBUTES_MAX: Final = 20
ATTRIBUTE_PREFIX: Final = "attr."


def read_attributes(parameters: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """What is asked by `attr.<name>=<value>`; several values of one name are alternatives."""
    wanted: dict[str, list[str]] = {}
    for name, value in parameters:
        if not name.startswith(ATTRIBUTE_PREFIX):
            continue
        key = name[len(ATTRIBUTE_PREFIX) :].strip()
        if not key or "\x00" in key + value or len(key) > 40 or len(value) > 120:
            raise invalid(f"/{name[:50]}", "Свойство товара записано с ошибкой.")
        wanted.setdefault(key, []).append(value)
    if sum(len(values) for values in wanted.values()) > ATTRIBUTES_MAX:
        raise invalid("/attr", f"Не больше {ATTRIBUTES_MAX} значений свойств.")
    return wanted


def read_query(
    *,
    q: str | None,
    category_id: UUID | None,
    price_min: int | None,
    price_max: int | None,
    attributes: dict[str, list[str]],
    limit: int | None,
    cursor: str | None,
    sort: SearchSort = "relevance",
) -> SearchQuery:
    """A search from its parameters. Raises InvalidRequestError with a pointer to the wrong one."""
    if q is not None and len(q) > QUERY_MAX:
        raise invalid("/q", f"Не больше {QUERY_MAX} знаков.", "TOO_LONG")
    for name, value in (("price_min", price_min), ("price_max", price_max)):
        if value is not None and not 0 <= value <= AMOUNT_MAX:
            raise invalid(f"/{name}", "Цена в тыйынах, не меньше нуля.")
    if price_min is not None and price_max is not None and price_min > price_max:
        raise invalid("/price_min", "Нижняя цена больше верхней.")
    return SearchQuery(
        q=q or "",
        category_id=category_id,
        price_min=price_min,
        price_max=price_max,
        attributes=attributes,
        cursor=cursor,
        limit=page_limit(limit),
        sort=sort,
    )
