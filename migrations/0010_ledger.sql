-- Double-entry book-keeping in minor units. Every transfer debits one account and credits another of the same
-- currency, so that a currency's debits equal its credits by construction.
CREATE SCHEMA ledger;

-- Accounts with their running totals. The platform's own accounts have the nil UUID as owner and several shards, whose
-- sum is the account; merchants' accounts have shard 0 only. No index holds the totals, so updates stay HOT.
CREATE TABLE ledger.account (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'acquirer_receivable', 'bank', 'merchant_payable', 'payout_transit', 'refunds_payable', 'platform_revenue',
        'acquiring_fees'
    )),
    currency text NOT NULL,
    shard smallint NOT NULL DEFAULT 0,
    debits bigint NOT NULL DEFAULT 0 CHECK (debits >= 0),
    credits bigint NOT NULL DEFAULT 0 CHECK (credits >= 0),
    created_at timestamptz NOT NULL,
    UNIQUE (owner_id, kind, currency, shard)
) WITH (fillfactor = 70);

-- No foreign keys: accounts are never deleted, ids come from the same transaction, and an invariant checks them.
CREATE TABLE ledger.transfer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    debit_account_id bigint NOT NULL,
    credit_account_id bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    reference uuid NOT NULL,
    created_at timestamptz NOT NULL,
    CHECK (debit_account_id <> credit_account_id),
    CONSTRAINT transfer_once UNIQUE (reference, kind)
);

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger.transfer is append-only: post a reversing transfer instead'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.transfer
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
