-- Call-back requests: a buyer asks whether goods are available, the shop's staff call and note what came of it.
CREATE SCHEMA inquiries;

CREATE TABLE inquiries.availability_request (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid,
    name text NOT NULL,
    phone text NOT NULL,
    comment text,
    status text NOT NULL CHECK (status IN ('open', 'answered')),
    outcome text CHECK (outcome IN ('in_stock', 'out_of_stock', 'not_reached')),
    -- What the staff noted for themselves.
    note text,
    created_at timestamptz NOT NULL,
    answered_at timestamptz,
    answered_by uuid,
    CHECK ((status = 'answered') = (outcome IS NOT NULL)),
    CHECK ((status = 'answered') = (answered_at IS NOT NULL)),
    CHECK ((status = 'answered') = (answered_by IS NOT NULL)),
    CHECK (note IS NULL OR status = 'answered')
) WITH (fillfactor = 80);
-- A phone asks about a product once until it is answered.
CREATE UNIQUE INDEX availability_request_open ON inquiries.availability_request (product_id, phone)
    WHERE status = 'open';
CREATE INDEX availability_request_shop ON inquiries.availability_request (shop_id, status, id);
