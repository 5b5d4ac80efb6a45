-- Shifts of tills, the sums of each day, and how discrepancies end.

-- What a receipt means for money and goods, one row each. `kind` tells a void of a sale (`void`) from a void of a
-- refund (`refund_void`). `sign` is 1 where money comes in. `payment`: a refund without one goes back the way the sale
-- was paid, a void the way its receipt was. Days are those of Bishkek. Other columns are its share of the day's sums.
CREATE VIEW pos.receipt_effect AS
SELECT s.id, s.shop_id, s.device_id, s.receipt_number, s.currency, s.sold_at, s.created_at, s.total,
       k.kind, k.sign, p.payment, d.day,
       k.sign * i.discount AS discounts,
       k.sign * i.qty AS items_sold,
       (k.kind = 'sale')::int AS sales, CASE WHEN k.kind = 'sale' THEN s.total ELSE 0 END AS sales_total,
       (k.kind = 'refund')::int AS refunds, CASE WHEN k.kind = 'refund' THEN s.total ELSE 0 END AS refunds_total,
       (k.kind = 'void')::int AS voids, CASE WHEN k.kind = 'void' THEN s.total ELSE 0 END AS voids_total,
       (k.kind = 'refund_void')::int AS refund_voids,
       CASE WHEN k.kind = 'refund_void' THEN s.total ELSE 0 END AS refund_voids_total,
       CASE WHEN p.payment = 'cash' THEN k.sign * s.total ELSE 0 END AS cash,
       CASE WHEN p.payment = 'card' THEN k.sign * s.total ELSE 0 END AS card,
       CASE WHEN p.payment = 'qr' THEN k.sign * s.total ELSE 0 END AS qr,
       CASE WHEN p.payment = 'other' THEN k.sign * s.total ELSE 0 END AS other,
       (d.recorded_day > d.day)::int AS late_receipts,
       CASE WHEN d.recorded_day > d.day THEN k.sign * s.total ELSE 0 END AS late_total
FROM pos.sale s
LEFT JOIN LATERAL (
    SELECT o.type, o.payment, first.payment AS first_payment
    FROM pos.sale o LEFT JOIN pos.sale first ON first.id = o.original_sale_id
    WHERE o.id = s.original_sale_id AND s.original_sale_id IS NOT NULL
    LIMIT 1 -- keeps the planner from joining all sales with all sales
) o ON true
CROSS JOIN LATERAL (
    SELECT CASE WHEN s.type <> 'void' THEN s.type WHEN o.type = 'refund' THEN 'refund_void' ELSE 'void' END AS kind,
           CASE WHEN s.type = 'sale' OR (s.type = 'void' AND o.type = 'refund') THEN 1 ELSE -1 END AS sign
) k
CROSS JOIN LATERAL (
    SELECT CASE WHEN s.type = 'void' THEN coalesce(o.payment, o.first_payment, s.payment, 'other')
                ELSE coalesce(s.payment, o.payment, 'other') END AS payment
) p
CROSS JOIN LATERAL (
    SELECT (s.sold_at AT TIME ZONE 'Asia/Bishkek')::date AS day,
           (s.created_at AT TIME ZONE 'Asia/Bishkek')::date AS recorded_day
) d
CROSS JOIN LATERAL (
    SELECT coalesce(sum(discount), 0)::bigint AS discount, coalesce(sum(qty), 0)::bigint AS qty
    FROM pos.sale_item WHERE sale_id = s.id AND sold_at = s.sold_at
) i;

-- A till's shift. Its receipts are those of the till made from opened_at to closed_at, both included, whenever they
-- arrive: sales do not know of shifts. The next shift begins later than closed_at, so no receipt is in two.
-- z_report: the figures as they stood at the close, which later receipts do not change.
CREATE TABLE pos.shift (
    id uuid PRIMARY KEY,
    device_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    cashier text,
    currency text NOT NULL,
    opening_cash bigint NOT NULL CHECK (opening_cash >= 0),
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    z_number int CHECK (z_number > 0),
    counted_cash bigint CHECK (counted_cash >= 0),
    z_report jsonb,
    created_at timestamptz NOT NULL,
    CHECK (closed_at >= opened_at),
    CHECK (num_nonnulls(closed_at, z_number, counted_cash, z_report) IN (0, 4))
);
CREATE UNIQUE INDEX shift_open ON pos.shift (device_id) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX shift_z ON pos.shift (device_id, z_number);
CREATE INDEX shift_shop ON pos.shift (shop_id, opened_at, id);

-- Cash put into a till or taken out. The till numbers its operations, so that none counts twice.
CREATE TABLE pos.cash_operation (
    device_id uuid NOT NULL,
    number text NOT NULL,
    id uuid NOT NULL,
    shift_id uuid NOT NULL REFERENCES pos.shift,
    type text NOT NULL CHECK (type IN ('in', 'out')),
    amount bigint NOT NULL CHECK (amount > 0),
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (device_id, number)
);
CREATE INDEX cash_operation_shift ON pos.cash_operation (shift_id);

-- Sums of a shop's receipts by the day they were made. Amounts in minor units, items_sold in thousandths of pieces or
-- kilograms. late_receipts: those that arrived on a later day than they were made.
CREATE TABLE pos.summary_daily (
    shop_id uuid NOT NULL,
    day date NOT NULL,
    currency text NOT NULL,
    sales bigint NOT NULL,
    sales_total bigint NOT NULL,
    refunds bigint NOT NULL,
    refunds_total bigint NOT NULL,
    voids bigint NOT NULL,
    voids_total bigint NOT NULL,
    refund_voids bigint NOT NULL,
    refund_voids_total bigint NOT NULL,
    cash bigint NOT NULL,
    card bigint NOT NULL,
    qr bigint NOT NULL,
    other bigint NOT NULL,
    items_sold bigint NOT NULL,
    discounts bigint NOT NULL,
    late_receipts bigint NOT NULL,
    late_total bigint NOT NULL,
    PRIMARY KEY (shop_id, day, currency)
) WITH (fillfactor = 70);

-- Receipts of before. What the outbox still holds is counted by the consumer, which begins at its start.
INSERT INTO pos.summary_daily
SELECT shop_id, day, currency, sum(sales), sum(sales_total), sum(refunds), sum(refunds_total), sum(voids),
       sum(voids_total), sum(refund_voids), sum(refund_voids_total), sum(cash), sum(card), sum(qr), sum(other),
       sum(items_sold), sum(discounts), sum(late_receipts), sum(late_total)
FROM pos.receipt_effect
WHERE id NOT IN (
    SELECT (payload ->> 'sale_id')::uuid FROM platform.outbox WHERE name = 'pos.sale_recorded.v1'
)
GROUP BY shop_id, day, currency;

-- version: counts reports whose difference is another. reported_at: when the till counted, by its clock.
-- muted: a person has seen this very difference and wants to hear no more of it (until muted_until, null: for good).
ALTER TABLE pos.discrepancy
    ADD COLUMN version int NOT NULL DEFAULT 1,
    ADD COLUMN reported_at timestamptz,
    ADD COLUMN resolution text CHECK (resolution IN ('agreed', 'accept_reported', 'keep_ours', 'ignore')),
    ADD COLUMN resolved_by uuid,
    ADD COLUMN note text,
    ADD COLUMN muted boolean NOT NULL DEFAULT false,
    ADD COLUMN muted_until timestamptz;
UPDATE pos.discrepancy SET resolution = 'agreed' WHERE resolved_at IS NOT NULL;
CREATE INDEX discrepancy_muted ON pos.discrepancy (variant_id, kind) WHERE muted;
CREATE INDEX discrepancy_kept ON pos.discrepancy (shop_id, resolved_at) WHERE resolution = 'keep_ours';

CREATE INDEX sync_log_created ON pos.sync_log (created_at);
