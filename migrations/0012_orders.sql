-- Orders: what was bought, for whom, how it is delivered and where it stands. Rows are never deleted.
-- Lines and history have no foreign keys: they are written in the statement that writes their order, and each key
-- check would cost a lock on the hot path; the module's checks look for strays instead.
CREATE SCHEMA orders;

CREATE SEQUENCE orders.order_number;

CREATE TABLE orders.order (
    id uuid PRIMARY KEY,
    number bigint NOT NULL,
    version int NOT NULL,
    user_id uuid NOT NULL,
    guest_token_hash bytea,
    shop_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN (
        'awaiting_confirmation', 'awaiting_payment', 'awaiting_shipment', 'awaiting_shipment_cod', 'cooking',
        'ready_for_pickup', 'pickup_expired', 'shipped', 'delivering', 'delivered', 'cancelled', 'returned')),
    delivery_method text NOT NULL CHECK (delivery_method IN (
        'pickup', 'courier', 'carrier_branch', 'carrier_door', 'post')),
    delivery jsonb NOT NULL,
    payment_method text NOT NULL CHECK (payment_method IN (
        'card', 'bank_qr', 'cash_on_receipt', 'terminal_on_receipt', 'card_transfer')),
    contact_name text NOT NULL,
    contact_phone text NOT NULL,
    contact_email text,
    comment text,
    items_total bigint NOT NULL CHECK (items_total >= 0),
    delivery_fee bigint NOT NULL CHECK (delivery_fee >= 0),
    total bigint NOT NULL CHECK (total = items_total + delivery_fee),
    currency text NOT NULL,
    commission_bp int NOT NULL CHECK (commission_bp BETWEEN 0 AND 10000),
    -- Until when the goods are kept; while the order awaits payment or confirmation it is cancelled then.
    reserved_until timestamptz,
    remind_at timestamptz,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    paid_at timestamptz,
    cooking_at timestamptz,
    ready_at timestamptz,
    shipped_at timestamptz,
    delivered_at timestamptz,
    cancelled_at timestamptz,
    cancel_reason text,
    needs_attention text,
    CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
    CHECK (status <> 'cancelled' OR cancel_reason IS NOT NULL)
) WITH (fillfactor = 75);
CREATE UNIQUE INDEX order_number_key ON orders.order (number);
CREATE INDEX order_user ON orders.order (user_id, id DESC);
CREATE INDEX order_shop ON orders.order (shop_id, id DESC);
CREATE INDEX order_due ON orders.order (reserved_until)
    WHERE status IN ('awaiting_payment', 'awaiting_confirmation');
CREATE INDEX order_pickup_due ON orders.order (reserved_until) WHERE status = 'ready_for_pickup';
CREATE INDEX order_pickup_shop ON orders.order (shop_id, id) WHERE status IN ('ready_for_pickup', 'pickup_expired');
CREATE INDEX order_reminder ON orders.order (remind_at) WHERE remind_at IS NOT NULL;

CREATE TABLE orders.order_line (
    order_id uuid NOT NULL,
    n int NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid,
    sku text,
    name text NOT NULL,
    attributes jsonb NOT NULL,
    unit text NOT NULL CHECK (unit IN ('pcs', 'kg')),
    qty_milli bigint NOT NULL CHECK (qty_milli > 0),
    unit_price bigint NOT NULL CHECK (unit_price >= 0),
    amount bigint NOT NULL CHECK (amount >= 0),
    note text,
    PRIMARY KEY (order_id, n)
);

-- Every change with who, when and what; `n` is the version that the change made.
CREATE TABLE orders.history (
    order_id uuid NOT NULL,
    n int NOT NULL,
    at timestamptz NOT NULL,
    actor_id uuid,
    actor_role text NOT NULL,
    action text NOT NULL,
    from_status text,
    to_status text NOT NULL,
    comment text,
    before jsonb,
    after jsonb,
    PRIMARY KEY (order_id, n)
);

-- What a shop offers at checkout; rows without a shop are the defaults, a shop's own row replaces the default of
-- its method.
CREATE TABLE orders.delivery_option (
    shop_id uuid,
    method text NOT NULL CHECK (method IN ('pickup', 'courier', 'carrier_branch', 'carrier_door', 'post')),
    enabled boolean NOT NULL DEFAULT true,
    fee bigint NOT NULL DEFAULT 0 CHECK (fee >= 0),
    payment_methods text[] NOT NULL,
    countries text[] NOT NULL DEFAULT '{KG}',
    UNIQUE NULLS NOT DISTINCT (shop_id, method),
    CHECK (payment_methods <@ ARRAY['card', 'bank_qr', 'cash_on_receipt', 'terminal_on_receipt', 'card_transfer'])
);
INSERT INTO orders.delivery_option (shop_id, method, payment_methods) VALUES
    (NULL, 'pickup', '{cash_on_receipt,terminal_on_receipt,card,bank_qr}'),
    (NULL, 'courier', '{cash_on_receipt,terminal_on_receipt,card,bank_qr,card_transfer}'),
    (NULL, 'carrier_branch', '{cash_on_receipt,terminal_on_receipt,card,bank_qr,card_transfer}'),
    (NULL, 'carrier_door', '{card_transfer,card,bank_qr}'),
    (NULL, 'post', '{card}');
