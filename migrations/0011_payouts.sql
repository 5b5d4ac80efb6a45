-- Money sent to sellers. The account's number itself stays with merchants, sealed.
CREATE SCHEMA payouts;

CREATE TABLE payouts.payout (
    id uuid PRIMARY KEY,
    merchant_id uuid NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    status text NOT NULL CHECK (status IN ('created', 'sent', 'paid', 'failed')),
    account text,
    bank_name text,
    attempts int NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    failures_before int NOT NULL DEFAULT 0,
    bank_reference text,
    failure text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    paid_at timestamptz
) WITH (fillfactor = 75);
CREATE INDEX payout_merchant ON payouts.payout (merchant_id, id);
-- created: send at this time; sent: ask at this time; failed: pay again at this time. Unset when nothing is due.
CREATE INDEX payout_due ON payouts.payout (status, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
