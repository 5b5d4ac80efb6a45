\set n random(0, :shops * :per_shop - 1)
BEGIN;
SELECT uuidv7() AS sale_id, g.device_id, g.shop_id, v.id AS variant_id, v.price AS price
FROM bench.goods g JOIN catalog.variant v ON v.shop_id = g.shop_id AND v.barcode = g.barcode
WHERE g.n = :n \gset
INSERT INTO pos.receipt_key (device_id, receipt_number, sale_id, shop_id, sold_at)
VALUES (:device_id::uuid, :sale_id, :sale_id::uuid, :shop_id::uuid, now());
UPDATE inventory.stock SET on_hand = on_hand - 1000, updated_at = now() WHERE variant_id = :variant_id::uuid;
INSERT INTO inventory.adjustment (id, variant_id, delta, cause, reference, created_at)
VALUES (uuidv7(), :variant_id::uuid, -1000, 'pos_sale', :sale_id::uuid, now());
INSERT INTO pos.sale (id, shop_id, device_id, receipt_number, type, payment, total, currency, sold_at, created_at)
VALUES (:sale_id::uuid, :shop_id::uuid, :device_id::uuid, :sale_id, 'sale', 'cash', :price::bigint, 'KGS', now(), now());
INSERT INTO pos.sale_item (sale_id, line, shop_id, variant_id, qty, unit_price, discount, total_price, type, sold_at)
VALUES (:sale_id::uuid, 0, :shop_id::uuid, :variant_id::uuid, 1000, :price::bigint, 0, :price::bigint, 'sale', now());
INSERT INTO platform.outbox (event_id, name, key, payload, occurred_at) VALUES
(uuidv7(), 'pos.sale_recorded.v1', :sale_id, json_build_object('sale_id', :sale_id::text, 'shop_id', :shop_id::text,
    'device_id', :device_id::text, 'total', :price::bigint), now()),
(uuidv7(), 'inventory.stock_changed.v1', :variant_id, json_build_object('variant_id', :variant_id::text, 'shop_id', :shop_id::text), now());
COMMIT;
