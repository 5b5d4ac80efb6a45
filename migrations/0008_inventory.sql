-- What lies in each shop, what of it is promised to orders, and every change with its cause.
-- Quantities are thousandths of the unit of sale.
CREATE SCHEMA inventory;

-- One row per variant (a variant belongs to one shop). Hot: no index on anything that changes, so updates stay HOT.
CREATE TABLE inventory.stock (
    variant_id uuid PRIMARY KEY,
    product_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    on_hand bigint NOT NULL DEFAULT 0,
    reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    low_stock bigint CHECK (low_stock >= 0),
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX stock_shop ON inventory.stock (shop_id);
CREATE INDEX stock_low ON inventory.stock (shop_id) WHERE low_stock IS NOT NULL;

-- Append-only. The sum of a variant's deltas is its on_hand.
CREATE TABLE inventory.adjustment (
    id uuid NOT NULL,
    variant_id uuid NOT NULL,
    delta bigint NOT NULL CHECK (delta <> 0),
    cause text NOT NULL CHECK (cause IN (
        'opening', 'pos_sale', 'pos_refund', 'pos_void', 'order_handover', 'order_return',
        'goods_in', 'stocktake', 'write_off', 'import', 'manual')),
    reference uuid,
    actor_id uuid,
    note text,
    unit_cost bigint CHECK (unit_cost >= 0),
    supplier text,
    created_at timestamptz NOT NULL
) PARTITION BY RANGE (created_at);
CREATE INDEX adjustment_variant ON inventory.adjustment (variant_id, created_at);
CREATE TABLE inventory.adjustment_default PARTITION OF inventory.adjustment DEFAULT;

CREATE FUNCTION inventory.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'inventory.adjustment is append-only';
END
$$;
CREATE TRIGGER adjustment_append_only BEFORE UPDATE OR DELETE ON inventory.adjustment
    FOR EACH ROW EXECUTE FUNCTION inventory.refuse_change();

-- Makes the monthly partitions from the month of `today` on; returns how many are new. A month that already has rows
-- in the default partition keeps them there: moving them would lock the table for the time of a copy.
CREATE FUNCTION inventory.make_partitions(today date, months int) RETURNS int
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
    first date;
    name text;
    taken boolean;
    made int := 0;
BEGIN
    FOR i IN 0 .. months - 1 LOOP
        first := (date_trunc('month', today::timestamp) + make_interval(months => i))::date;
        name := 'adjustment_' || to_char(first, 'YYYY_MM');
        CONTINUE WHEN to_regclass('inventory.' || name) IS NOT NULL;
        SELECT EXISTS (
            SELECT 1 FROM inventory.adjustment_default
            WHERE created_at >= first::timestamp AT TIME ZONE 'UTC'
              AND created_at < (first + interval '1 month') AT TIME ZONE 'UTC'
        ) INTO taken;
        CONTINUE WHEN taken;
        EXECUTE format(
            'CREATE TABLE inventory.%I PARTITION OF inventory.adjustment FOR VALUES FROM (%L) TO (%L)',
            name, first || ' 00:00+00', (first + interval '1 month')::date || ' 00:00+00');
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- What orders hold. `active` rows add up to stock.reserved.
CREATE TABLE inventory.reservation (
    order_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    qty bigint NOT NULL CHECK (qty > 0),
    status text NOT NULL CHECK (status IN ('active', 'released', 'handed_over', 'returned')),
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (order_id, variant_id)
) WITH (fillfactor = 80);
CREATE INDEX reservation_active ON inventory.reservation (variant_id) WHERE status = 'active';
