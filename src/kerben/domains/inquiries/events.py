"""What inquiries publishes. Names, phones, comments and notes are a person's own and stay out of events."""

from __future__ import annotations

from uuid import UUID

from kerben.platform.events import Event, event


@event("inquiries.availability_asked.v1", key="request_id")
class AvailabilityAsked(Event, frozen=True):
    """A buyer asks to be called back about a product. The product's name is that of the moment."""

    request_id: UUID
    shop_id: UUID
    product_id: UUID
    variant_id: UUID | None
    product_name: str
    status: str


@event("inquiries.availability_answered.v1", key="request_id")
class AvailabilityAnswered(Event, frozen=True):
    """The shop dealt with a request; `outcome` is an AvailabilityOutcome."""

    request_id: UUID
    shop_id: UUID
    product_id: UUID
    variant_id: UUID | None
    product_name: str
    status: str
    outcome: str
