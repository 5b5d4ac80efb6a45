-- Payments by buyers, what acquirers said of them, and refunds. No card data anywhere.
CREATE SCHEMA payments;

CREATE TABLE payments.payment (
    id uuid PRIMARY KEY,
    subject text NOT NULL CHECK (subject IN ('order', 'bill')),
    subject_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    method text NOT NULL CHECK (method IN (
        'card', 'bank_qr', 'cash_on_receipt', 'terminal_on_receipt', 'card_transfer'
    )),
    status text NOT NULL CHECK (status IN ('pending', 'authorized', 'captured', 'voided', 'refunded', 'failed')),
    commission_bp int NOT NULL CHECK (commission_bp BETWEEN 0 AND 10000),
    acquiring_bp int NOT NULL CHECK (acquiring_bp BETWEEN 0 AND 10000),
    provider text,
    provider_payment_id text,
    redirect_url text,
    opened_at timestamptz,
    next_check_at timestamptz,
    checks int NOT NULL DEFAULT 0,
    void_due_at timestamptz,
    void_attempts int NOT NULL DEFAULT 0,
    captured_at timestamptz,
    refunded_at timestamptz,
    failure text,
    problem text,
    created_at timestamptz NOT NULL,
    CHECK ((provider IS NULL) = (provider_payment_id IS NULL))
) WITH (fillfactor = 75);
CREATE INDEX payment_subject ON payments.payment (subject_id);
CREATE UNIQUE INDEX payment_provider_id ON payments.payment (provider_payment_id, provider)
    WHERE provider_payment_id IS NOT NULL;
-- Unset when nothing is due, so that these two stay small.
CREATE INDEX payment_check_due ON payments.payment (next_check_at) WHERE next_check_at IS NOT NULL;
CREATE INDEX payment_void_due ON payments.payment (void_due_at) WHERE void_due_at IS NOT NULL;

-- Every answer of an acquirer, believed or not.
CREATE TABLE payments.provider_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payment_id uuid,
    provider text,
    provider_payment_id text,
    source text NOT NULL CHECK (source IN ('webhook', 'poll')),
    status text,
    amount bigint,
    currency text,
    verdict text NOT NULL CHECK (verdict IN (
        'applied', 'duplicate', 'amount_mismatch', 'currency_mismatch', 'unknown_payment', 'foreign_payment_id',
        'bad_signature', 'ignored'
    )),
    detail text,
    received_at timestamptz NOT NULL
);
CREATE INDEX provider_event_payment ON payments.provider_event (payment_id, id) WHERE payment_id IS NOT NULL;

CREATE TABLE payments.refund (
    id uuid PRIMARY KEY,
    payment_id uuid NOT NULL REFERENCES payments.payment (id),
    amount bigint NOT NULL CHECK (amount > 0),
    status text NOT NULL CHECK (status IN ('requested', 'sent', 'done', 'failed')),
    reason text NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    accepted_at timestamptz,
    failure text,
    created_at timestamptz NOT NULL,
    done_at timestamptz
) WITH (fillfactor = 75);
-- Full refunds only: at most one that did not fail.
CREATE UNIQUE INDEX refund_of_payment ON payments.refund (payment_id) WHERE status <> 'failed';
CREATE INDEX refund_due ON payments.refund (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
