-- The second factor that sellers and admins must have; staff with roles per shop, invited by phone or e-mail; keys of
-- partners' programs.

-- Kept by the domains that give rights which need a second factor; roles of the platform count by themselves.
ALTER TABLE identity.users ADD COLUMN second_factor_demanded boolean NOT NULL DEFAULT false;
UPDATE identity.users SET second_factor_demanded = true WHERE id IN (SELECT user_id FROM merchants.staff);

ALTER TABLE identity.session DROP CONSTRAINT session_revoked_for_check;
ALTER TABLE identity.session ADD CONSTRAINT session_revoked_for_check
    CHECK (revoked_for IN ('signout', 'user', 'reuse', 'password', 'takeover', 'roles', 'factor')) NOT VALID;
ALTER TABLE identity.session VALIDATE CONSTRAINT session_revoked_for_check;

-- A row is one role of a person: in all shops (shop_ids NULL) or in some. Several rows are several roles.
ALTER TABLE merchants.staff DROP CONSTRAINT staff_pkey;
ALTER TABLE merchants.staff ADD PRIMARY KEY (user_id, merchant_id, role);
DROP INDEX merchants.staff_one_owner;
ALTER TABLE merchants.staff ADD CHECK (cardinality(shop_ids) > 0) NOT VALID;
ALTER TABLE merchants.staff ADD CHECK (role <> 'owner' OR shop_ids IS NULL) NOT VALID;
CREATE UNIQUE INDEX staff_whole ON merchants.staff (user_id, merchant_id) WHERE shop_ids IS NULL;

-- Only a hash of the code is kept. An invitation is open while it is neither accepted nor withdrawn nor expired.
CREATE TABLE merchants.staff_invitation (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL REFERENCES merchants.merchant,
    channel text NOT NULL CHECK (channel IN ('sms', 'email')),
    recipient text NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'manager', 'cashier', 'storekeeper', 'accountant')),
    shop_ids uuid[] CHECK (cardinality(shop_ids) > 0),
    code_hash bytea NOT NULL UNIQUE,
    invited_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    accepted_by uuid,
    withdrawn_at timestamptz,
    CHECK (role <> 'owner' OR shop_ids IS NULL)
) WITH (fillfactor = 80);
CREATE INDEX staff_invitation_merchant ON merchants.staff_invitation (merchant_id, id);

-- A partner's key. Its secrets lie apart: after a rotation the former one may work for a while.
CREATE TABLE merchants.api_key (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL REFERENCES merchants.merchant,
    name text NOT NULL,
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    shop_ids uuid[] CHECK (cardinality(shop_ids) > 0),
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX api_key_merchant ON merchants.api_key (merchant_id, id);

-- prefix is the secret's beginning, to recognise it by; valid_until NULL: until it is replaced.
CREATE TABLE merchants.api_key_secret (
    hash bytea PRIMARY KEY,
    key_id uuid NOT NULL REFERENCES merchants.api_key,
    prefix text NOT NULL,
    created_at timestamptz NOT NULL,
    valid_until timestamptz
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX api_key_secret_current ON merchants.api_key_secret (key_id) WHERE valid_until IS NULL;
CREATE INDEX api_key_secret_key ON merchants.api_key_secret (key_id);
