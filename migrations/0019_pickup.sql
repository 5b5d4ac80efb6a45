-- Orders that wait at the counter and were not picked up; refunds with evidence and who bears them; problems with
-- payments, kept until somebody has looked into them; indexes of what is purged.

-- Goods of an expired pickup are kept until `reserved_until`, then its order is refunded or cancelled.
CREATE INDEX order_unclaimed_due ON orders.order (reserved_until) WHERE status = 'pickup_expired';
-- Few orders at a time wait for the seller's decision.
CREATE INDEX order_attention ON orders.order (id) WHERE needs_attention IS NOT NULL;

-- `responsible` is what was stated when the refund was asked for (unset: nobody was asked, as when a buyer cancels);
-- `borne_by` says whose money it is in the ledger.
ALTER TABLE payments.refund
    ADD COLUMN responsible text CHECK (responsible IN ('platform', 'seller')),
    ADD COLUMN borne_by text NOT NULL DEFAULT 'seller' CHECK (borne_by IN ('platform', 'seller')),
    ADD COLUMN evidence text[] NOT NULL DEFAULT '{}';
CREATE INDEX refund_borne ON payments.refund (payment_id) WHERE borne_by = 'platform';

-- What an acquirer said that does not fit, or a refund that it refused. Resolved by a person (`resolved_by`), or by
-- the right answer that came after all.
CREATE TABLE payments.problem (
    id uuid PRIMARY KEY,
    payment_id uuid NOT NULL REFERENCES payments.payment (id),
    problem text NOT NULL,
    found_at timestamptz NOT NULL,
    resolved_at timestamptz,
    resolved_by uuid,
    note text,
    CHECK ((resolved_at IS NULL) = (note IS NULL)),
    CHECK (resolved_by IS NULL OR resolved_at IS NOT NULL)
);
CREATE UNIQUE INDEX problem_open_once ON payments.problem (payment_id, problem) WHERE resolved_at IS NULL;
CREATE INDEX problem_open ON payments.problem (id) WHERE resolved_at IS NULL;
INSERT INTO payments.problem (id, payment_id, problem, found_at)
SELECT gen_random_uuid(), id, problem, created_at FROM payments.payment WHERE problem IS NOT NULL;

-- Applied answers are the proof of what moved money and stay; the others are purged after a while.
CREATE INDEX provider_event_old ON payments.provider_event (received_at) WHERE verdict <> 'applied';
-- Guests' carts by age. `created_at` never changes, so that putting things into a cart stays cheap.
CREATE INDEX cart_guest_old ON cart.cart (created_at) WHERE token_hash IS NOT NULL;
