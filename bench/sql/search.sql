\set n random(0, :shops * :per_shop - 1)
SELECT p.id, p.name, p.rank, v.id, v.sku, v.attributes, v.price, s.on_hand, s.reserved
FROM bench.goods g
CROSS JOIN LATERAL (
    SELECT q.id, q.name, ts_rank(q.search, w.words) AS rank
    FROM plainto_tsquery('pg_catalog.russian', g.words) AS w(words), catalog.product q
    WHERE q.is_active AND q.search @@ w.words
    ORDER BY rank DESC, q.id DESC LIMIT 24
) p
JOIN catalog.variant v ON v.product_id = p.id
JOIN inventory.stock s ON s.variant_id = v.id
WHERE g.n = :n;
