\set n random(0, :shops - 1) * :per_shop
BEGIN;
SELECT g.device_id, g.shop_id FROM bench.goods g WHERE g.n = :n \gset
SELECT pos_status, last_heartbeat_at, alive_at FROM pos.shop_presence WHERE shop_id = :shop_id::uuid FOR UPDATE;
UPDATE pos.device SET last_heartbeat_at = now(), alive_at = now(), status = 'active' WHERE id = :device_id::uuid;
UPDATE pos.shop_presence SET pos_status = 'pos_active', last_heartbeat_at = now(), alive_at = now()
WHERE shop_id = :shop_id::uuid;
COMMIT;
