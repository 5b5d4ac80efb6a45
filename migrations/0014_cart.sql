-- Carts of users and guests. A cart belongs to one user or to one token, never to both.
CREATE SCHEMA cart;

CREATE TABLE cart.cart (
    id uuid PRIMARY KEY,
    user_id uuid,
    token_hash bytea,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((user_id IS NULL) <> (token_hash IS NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX cart_user ON cart.cart (user_id) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX cart_token ON cart.cart (token_hash) WHERE token_hash IS NOT NULL;

CREATE TABLE cart.item (
    cart_id uuid NOT NULL REFERENCES cart.cart ON DELETE CASCADE,
    variant_id uuid NOT NULL,
    qty_milli bigint NOT NULL CHECK (qty_milli > 0),
    -- The unit price that the buyer saw when the quantity was last set, to tell when it has changed.
    seen_price bigint NOT NULL CHECK (seen_price >= 0),
    seen_currency text NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (cart_id, variant_id)
) WITH (fillfactor = 80);
