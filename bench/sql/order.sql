\set shop random(0, :shops - 1)
\set a random(0, :per_shop - 1)
\set b (:a + random(1, :per_shop - 1)) % :per_shop
\set lower :shop * :per_shop + least(:a, :b)
\set upper :shop * :per_shop + greatest(:a, :b)
BEGIN;
SELECT uuidv7() AS order_id, g.user_id, g.shop_id, g.merchant_id, v.id AS v1, w.id AS v2,
       v.product_id AS p1, w.product_id AS p2, v.sku AS sku1, w.sku AS sku2, p.name AS name1, q.name AS name2,
       v.price AS price1, w.price AS price2, v.price + w.price AS total
FROM bench.goods g JOIN bench.goods h ON h.n = :upper
JOIN catalog.variant v ON v.id = g.variant_id JOIN catalog.product p ON p.id = v.product_id
JOIN catalog.variant w ON w.id = h.variant_id JOIN catalog.product q ON q.id = w.product_id
WHERE g.n = :lower \gset
INSERT INTO platform.idempotency_key (scope, key, body_hash, status, body, created_at)
VALUES ('/api/v1/orders ' || :user_id, :order_id, sha256(:order_id::text::bytea), 201,
    convert_to(repeat('x', 900), 'UTF8'), now());
UPDATE inventory.stock SET reserved = reserved + 1000, updated_at = now()
WHERE variant_id = :v1::uuid AND on_hand - reserved >= 1000;
UPDATE inventory.stock SET reserved = reserved + 1000, updated_at = now()
WHERE variant_id = :v2::uuid AND on_hand - reserved >= 1000;
INSERT INTO inventory.reservation (order_id, variant_id, qty, status, expires_at, created_at)
VALUES (:order_id::uuid, :v1::uuid, 1000, 'active', now() + interval '30 minutes', now()),
       (:order_id::uuid, :v2::uuid, 1000, 'active', now() + interval '30 minutes', now());
INSERT INTO orders.order (id, number, version, user_id, shop_id, merchant_id, status, delivery_method, delivery,
    payment_method, contact_name, contact_phone, items_total, delivery_fee, total, currency, commission_bp,
    reserved_until, remind_at, created_at)
VALUES (:order_id::uuid, nextval('orders.order_number'), 1, :user_id::uuid, :shop_id::uuid, :merchant_id::uuid,
    'awaiting_payment', 'pickup', '{"method": "pickup"}', 'bank_qr', 'Айгуль', '+996555010203', :total::bigint, 0,
    :total::bigint, 'KGS', 0, now() + interval '30 minutes', now() + interval '20 minutes', now());
INSERT INTO orders.order_line (order_id, n, product_id, variant_id, sku, name, attributes, unit, qty_milli, unit_price,
    amount)
VALUES (:order_id::uuid, 1, :p1::uuid, :v1::uuid, :sku1, :name1, '{"size": "M", "color": "синий"}', 'pcs', 1000,
        :price1::bigint, :price1::bigint),
       (:order_id::uuid, 2, :p2::uuid, :v2::uuid, :sku2, :name2, '{"size": "M", "color": "синий"}', 'pcs', 1000,
        :price2::bigint, :price2::bigint);
INSERT INTO orders.history (order_id, n, at, actor_id, actor_role, action, to_status)
VALUES (:order_id::uuid, 1, now(), :user_id::uuid, 'buyer', 'placed', 'awaiting_payment');
INSERT INTO payments.payment (id, subject, subject_id, merchant_id, shop_id, amount, currency, method, commission_bp,
    acquiring_bp, status, created_at)
VALUES (uuidv7(), 'order', :order_id::uuid, :merchant_id::uuid, :shop_id::uuid, :total::bigint, 'KGS', 'bank_qr', 0, 0,
    'pending', now());
INSERT INTO platform.outbox (event_id, name, key, payload, occurred_at) VALUES
(uuidv7(), 'orders.order_placed.v1', :order_id, json_build_object('order_id', :order_id::text, 'user_id', :user_id::text,
    'shop_id', :shop_id::text, 'merchant_id', :merchant_id::text, 'total', :total::bigint, 'status', 'awaiting_payment'), now()),
(uuidv7(), 'inventory.stock_changed.v1', :v1, json_build_object('variant_id', :v1::text, 'shop_id', :shop_id::text), now()),
(uuidv7(), 'inventory.stock_changed.v1', :v2, json_build_object('variant_id', :v2::text, 'shop_id', :shop_id::text), now());
COMMIT;
