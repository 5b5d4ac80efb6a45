-- Sellers, their shops and staff. Payout account numbers are sealed (AES-256-GCM); only the last four digits are plain.
CREATE SCHEMA merchants;

CREATE TABLE merchants.merchant (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    verified_at timestamptz,
    verified_by uuid,
    payout_status text NOT NULL DEFAULT 'none' CHECK (payout_status IN ('none', 'pending', 'active', 'suspended')),
    payout_account_sealed bytea,
    payout_account_last4 text,
    payout_bank_name text,
    eligibility_mode text NOT NULL DEFAULT 'pos' CHECK (eligibility_mode IN ('pos', 'manual', 'hybrid')),
    price_master text NOT NULL DEFAULT 'pos' CHECK (price_master IN ('pos', 'platform')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (payout_status = 'none' OR payout_account_sealed IS NOT NULL)
) WITH (fillfactor = 80);
CREATE INDEX merchant_owner ON merchants.merchant (owner_id);

CREATE TABLE merchants.shop (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL REFERENCES merchants.merchant,
    place_id uuid REFERENCES geo.place,
    name text NOT NULL,
    address text NOT NULL,
    phone text NOT NULL,
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    hours jsonb NOT NULL DEFAULT '{}',
    photos jsonb NOT NULL DEFAULT '[]',
    -- NULL: as the merchant says.
    price_master text CHECK (price_master IN ('pos', 'platform')),
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX shop_merchant ON merchants.shop (merchant_id);
CREATE INDEX shop_place ON merchants.shop (place_id, id) WHERE place_id IS NOT NULL;
CREATE INDEX shop_point ON merchants.shop (lat, lon) WHERE is_active;

-- Who works for a merchant. shop_ids NULL: all shops. The owner stands here too, so that access is one look-up.
CREATE TABLE merchants.staff (
    merchant_id uuid NOT NULL REFERENCES merchants.merchant,
    user_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'manager', 'cashier', 'storekeeper', 'accountant')),
    shop_ids uuid[],
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, merchant_id)
);
CREATE INDEX staff_merchant ON merchants.staff (merchant_id);
CREATE UNIQUE INDEX staff_one_owner ON merchants.staff (merchant_id) WHERE role = 'owner';
