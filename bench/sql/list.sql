\set n random(0, :shops * :per_shop - 1)
SELECT p.id, p.name, p.picture, p.category_id, v.id, v.sku, v.barcode, v.attributes, v.price, v.currency, v.unit,
       s.on_hand, s.reserved
FROM bench.goods g
CROSS JOIN LATERAL (
    SELECT * FROM catalog.product q WHERE q.is_active AND q.shop_id = g.shop_id AND q.id < g.product_id
    ORDER BY q.id DESC LIMIT 24
) p
JOIN catalog.variant v ON v.product_id = p.id
JOIN inventory.stock s ON s.variant_id = v.id
WHERE g.n = :n;
