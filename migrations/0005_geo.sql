-- Places that group shops: bazaars, malls, streets.
CREATE SCHEMA geo;

CREATE TABLE geo.place (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('bazaar', 'mall', 'street', 'district')),
    address text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    radius_m int NOT NULL CHECK (radius_m > 0),
    created_at timestamptz NOT NULL
);
CREATE INDEX place_point ON geo.place (lat, lon);
