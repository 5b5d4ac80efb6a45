\set n random(0, :shops * :per_shop - 1)
SELECT p.id, p.name, p.description, p.picture, p.category_id, p.is_active, p.version, p.updated_at,
       v.id, v.sku, v.barcode, v.attributes, v.price, v.currency, v.unit, v.version,
       s.on_hand, s.reserved
FROM bench.goods g
JOIN catalog.product p ON p.id = g.product_id
JOIN catalog.variant v ON v.product_id = p.id
JOIN inventory.stock s ON s.variant_id = v.id
WHERE g.n = :n;
