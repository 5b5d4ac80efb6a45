-- What an admin's console needs: blocked accounts, hidden categories, whose things an entry of the audit log is
-- about, names for dead letters, and the indexes of its lists.

ALTER TABLE identity.users
    ADD COLUMN blocked_at timestamptz,
    ADD COLUMN block_reason text,
    ADD CHECK ((blocked_at IS NULL) = (block_reason IS NULL)),
    ADD CHECK (blocked_at IS NULL OR kind = 'account');
ALTER TABLE identity.session DROP CONSTRAINT session_revoked_for_check;
ALTER TABLE identity.session ADD CONSTRAINT session_revoked_for_check
    CHECK (revoked_for IN ('signout', 'user', 'reuse', 'password', 'takeover', 'roles', 'factor', 'blocked')) NOT VALID;
ALTER TABLE identity.session VALIDATE CONSTRAINT session_revoked_for_check;
-- Accounts by part of a name, phone or address. Guests, which orders make, are not in it: they are found by phone.
CREATE INDEX users_words ON identity.users
    USING gin (lower(name || ' ' || coalesce(phone, '') || ' ' || coalesce(email, '')) gin_trgm_ops)
    WHERE kind = 'account';
-- Those who do more than buy.
CREATE INDEX users_working ON identity.users (id)
    WHERE kind = 'account' AND roles && ARRAY['cook', 'courier', 'support', 'admin'];

ALTER TABLE catalog.category ADD COLUMN is_hidden boolean NOT NULL DEFAULT false;

-- Whose things an entry is about; unset where they are the platform's or a buyer's own. Entries of before get it once,
-- as far as it is known: nothing that they say is changed.
ALTER TABLE audit.entry ADD COLUMN merchant_id uuid;
ALTER TABLE audit.entry DISABLE TRIGGER append_only;
UPDATE audit.entry e SET merchant_id = m.id
    FROM merchants.merchant m WHERE e.entity = 'merchant' AND e.entity_id = m.id::text;
UPDATE audit.entry e SET merchant_id = m.id
    FROM merchants.merchant m WHERE e.entity = 'staff' AND split_part(e.entity_id, ':', 1) = m.id::text;
UPDATE audit.entry e SET merchant_id = s.merchant_id
    FROM merchants.shop s WHERE e.entity = 'shop' AND e.entity_id = s.id::text;
UPDATE audit.entry e SET merchant_id = s.merchant_id
    FROM catalog.product p JOIN merchants.shop s ON s.id = p.shop_id
    WHERE e.entity = 'product' AND e.entity_id = p.id::text;
UPDATE audit.entry e SET merchant_id = s.merchant_id
    FROM catalog.variant v JOIN merchants.shop s ON s.id = v.shop_id
    WHERE e.entity = 'variant' AND e.entity_id = v.id::text;
UPDATE audit.entry e SET merchant_id = o.merchant_id
    FROM orders.order o WHERE e.entity = 'order' AND e.entity_id = o.id::text AND e.actor_role <> 'buyer';
UPDATE audit.entry e SET merchant_id = s.merchant_id
    FROM merchants.shop s WHERE e.entity = 'pos_device' AND e.after ->> 'shop_id' = s.id::text;
ALTER TABLE audit.entry ENABLE TRIGGER append_only;
CREATE INDEX entry_merchant ON audit.entry (merchant_id, id) WHERE merchant_id IS NOT NULL;

ALTER TABLE platform.dead_letter ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX dead_letter_id ON platform.dead_letter (id);
CREATE INDEX dead_letter_key ON platform.dead_letter (consumer, key, position);

CREATE INDEX merchant_unverified ON merchants.merchant (id) WHERE verified_at IS NULL;
CREATE INDEX merchant_payout_pending ON merchants.merchant (id) WHERE payout_status = 'pending';

CREATE INDEX order_phone ON orders.order (contact_phone, id);
-- Delivered and cancelled orders are most of all, so that a list of them is found without an index.
CREATE INDEX order_status ON orders.order (status, id) WHERE status NOT IN ('delivered', 'cancelled');
-- Orders of a day lie together.
CREATE INDEX order_created ON orders.order USING brin (created_at) WITH (pages_per_range = 32);

-- No time of a heartbeat is in these, so that heartbeats stay cheap.
CREATE INDEX device_active ON pos.device (id) WHERE status = 'active';
CREATE INDEX discrepancy_device ON pos.discrepancy (device_id) WHERE resolved_at IS NULL;

CREATE INDEX transfer_debit ON ledger.transfer (debit_account_id, id);
CREATE INDEX transfer_credit ON ledger.transfer (credit_account_id, id);

-- Goods that a seller has withdrawn, for his own list.
CREATE INDEX product_off_sale_shop ON catalog.product (shop_id, id) WHERE NOT is_active;
