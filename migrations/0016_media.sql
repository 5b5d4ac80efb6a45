-- Pictures that people upload: what was stored, who uploaded it, and what it hangs on.
CREATE SCHEMA media;

-- A stored picture, named by the SHA-256 of its bytes (hexadecimal): equal pictures are one file and one row. Its row is
-- what uploads and the sweep lock, so that nobody takes away files which somebody else has just been promised.
CREATE TABLE media.file (
    hash text PRIMARY KEY CHECK (hash ~ '^[0-9a-f]{64}$'),
    content_type text NOT NULL CHECK (content_type IN ('image/jpeg', 'image/webp')),
    size int NOT NULL CHECK (size > 0),
    width int NOT NULL CHECK (width > 0),
    height int NOT NULL CHECK (height > 0),
    -- Widths of the thumbnails that lie beside it.
    widths int[] NOT NULL,
    created_at timestamptz NOT NULL
);

-- pending: announced, its files are being written; ready: may be attached; deleting: nobody may use it any more.
-- An upload that hangs on nothing has a moment after which it is swept; an attached one has none.
CREATE TABLE media.upload (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    hash text NOT NULL REFERENCES media.file,
    status text NOT NULL CHECK (status IN ('pending', 'ready', 'deleting')),
    created_at timestamptz NOT NULL,
    attached_at timestamptz,
    expires_at timestamptz,
    CHECK ((attached_at IS NULL) <> (expires_at IS NULL)),
    CHECK (attached_at IS NULL OR status = 'ready')
) WITH (fillfactor = 80);
CREATE INDEX upload_hash ON media.upload (hash);
CREATE INDEX upload_due ON media.upload (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX upload_unused ON media.upload (owner_id) WHERE expires_at IS NOT NULL;
CREATE INDEX upload_deleting ON media.upload (hash) WHERE status = 'deleting';

-- What shows an upload (a product), and for whom (its merchant), whose staff may show it elsewhere, too.
CREATE TABLE media.attachment (
    holder_id uuid NOT NULL,
    media_id uuid NOT NULL REFERENCES media.upload,
    party_id uuid NOT NULL,
    PRIMARY KEY (holder_id, media_id)
);
CREATE INDEX attachment_media ON media.attachment (media_id);

-- The uploaded pictures of a product in order, with all that is needed to show them; the first one is its `picture`.
ALTER TABLE catalog.product ADD COLUMN pictures jsonb NOT NULL DEFAULT '[]';
