-- Runs of import: one at a time in a shop, tried again when a worker dies, with the wishes of whoever started them.

-- Of runs that a worker has in hand while this is done, each is taken up again where it stands.
UPDATE catalog.import_run SET status = 'queued' WHERE status = 'running';

ALTER TABLE catalog.import_run
    -- When a worker last did something for the run; null until one has taken it up.
    ADD COLUMN touched_at timestamptz,
    -- How often a worker has taken the run up since it last got on.
    ADD COLUMN attempts int NOT NULL DEFAULT 0,
    -- Price of new goods that the file has none for, in minor units of the market's currency.
    ADD COLUMN default_price bigint CHECK (default_price > 0),
    -- Whether goods that were taken off sale come back when the file names them.
    ADD COLUMN revive boolean NOT NULL DEFAULT false;

CREATE UNIQUE INDEX import_run_running ON catalog.import_run (shop_id) WHERE status = 'running';
