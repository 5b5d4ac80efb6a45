"""Rows and runs of bulk import."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from kerben.platform.qty import Unit

ERRORS_MAX: Final = 1_000
"""So many faults are kept of a run; the others are only counted."""

ImportFormat = Literal["csv", "xlsx", "yml"]


class ImportStatus(StrEnum):
    """Where a run of import stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ImportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One variant from a file. `row` is its number there, `price` minor units of `currency`.

    None means that the file does not say: an existing value stays, a new variant
    is sold by the piece. `category` is a slug, a name, or a path of names
    divided by "/" or ">". Rows of one `group_key` are variants of one product; without it each row is a product.
    With `price_is_default` the price is only what a new variant begins with: the file had none.
    """

    row: int
    sku: str
    name: str
    price: int
    barcode: str | None = None
    description: str | None = None
    category: str | None = None
    attributes: dict[str, str] | None = None
    currency: str = "KGS"
    unit: Unit | None = None
    picture: str | None = None
    group_key: str | None = None
    price_is_default: bool = False


class RowFault(msgspec.Struct, frozen=True):
    """Something wrong with one field of one row."""

    field: str
    code: str
    message: str


RowStatus = Literal["created", "updated", "unchanged", "failed"]


class RowOutcome(msgspec.Struct, frozen=True):
    """What became of a row. Ids are None when it failed, or would be created by a dry run.

    `fault` says why it failed; `warnings` are things to look at in a row that was taken.
    """

    row: int
    status: RowStatus
    variant_id: UUID | None = None
    product_id: UUID | None = None
    fault: RowFault | None = None
    warnings: tuple[RowFault, ...] = ()


class ImportFault(msgspec.Struct, frozen=True):
    """A fault or warning as a run keeps it."""

    row: int
    field: str
    code: str
    message: str


class NewImport(msgspec.Struct, frozen=True):
    """A run to be queued; `file_ref` says where the file lies.

    `default_price`: minor units of the market's currency, for new goods that the file has no price for; `revive`: put
    goods that the file names back on sale.
    """

    shop_id: UUID
    format: ImportFormat
    file_ref: str
    dry_run: bool
    file_name: str | None = None
    actor_id: UUID | None = None
    default_price: int | None = None
    revive: bool = False


class ImportProgress(msgspec.Struct, frozen=True):
    """What a step adds to a run: counts and faults; `checkpoint` says where the next step begins.

    `unlisted` faults or warnings are only counted, because the run shows enough of their kind already.
    """

    processed: int
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    errors: tuple[ImportFault, ...] = ()
    checkpoint: dict[str, Any] | None = None
    unlisted: int = 0


class ImportRun(msgspec.Struct, frozen=True):
    """A run of import. `errors` has the first 1,000 faults and warnings, `error_count` counts all.

    `failure` says why the file as a whole could not be read. `attempts`: how often a worker has taken the run up
    since it last got on; `touched_at`: when one last did something for it.
    """

    id: UUID
    shop_id: UUID
    actor_id: UUID | None
    format: ImportFormat
    file_ref: str
    file_name: str | None
    dry_run: bool
    status: ImportStatus
    total: int | None
    processed: int
    created: int
    updated: int
    unchanged: int
    failed: int
    errors: list[ImportFault]
    error_count: int
    checkpoint: dict[str, Any] | None
    failure: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    touched_at: datetime | None = None
    attempts: int = 0
    default_price: int | None = None
    revive: bool = False


class StoredProduct(msgspec.Struct):
    """A product as an import compares it."""

    id: UUID
    category_id: UUID
    name: str
    description: str
    picture: str | None
    lead_sku: str
    group_key: str | None
    is_active: bool


class StoredVariant(msgspec.Struct):
    """A variant as an import compares it."""

    id: UUID
    product_id: UUID
    sku: str
    barcode: str | None
    attributes: dict[str, str]
    price: int
    currency: str
    unit: Unit
    is_active: bool
