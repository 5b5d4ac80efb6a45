-- What is sold: categories, products, their variants, prices and how they changed; search; runs of import.
CREATE SCHEMA catalog;

CREATE TABLE catalog.category (
    id uuid PRIMARY KEY,
    parent_id uuid REFERENCES catalog.category,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    sort int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    CHECK (parent_id <> id)
);
CREATE INDEX category_parent ON catalog.category (parent_id);

-- Where imported goods of an unknown category go.
INSERT INTO catalog.category (id, parent_id, slug, name, sort, created_at)
VALUES ('00000000-0000-7000-8000-000000000001', NULL, 'other', 'Прочее', 1000000, '2026-01-01T00:00:00Z');

-- Lower case, ё as е, and only letters and digits: documents and queries pass through it, so that "DRS-1001/M" is found.
CREATE FUNCTION catalog.plain(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT regexp_replace(translate(lower($1), 'ё', 'е'), '[^[:alnum:]]+', ' ', 'g') $$;

CREATE TABLE catalog.product (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL,
    category_id uuid NOT NULL REFERENCES catalog.category,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    picture text,
    is_active boolean NOT NULL DEFAULT true,
    version int NOT NULL DEFAULT 1,
    -- Which row of an import speaks for the product, and the key that holds the rows of one product together.
    lead_sku text NOT NULL,
    group_key text,
    -- SKUs, barcodes and attribute values of the variants, kept by the writers of variants.
    words text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    search tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('pg_catalog.russian', catalog.plain(name)), 'A')
        || setweight(to_tsvector('pg_catalog.simple', catalog.plain(name)), 'A')
        || setweight(to_tsvector('pg_catalog.russian', catalog.plain(words)), 'B')
        || setweight(to_tsvector('pg_catalog.simple', catalog.plain(words)), 'B')
        || setweight(to_tsvector('pg_catalog.russian', catalog.plain(description)), 'D')
    ) STORED
) WITH (fillfactor = 80);
CREATE INDEX product_shop ON catalog.product (shop_id, id);
CREATE INDEX product_category ON catalog.product (category_id, id);
CREATE INDEX product_search ON catalog.product USING gin (search);
CREATE UNIQUE INDEX product_group ON catalog.product (shop_id, group_key) WHERE group_key IS NOT NULL;

CREATE TABLE catalog.variant (
    id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES catalog.product,
    shop_id uuid NOT NULL,
    sku text NOT NULL,
    barcode text,
    attributes jsonb NOT NULL DEFAULT '{}',
    price bigint NOT NULL CHECK (price > 0),
    currency text NOT NULL CHECK (length(currency) = 3),
    unit text NOT NULL CHECK (unit IN ('pcs', 'kg')),
    is_active boolean NOT NULL DEFAULT true,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 75);
CREATE UNIQUE INDEX variant_sku ON catalog.variant (shop_id, sku);
CREATE UNIQUE INDEX variant_barcode ON catalog.variant (shop_id, barcode) WHERE barcode IS NOT NULL;
CREATE INDEX variant_product ON catalog.variant (product_id);
CREATE INDEX variant_changed ON catalog.variant (shop_id, updated_at, id);
-- Search by code over all shops.
CREATE INDEX variant_by_barcode ON catalog.variant (barcode) WHERE barcode IS NOT NULL;
CREATE INDEX variant_by_sku ON catalog.variant (lower(sku));

CREATE TABLE catalog.price_history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    variant_id uuid NOT NULL,
    old_price bigint NOT NULL,
    new_price bigint NOT NULL,
    currency text NOT NULL,
    source text NOT NULL CHECK (source IN ('pos', 'seller', 'import', 'rate')),
    reference text,
    at timestamptz NOT NULL
);
CREATE INDEX price_history_variant ON catalog.price_history (variant_id, id);

-- Numbers of our own EAN-13 (prefix 29, for use inside shops).
CREATE SEQUENCE catalog.internal_barcode AS bigint MINVALUE 1 MAXVALUE 9999999999;

-- Words of product names, to guess what a misspelt query means.
CREATE TABLE catalog.word (
    word text PRIMARY KEY
);
CREATE INDEX word_trigrams ON catalog.word USING gin (word gin_trgm_ops);

CREATE TABLE catalog.exchange_rate (
    currency text NOT NULL CHECK (length(currency) = 3),
    valid_from timestamptz NOT NULL,
    rate numeric(20, 8) NOT NULL CHECK (rate > 0),
    created_by uuid,
    PRIMARY KEY (currency, valid_from)
);

CREATE TABLE catalog.import_run (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL,
    actor_id uuid,
    format text NOT NULL CHECK (format IN ('csv', 'xlsx', 'yml')),
    file_ref text NOT NULL,
    file_name text,
    dry_run boolean NOT NULL,
    status text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    total int,
    processed int NOT NULL DEFAULT 0,
    created int NOT NULL DEFAULT 0,
    updated int NOT NULL DEFAULT 0,
    unchanged int NOT NULL DEFAULT 0,
    failed int NOT NULL DEFAULT 0,
    -- The first 1,000 faults and warnings; error_count has them all.
    errors jsonb NOT NULL DEFAULT '[]',
    error_count int NOT NULL DEFAULT 0,
    checkpoint jsonb,
    failure text,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX import_run_shop ON catalog.import_run (shop_id, id);
CREATE INDEX import_run_open ON catalog.import_run (id) WHERE status IN ('queued', 'running');
