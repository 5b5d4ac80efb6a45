-- What every process stands on: events, consumers' positions, idempotency keys, facts about the installation.
CREATE SCHEMA platform;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

-- The outbox. Read by position; partitions of a day are dropped whole when they are old.
CREATE TABLE platform.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY,
    event_id uuid NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    payload json NOT NULL,
    occurred_at timestamptz NOT NULL,
    request_id text
) PARTITION BY RANGE (occurred_at);
CREATE INDEX outbox_id ON platform.outbox (id);
CREATE TABLE platform.outbox_default PARTITION OF platform.outbox DEFAULT;

-- Where each consumer stands; gaps[i] may still appear while a transaction older than horizons[i] runs.
CREATE TABLE platform.consumer (
    name text PRIMARY KEY,
    last bigint NOT NULL DEFAULT 0,
    gaps bigint[] NOT NULL DEFAULT '{}',
    horizons bigint[] NOT NULL DEFAULT '{}',
    moved_at timestamptz
) WITH (fillfactor = 50);

CREATE TABLE platform.dead_letter (
    consumer text NOT NULL,
    position bigint NOT NULL,
    event_id uuid NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    payload json NOT NULL,
    occurred_at timestamptz NOT NULL,
    request_id text,
    error text NOT NULL,
    attempts int NOT NULL,
    parked_at timestamptz NOT NULL,
    PRIMARY KEY (consumer, event_id)
);
CREATE INDEX dead_letter_order ON platform.dead_letter (consumer, position);

CREATE TABLE platform.idempotency_key (
    scope text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    status int NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_key_created ON platform.idempotency_key USING brin (created_at);

-- Facts about this installation: name -> value.
CREATE TABLE platform.fact (
    name text PRIMARY KEY,
    value text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Signs of life of workers, for /readyz.
CREATE TABLE platform.worker (
    name text PRIMARY KEY,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
) WITH (fillfactor = 50);
