-- Tills, their signs of life, and the receipts they send.
CREATE SCHEMA pos;

-- A till. `secret` is sealed with the installation's key; the token is kept as a hash only.
-- alive_at: the last heartbeat that said "active"; null once the till said that it closes.
CREATE TABLE pos.device (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL,
    name text NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    secret bytea NOT NULL,
    status text NOT NULL CHECK (status IN ('registered', 'active', 'closed', 'revoked')),
    firmware_version text,
    last_heartbeat_at timestamptz,
    alive_at timestamptz,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX device_shop ON pos.device (shop_id);

-- A shop's sign of life: the best of its tills. `pos_status` is what was published last, not what decides.
-- No index on the times: every heartbeat changes them, and a scan of one small row per shop is cheap.
CREATE TABLE pos.shop_presence (
    shop_id uuid PRIMARY KEY,
    pos_status text NOT NULL CHECK (pos_status IN ('pos_active', 'pos_offline')),
    last_heartbeat_at timestamptz,
    alive_at timestamptz,
    changed_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE pos.sync_log (
    id uuid PRIMARY KEY,
    device_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('registered', 'revoked', 'online', 'closed', 'bulk', 'rejected')),
    message text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX sync_log_device ON pos.sync_log (device_id, created_at);

-- What a till reported and what we hold, while they differ. Stock in thousandths, prices in minor units.
CREATE TABLE pos.discrepancy (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('stock', 'price')),
    device_id uuid NOT NULL,
    reported bigint NOT NULL,
    ours bigint NOT NULL,
    opened_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    resolved_at timestamptz
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX discrepancy_open ON pos.discrepancy (variant_id, kind) WHERE resolved_at IS NULL;
CREATE INDEX discrepancy_shop ON pos.discrepancy (shop_id, opened_at);

-- Every receipt number ever used by a till: kept for ever, so that no receipt counts twice. It also leads to the
-- sale's partition, and a void marks it.
CREATE TABLE pos.receipt_key (
    device_id uuid NOT NULL,
    receipt_number text NOT NULL,
    sale_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    sold_at timestamptz NOT NULL,
    voided_by uuid,
    PRIMARY KEY (device_id, receipt_number)
) WITH (fillfactor = 95);
CREATE INDEX receipt_key_shop ON pos.receipt_key (shop_id, receipt_number);

CREATE TABLE pos.sale (
    id uuid NOT NULL,
    shop_id uuid NOT NULL,
    device_id uuid NOT NULL,
    receipt_number text NOT NULL,
    type text NOT NULL CHECK (type IN ('sale', 'refund', 'void')),
    original_sale_id uuid,
    payment text CHECK (payment IN ('cash', 'card', 'qr')),
    total bigint NOT NULL CHECK (total >= 0),
    currency text NOT NULL,
    sold_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (id, sold_at)
) PARTITION BY RANGE (sold_at);
CREATE INDEX sale_shop ON pos.sale (shop_id, sold_at);
CREATE INDEX sale_device ON pos.sale (device_id, sold_at);
CREATE TABLE pos.sale_default PARTITION OF pos.sale DEFAULT;

CREATE TABLE pos.sale_item (
    sale_id uuid NOT NULL,
    line smallint NOT NULL,
    shop_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    qty bigint NOT NULL CHECK (qty > 0),
    unit_price bigint NOT NULL CHECK (unit_price >= 0),
    discount bigint NOT NULL CHECK (discount >= 0),
    total_price bigint NOT NULL CHECK (total_price >= 0),
    type text NOT NULL CHECK (type IN ('sale', 'refund', 'void')),
    sold_at timestamptz NOT NULL,
    PRIMARY KEY (sale_id, line, sold_at)
) PARTITION BY RANGE (sold_at);
CREATE INDEX sale_item_variant ON pos.sale_item (variant_id, sold_at);
CREATE TABLE pos.sale_item_default PARTITION OF pos.sale_item DEFAULT;

-- What came back of a sale so far, by variant.
CREATE TABLE pos.sale_return (
    sale_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    qty bigint NOT NULL CHECK (qty >= 0),
    amount bigint NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (sale_id, variant_id)
);

-- Makes the monthly partitions of sales from the month of `today` on; returns how many are new. A month that already
-- has rows in the default partition keeps them there.
CREATE FUNCTION pos.make_partitions(today date, months int) RETURNS int
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
    parent text;
    first date;
    name text;
    taken boolean;
    made int := 0;
BEGIN
    FOREACH parent IN ARRAY ARRAY['sale', 'sale_item'] LOOP
        FOR i IN 0 .. months - 1 LOOP
            first := (date_trunc('month', today::timestamp) + make_interval(months => i))::date;
            name := parent || '_' || to_char(first, 'YYYY_MM');
            CONTINUE WHEN to_regclass('pos.' || name) IS NOT NULL;
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM pos.%I WHERE sold_at >= $1 AND sold_at < $2)',
                parent || '_default') INTO taken
                USING first::timestamp AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC';
            CONTINUE WHEN taken;
            EXECUTE format('CREATE TABLE pos.%I PARTITION OF pos.%I FOR VALUES FROM (%L) TO (%L)',
                name, parent, first || ' 00:00+00', (first + interval '1 month')::date || ' 00:00+00');
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;
