CREATE SCHEMA audit;

CREATE SCHEMA cart;

CREATE SCHEMA catalog;

CREATE SCHEMA geo;

CREATE SCHEMA identity;

CREATE SCHEMA inquiries;

CREATE SCHEMA inventory;

CREATE SCHEMA jobs;

CREATE SCHEMA ledger;

CREATE SCHEMA media;

CREATE SCHEMA merchants;

CREATE SCHEMA orders;

CREATE SCHEMA payments;

CREATE SCHEMA payouts;

CREATE SCHEMA platform;

CREATE SCHEMA pos;

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';

CREATE TYPE jobs.pgqueuer_status AS ENUM (
    'queued',
    'picked',
    'successful',
    'exception',
    'canceled',
    'deleted',
    'failed'
);

CREATE FUNCTION audit.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'audit.entry is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE FUNCTION catalog.plain(text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$ SELECT regexp_replace(translate(lower($1), 'ё', 'е'), '[^[:alnum:]]+', ' ', 'g') $_$;

CREATE FUNCTION inventory.make_partitions(today date, months integer) RETURNS integer
    LANGUAGE plpgsql
    SET lock_timeout TO '2s'
    AS $$
DECLARE
    first date;
    name text;
    taken boolean;
    made int := 0;
BEGIN
    FOR i IN 0 .. months - 1 LOOP
        first := (date_trunc('month', today::timestamp) + make_interval(months => i))::date;
        name := 'adjustment_' || to_char(first, 'YYYY_MM');
        CONTINUE WHEN to_regclass('inventory.' || name) IS NOT NULL;
        SELECT EXISTS (
            SELECT 1 FROM inventory.adjustment_default
            WHERE created_at >= first::timestamp AT TIME ZONE 'UTC'
              AND created_at < (first + interval '1 month') AT TIME ZONE 'UTC'
        ) INTO taken;
        CONTINUE WHEN taken;
        EXECUTE format(
            'CREATE TABLE inventory.%I PARTITION OF inventory.adjustment FOR VALUES FROM (%L) TO (%L)',
            name, first || ' 00:00+00', (first + interval '1 month')::date || ' 00:00+00');
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

CREATE FUNCTION inventory.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'inventory.adjustment is append-only';
END
$$;

CREATE FUNCTION jobs.fn_pgqueuer_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    to_emit BOOLEAN := false;  -- Flag to decide whether to emit a notification
BEGIN
    -- Check operation type and set the emit flag accordingly
    IF TG_OP = 'UPDATE' AND OLD IS DISTINCT FROM NEW THEN
        to_emit := true;
    ELSIF TG_OP = 'DELETE' THEN
        to_emit := true;
    ELSIF TG_OP = 'INSERT' THEN
        to_emit := true;
    ELSIF TG_OP = 'TRUNCATE' THEN
        to_emit := true;
    END IF;

    -- Perform notification if the emit flag is set
    IF to_emit THEN
        PERFORM pg_notify(
            'ch_pgqueuer',
            json_build_object(
                'channel', 'ch_pgqueuer',
                'operation', lower(TG_OP),
                'sent_at', NOW(),
                'table', TG_TABLE_NAME,
                'type', 'table_changed_event'
            )::text
        );
    END IF;

    -- Return appropriate value based on the operation
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSE
        RETURN NULL; -- For TRUNCATE and other non-row-specific contexts
    END IF;

END;
$$;

CREATE FUNCTION ledger.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'ledger.transfer is append-only: post a reversing transfer instead'
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION pos.make_partitions(today date, months integer) RETURNS integer
    LANGUAGE plpgsql
    SET lock_timeout TO '2s'
    AS $_$
DECLARE
    parent text;
    first date;
    name text;
    taken boolean;
    made int := 0;
BEGIN
    FOREACH parent IN ARRAY ARRAY['sale', 'sale_item'] LOOP
        FOR i IN 0 .. months - 1 LOOP
            first := (date_trunc('month', today::timestamp) + make_interval(months => i))::date;
            name := parent || '_' || to_char(first, 'YYYY_MM');
            CONTINUE WHEN to_regclass('pos.' || name) IS NOT NULL;
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM pos.%I WHERE sold_at >= $1 AND sold_at < $2)',
                parent || '_default') INTO taken
                USING first::timestamp AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC';
            CONTINUE WHEN taken;
            EXECUTE format('CREATE TABLE pos.%I PARTITION OF pos.%I FOR VALUES FROM (%L) TO (%L)',
                name, parent, first || ' 00:00+00', (first + interval '1 month')::date || ' 00:00+00');
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END
$_$;

CREATE TABLE audit.entry (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id uuid,
    actor_role text NOT NULL,
    action text NOT NULL,
    entity text NOT NULL,
    entity_id text NOT NULL,
    before jsonb,
    after jsonb,
    ip text,
    request_id text,
    merchant_id uuid
);

CREATE TABLE cart.cart (
    id uuid NOT NULL,
    user_id uuid,
    token_hash bytea,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT cart_check CHECK (((user_id IS NULL) <> (token_hash IS NULL)))
)
WITH (fillfactor='80');

CREATE TABLE cart.item (
    cart_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    qty_milli bigint NOT NULL,
    seen_price bigint NOT NULL,
    seen_currency text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    CONSTRAINT item_qty_milli_check CHECK ((qty_milli > 0)),
    CONSTRAINT item_seen_price_check CHECK ((seen_price >= 0))
)
WITH (fillfactor='80');

CREATE TABLE catalog.category (
    id uuid NOT NULL,
    parent_id uuid,
    slug text NOT NULL,
    name text NOT NULL,
    sort integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    is_hidden boolean DEFAULT false NOT NULL,
    CONSTRAINT category_check CHECK ((parent_id <> id))
);

CREATE TABLE catalog.exchange_rate (
    currency text NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    rate numeric(20,8) NOT NULL,
    created_by uuid,
    CONSTRAINT exchange_rate_currency_check CHECK ((length(currency) = 3)),
    CONSTRAINT exchange_rate_rate_check CHECK ((rate > (0)::numeric))
);

CREATE TABLE catalog.import_run (
    id uuid NOT NULL,
    shop_id uuid NOT NULL,
    actor_id uuid,
    format text NOT NULL,
    file_ref text NOT NULL,
    file_name text,
    dry_run boolean NOT NULL,
    status text NOT NULL,
    total integer,
    processed integer DEFAULT 0 NOT NULL,
    created integer DEFAULT 0 NOT NULL,
    updated integer DEFAULT 0 NOT NULL,
    unchanged integer DEFAULT 0 NOT NULL,
    failed integer DEFAULT 0 NOT NULL,
    errors jsonb DEFAULT '[]'::jsonb NOT NULL,
    error_count integer DEFAULT 0 NOT NULL,
    checkpoint jsonb,
    failure text,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    touched_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    default_price bigint,
    revive boolean DEFAULT false NOT NULL,
    CONSTRAINT import_run_default_price_check CHECK ((default_price > 0)),
    CONSTRAINT import_run_format_check CHECK ((format = ANY (ARRAY['csv'::text, 'xlsx'::text, 'yml'::text]))),
    CONSTRAINT import_run_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text])))
)
WITH (fillfactor='70');

CREATE SEQUENCE catalog.internal_barcode
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    MAXVALUE 9999999999
    CACHE 1;

CREATE TABLE catalog.price_history (
    id bigint NOT NULL,
    variant_id uuid NOT NULL,
    old_price bigint NOT NULL,
    new_price bigint NOT NULL,
    currency text NOT NULL,
    source text NOT NULL,
    reference text,
    at timestamp with time zone NOT NULL,
    CONSTRAINT price_history_source_check CHECK ((source = ANY (ARRAY['pos'::text, 'seller'::text, 'import'::text, 'rate'::text])))
);

ALTER TABLE catalog.price_history ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalog.price_history_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE catalog.product (
    id uuid NOT NULL,
    shop_id uuid NOT NULL,
    category_id uuid NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    picture text,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    lead_sku text NOT NULL,
    group_key text,
    words text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    search tsvector GENERATED ALWAYS AS (((((setweight(to_tsvector('russian'::regconfig, catalog.plain(name)), 'A'::"char") || setweight(to_tsvector('simple'::regconfig, catalog.plain(name)), 'A'::"char")) || setweight(to_tsvector('russian'::regconfig, catalog.plain(words)), 'B'::"char")) || setweight(to_tsvector('simple'::regconfig, catalog.plain(words)), 'B'::"char")) || setweight(to_tsvector('russian'::regconfig, catalog.plain(description)), 'D'::"char"))) STORED,
    pictures jsonb DEFAULT '[]'::jsonb NOT NULL
)
WITH (fillfactor='80');

CREATE TABLE catalog.variant (
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    sku text NOT NULL,
    barcode text,
    attributes jsonb DEFAULT '{}'::jsonb NOT NULL,
    price bigint NOT NULL,
    currency text NOT NULL,
    unit text NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT variant_currency_check CHECK ((length(currency) = 3)),
    CONSTRAINT variant_price_check CHECK ((price > 0)),
    CONSTRAINT variant_unit_check CHECK ((unit = ANY (ARRAY['pcs'::text, 'kg'::text])))
)
WITH (fillfactor='75');

CREATE TABLE catalog.word (
    word text NOT NULL
);

CREATE TABLE geo.place (
    id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    radius_m integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT place_kind_check CHECK ((kind = ANY (ARRAY['bazaar'::text, 'mall'::text, 'street'::text, 'district'::text]))),
    CONSTRAINT place_lat_check CHECK (((lat >= ('-90'::integer)::double precision) AND (lat <= (90)::double precision))),
    CONSTRAINT place_lon_check CHECK (((lon >= ('-180'::integer)::double precision) AND (lon <= (180)::double precision))),
    CONSTRAINT place_radius_m_check CHECK ((radius_m > 0))
);

CREATE TABLE identity.attempt (
    key text NOT NULL,
    failures integer NOT NULL,
    allowed integer NOT NULL,
    window_started_at timestamp with time zone NOT NULL,
    locked_until timestamp with time zone
)
WITH (fillfactor='70');

CREATE TABLE identity.code (
    login text NOT NULL,
    purpose text NOT NULL,
    mac bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    used_at timestamp with time zone,
    window_started_at timestamp with time zone NOT NULL,
    sent integer DEFAULT 1 NOT NULL,
    CONSTRAINT code_purpose_check CHECK ((purpose = ANY (ARRAY['signin'::text, 'password_reset'::text, 'phone_verify'::text])))
)
WITH (fillfactor='80');

CREATE TABLE identity.message (
    id uuid NOT NULL,
    channel text NOT NULL,
    recipient text NOT NULL,
    subject text,
    sealed_text bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    CONSTRAINT message_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text])))
)
WITH (fillfactor='80');

CREATE TABLE identity.recovery_code (
    user_id uuid NOT NULL,
    hash bytea NOT NULL
);

CREATE TABLE identity.session (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    generation integer DEFAULT 0 NOT NULL,
    refresh_hash bytea NOT NULL,
    user_agent text NOT NULL,
    ip text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_for text,
    CONSTRAINT session_revoked_for_check CHECK ((revoked_for = ANY (ARRAY['signout'::text, 'user'::text, 'reuse'::text, 'password'::text, 'takeover'::text, 'roles'::text, 'factor'::text, 'blocked'::text])))
)
WITH (fillfactor='80');

CREATE TABLE identity.totp (
    user_id uuid NOT NULL,
    sealed_secret bytea NOT NULL,
    confirmed_at timestamp with time zone,
    last_step bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE identity.user_group (
    id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE identity.user_group_member (
    group_id uuid NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE identity.users (
    id uuid NOT NULL,
    kind text NOT NULL,
    phone text,
    email text,
    name text NOT NULL,
    roles text[] NOT NULL,
    password_hash text,
    phone_verified_at timestamp with time zone,
    email_verified_at timestamp with time zone,
    claimed_by uuid,
    claimed_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    second_factor_demanded boolean DEFAULT false NOT NULL,
    blocked_at timestamp with time zone,
    block_reason text,
    CONSTRAINT users_check CHECK (((phone IS NOT NULL) OR (email IS NOT NULL))),
    CONSTRAINT users_check1 CHECK (((kind = 'account'::text) OR ((phone IS NOT NULL) AND (password_hash IS NULL)))),
    CONSTRAINT users_check2 CHECK (((blocked_at IS NULL) = (block_reason IS NULL))),
    CONSTRAINT users_check3 CHECK (((blocked_at IS NULL) OR (kind = 'account'::text))),
    CONSTRAINT users_kind_check CHECK ((kind = ANY (ARRAY['account'::text, 'guest'::text]))),
    CONSTRAINT users_roles_check CHECK ((roles <@ ARRAY['buyer'::text, 'cook'::text, 'courier'::text, 'support'::text, 'admin'::text]))
)
WITH (fillfactor='80');

CREATE TABLE inquiries.availability_request (
    id uuid NOT NULL,
    shop_id uuid NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid,
    name text NOT NULL,
    phone text NOT NULL,
    comment text,
    status text NOT NULL,
    outcome text,
    note text,
    created_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    answered_by uuid,
    CONSTRAINT availability_request_check CHECK (((status = 'answered'::text) = (outcome IS NOT NULL))),
    CONSTRAINT availability_request_check1 CHECK (((status = 'answered'::text) = (answered_at IS NOT NULL))),
    CONSTRAINT availability_request_check2 CHECK (((status = 'answered'::text) = (answered_by IS NOT NULL))),
    CONSTRAINT availability_request_check3 CHECK (((note IS NULL) OR (status = 'answered'::text))),
    CONSTRAINT availability_request_outcome_check CHECK ((outcome = ANY (ARRAY['in_stock'::text, 'out_of_stock'::text, 'not_reached'::text]))),
    CONSTRAINT availability_request_status_check CHECK ((status = ANY (ARRAY['open'::text, 'answered'::text])))
)
WITH (fillfactor='80');

CREATE TABLE inventory.adjustment (
    id uuid NOT NULL,
    variant_id uuid NOT NULL,
    delta bigint NOT NULL,
    cause text NOT NULL,
    reference uuid,
    actor_id uuid,
    note text,
    unit_cost bigint,
    supplier text,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT adjustment_cause_check CHECK ((cause = ANY (ARRAY['opening'::text, 'pos_sale'::text, 'pos_refund'::text, 'pos_void'::text, 'order_handover'::text, 'order_return'::text, 'goods_in'::text, 'stocktake'::text, 'write_off'::text, 'import'::text, 'manual'::text]))),
    CONSTRAINT adjustment_delta_check CHECK ((delta <> 0)),
    CONSTRAINT adjustment_unit_cost_check CHECK ((unit_cost >= 0))
)
PARTITION BY RANGE (created_at);

CREATE TABLE inventory.adjustment_default (
    id uuid CONSTRAINT adjustment_id_not_null NOT NULL,
    variant_id uuid CONSTRAINT adjustment_variant_id_not_null NOT NULL,
    delta bigint CONSTRAINT adjustment_delta_not_null NOT NULL,
    cause text CONSTRAINT adjustment_cause_not_null NOT NULL,
    reference uuid,
    actor_id uuid,
    note text,
    unit_cost bigint,
    supplier text,
    created_at timestamp with time zone CONSTRAINT adjustment_created_at_not_null NOT NULL,
    CONSTRAINT adjustment_cause_check CHECK ((cause = ANY (ARRAY['opening'::text, 'pos_sale'::text, 'pos_refund'::text, 'pos_void'::text, 'order_handover'::text, 'order_return'::text, 'goods_in'::text, 'stocktake'::text, 'write_off'::text, 'import'::text, 'manual'::text]))),
    CONSTRAINT adjustment_delta_check CHECK ((delta <> 0)),
    CONSTRAINT adjustment_unit_cost_check CHECK ((unit_cost >= 0))
);

CREATE TABLE inventory.reservation (
    order_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    qty bigint NOT NULL,
    status text NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT reservation_qty_check CHECK ((qty > 0)),
    CONSTRAINT reservation_status_check CHECK ((status = ANY (ARRAY['active'::text, 'released'::text, 'handed_over'::text, 'returned'::text])))
)
WITH (fillfactor='80');

CREATE TABLE inventory.stock (
    variant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    on_hand bigint DEFAULT 0 NOT NULL,
    reserved bigint DEFAULT 0 NOT NULL,
    low_stock bigint,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT stock_low_stock_check CHECK ((low_stock >= 0)),
    CONSTRAINT stock_reserved_check CHECK ((reserved >= 0))
)
WITH (fillfactor='70');

CREATE TABLE jobs.pgqueuer (
    id bigint NOT NULL,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    execute_after timestamp with time zone DEFAULT now() NOT NULL,
    status jobs.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer DEFAULT 0 NOT NULL,
    slot bigint
);

CREATE SEQUENCE jobs.pgqueuer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE jobs.pgqueuer_id_seq OWNED BY jobs.pgqueuer.id;

CREATE TABLE jobs.pgqueuer_log (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    job_id bigint NOT NULL,
    status jobs.pgqueuer_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
);

ALTER TABLE jobs.pgqueuer_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME jobs.pgqueuer_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE jobs.pgqueuer_schedules (
    id bigint NOT NULL,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    next_run timestamp with time zone DEFAULT now() NOT NULL,
    last_run timestamp with time zone,
    status jobs.pgqueuer_status DEFAULT 'queued'::jobs.pgqueuer_status
);

CREATE SEQUENCE jobs.pgqueuer_schedules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE jobs.pgqueuer_schedules_id_seq OWNED BY jobs.pgqueuer_schedules.id;

CREATE TABLE jobs.pgqueuer_statistics (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT date_trunc('sec'::text, now()) NOT NULL,
    count bigint NOT NULL,
    priority integer NOT NULL,
    status jobs.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL
);

CREATE SEQUENCE jobs.pgqueuer_statistics_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE jobs.pgqueuer_statistics_id_seq OWNED BY jobs.pgqueuer_statistics.id;

CREATE TABLE ledger.account (
    id bigint NOT NULL,
    owner_id uuid NOT NULL,
    kind text NOT NULL,
    currency text NOT NULL,
    shard smallint DEFAULT 0 NOT NULL,
    debits bigint DEFAULT 0 NOT NULL,
    credits bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT account_credits_check CHECK ((credits >= 0)),
    CONSTRAINT account_debits_check CHECK ((debits >= 0)),
    CONSTRAINT account_kind_check CHECK ((kind = ANY (ARRAY['acquirer_receivable'::text, 'bank'::text, 'merchant_payable'::text, 'payout_transit'::text, 'refunds_payable'::text, 'platform_revenue'::text, 'acquiring_fees'::text])))
)
WITH (fillfactor='70');

ALTER TABLE ledger.account ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE ledger.transfer (
    id bigint NOT NULL,
    kind text NOT NULL,
    debit_account_id bigint NOT NULL,
    credit_account_id bigint NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    reference uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT transfer_amount_check CHECK ((amount > 0)),
    CONSTRAINT transfer_check CHECK ((debit_account_id <> credit_account_id))
);

ALTER TABLE ledger.transfer ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.transfer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE media.attachment (
    holder_id uuid NOT NULL,
    media_id uuid NOT NULL,
    party_id uuid NOT NULL
);

CREATE TABLE media.file (
    hash text NOT NULL,
    content_type text NOT NULL,
    size integer NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    widths integer[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT file_content_type_check CHECK ((content_type = ANY (ARRAY['image/jpeg'::text, 'image/webp'::text]))),
    CONSTRAINT file_hash_check CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT file_height_check CHECK ((height > 0)),
    CONSTRAINT file_size_check CHECK ((size > 0)),
    CONSTRAINT file_width_check CHECK ((width > 0))
);

CREATE TABLE media.upload (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    hash text NOT NULL,
    status text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    attached_at timestamp with time zone,
    expires_at timestamp with time zone,
    CONSTRAINT upload_check CHECK (((attached_at IS NULL) <> (expires_at IS NULL))),
    CONSTRAINT upload_check1 CHECK (((attached_at IS NULL) OR (status = 'ready'::text))),
    CONSTRAINT upload_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'ready'::text, 'deleting'::text])))
)
WITH (fillfactor='80');

CREATE TABLE merchants.api_key (
    id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL,
    shop_ids uuid[],
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    CONSTRAINT api_key_scopes_check CHECK ((cardinality(scopes) > 0)),
    CONSTRAINT api_key_shop_ids_check CHECK ((cardinality(shop_ids) > 0))
)
WITH (fillfactor='70');

CREATE TABLE merchants.api_key_secret (
    hash bytea NOT NULL,
    key_id uuid NOT NULL,
    prefix text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    valid_until timestamp with time zone
)
WITH (fillfactor='80');

CREATE TABLE merchants.merchant (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    verified_at timestamp with time zone,
    verified_by uuid,
    payout_status text DEFAULT 'none'::text NOT NULL,
    payout_account_sealed bytea,
    payout_account_last4 text,
    payout_bank_name text,
    eligibility_mode text DEFAULT 'pos'::text NOT NULL,
    price_master text DEFAULT 'pos'::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT merchant_check CHECK (((payout_status = 'none'::text) OR (payout_account_sealed IS NOT NULL))),
    CONSTRAINT merchant_eligibility_mode_check CHECK ((eligibility_mode = ANY (ARRAY['pos'::text, 'manual'::text, 'hybrid'::text]))),
    CONSTRAINT merchant_payout_status_check CHECK ((payout_status = ANY (ARRAY['none'::text, 'pending'::text, 'active'::text, 'suspended'::text]))),
    CONSTRAINT merchant_price_master_check CHECK ((price_master = ANY (ARRAY['pos'::text, 'platform'::text])))
)
WITH (fillfactor='80');

CREATE TABLE merchants.shop (
    id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    place_id uuid,
    name text NOT NULL,
    address text NOT NULL,
    phone text NOT NULL,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    hours jsonb DEFAULT '{}'::jsonb NOT NULL,
    photos jsonb DEFAULT '[]'::jsonb NOT NULL,
    price_master text,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT shop_lat_check CHECK (((lat >= ('-90'::integer)::double precision) AND (lat <= (90)::double precision))),
    CONSTRAINT shop_lon_check CHECK (((lon >= ('-180'::integer)::double precision) AND (lon <= (180)::double precision))),
    CONSTRAINT shop_price_master_check CHECK ((price_master = ANY (ARRAY['pos'::text, 'platform'::text])))
)
WITH (fillfactor='80');

CREATE TABLE merchants.staff (
    merchant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    shop_ids uuid[],
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT staff_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'manager'::text, 'cashier'::text, 'storekeeper'::text, 'accountant'::text])))
);

CREATE TABLE merchants.staff_invitation (
    id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    channel text NOT NULL,
    recipient text NOT NULL,
    role text NOT NULL,
    shop_ids uuid[],
    code_hash bytea NOT NULL,
    invited_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    accepted_by uuid,
    withdrawn_at timestamp with time zone,
    CONSTRAINT staff_invitation_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text]))),
    CONSTRAINT staff_invitation_check CHECK (((role <> 'owner'::text) OR (shop_ids IS NULL))),
    CONSTRAINT staff_invitation_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'manager'::text, 'cashier'::text, 'storekeeper'::text, 'accountant'::text]))),
    CONSTRAINT staff_invitation_shop_ids_check CHECK ((cardinality(shop_ids) > 0))
)
WITH (fillfactor='80');

CREATE TABLE orders.delivery_option (
    shop_id uuid,
    method text NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    fee bigint DEFAULT 0 NOT NULL,
    payment_methods text[] NOT NULL,
    countries text[] DEFAULT '{KG}'::text[] NOT NULL,
    CONSTRAINT delivery_option_fee_check CHECK ((fee >= 0)),
    CONSTRAINT delivery_option_method_check CHECK ((method = ANY (ARRAY['pickup'::text, 'courier'::text, 'carrier_branch'::text, 'carrier_door'::text, 'post'::text]))),
    CONSTRAINT delivery_option_payment_methods_check CHECK ((payment_methods <@ ARRAY['card'::text, 'bank_qr'::text, 'cash_on_receipt'::text, 'terminal_on_receipt'::text, 'card_transfer'::text]))
);

CREATE TABLE orders.history (
    order_id uuid NOT NULL,
    n integer NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id uuid,
    actor_role text NOT NULL,
    action text NOT NULL,
    from_status text,
    to_status text NOT NULL,
    comment text,
    before jsonb,
    after jsonb
);

CREATE TABLE orders."order" (
    id uuid NOT NULL,
    number bigint NOT NULL,
    version integer NOT NULL,
    user_id uuid NOT NULL,
    guest_token_hash bytea,
    shop_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    status text NOT NULL,
    delivery_method text NOT NULL,
    delivery jsonb NOT NULL,
    payment_method text NOT NULL,
    contact_name text NOT NULL,
    contact_phone text NOT NULL,
    contact_email text,
    comment text,
    items_total bigint NOT NULL,
    delivery_fee bigint NOT NULL,
    total bigint NOT NULL,
    currency text NOT NULL,
    commission_bp integer NOT NULL,
    reserved_until timestamp with time zone,
    remind_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    paid_at timestamp with time zone,
    cooking_at timestamp with time zone,
    ready_at timestamp with time zone,
    shipped_at timestamp with time zone,
    delivered_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    cancel_reason text,
    needs_attention text,
    CONSTRAINT order_check CHECK ((total = (items_total + delivery_fee))),
    CONSTRAINT order_check1 CHECK (((status = 'cancelled'::text) = (cancelled_at IS NOT NULL))),
    CONSTRAINT order_check2 CHECK (((status <> 'cancelled'::text) OR (cancel_reason IS NOT NULL))),
    CONSTRAINT order_commission_bp_check CHECK (((commission_bp >= 0) AND (commission_bp <= 10000))),
    CONSTRAINT order_delivery_fee_check CHECK ((delivery_fee >= 0)),
    CONSTRAINT order_delivery_method_check CHECK ((delivery_method = ANY (ARRAY['pickup'::text, 'courier'::text, 'carrier_branch'::text, 'carrier_door'::text, 'post'::text]))),
    CONSTRAINT order_items_total_check CHECK ((items_total >= 0)),
    CONSTRAINT order_payment_method_check CHECK ((payment_method = ANY (ARRAY['card'::text, 'bank_qr'::text, 'cash_on_receipt'::text, 'terminal_on_receipt'::text, 'card_transfer'::text]))),
    CONSTRAINT order_status_check CHECK ((status = ANY (ARRAY['awaiting_confirmation'::text, 'awaiting_payment'::text, 'awaiting_shipment'::text, 'awaiting_shipment_cod'::text, 'cooking'::text, 'ready_for_pickup'::text, 'pickup_expired'::text, 'shipped'::text, 'delivering'::text, 'delivered'::text, 'cancelled'::text, 'returned'::text])))
)
WITH (fillfactor='75');

CREATE TABLE orders.order_line (
    order_id uuid NOT NULL,
    n integer NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid,
    sku text,
    name text NOT NULL,
    attributes jsonb NOT NULL,
    unit text NOT NULL,
    qty_milli bigint NOT NULL,
    unit_price bigint NOT NULL,
    amount bigint NOT NULL,
    note text,
    CONSTRAINT order_line_amount_check CHECK ((amount >= 0)),
    CONSTRAINT order_line_qty_milli_check CHECK ((qty_milli > 0)),
    CONSTRAINT order_line_unit_check CHECK ((unit = ANY (ARRAY['pcs'::text, 'kg'::text]))),
    CONSTRAINT order_line_unit_price_check CHECK ((unit_price >= 0))
);

CREATE SEQUENCE orders.order_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE payments.payment (
    id uuid NOT NULL,
    subject text NOT NULL,
    subject_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    method text NOT NULL,
    status text NOT NULL,
    commission_bp integer NOT NULL,
    acquiring_bp integer NOT NULL,
    provider text,
    provider_payment_id text,
    redirect_url text,
    opened_at timestamp with time zone,
    next_check_at timestamp with time zone,
    checks integer DEFAULT 0 NOT NULL,
    void_due_at timestamp with time zone,
    void_attempts integer DEFAULT 0 NOT NULL,
    captured_at timestamp with time zone,
    refunded_at timestamp with time zone,
    failure text,
    problem text,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT payment_acquiring_bp_check CHECK (((acquiring_bp >= 0) AND (acquiring_bp <= 10000))),
    CONSTRAINT payment_amount_check CHECK ((amount > 0)),
    CONSTRAINT payment_check CHECK (((provider IS NULL) = (provider_payment_id IS NULL))),
    CONSTRAINT payment_commission_bp_check CHECK (((commission_bp >= 0) AND (commission_bp <= 10000))),
    CONSTRAINT payment_method_check CHECK ((method = ANY (ARRAY['card'::text, 'bank_qr'::text, 'cash_on_receipt'::text, 'terminal_on_receipt'::text, 'card_transfer'::text]))),
    CONSTRAINT payment_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'authorized'::text, 'captured'::text, 'voided'::text, 'refunded'::text, 'failed'::text]))),
    CONSTRAINT payment_subject_check CHECK ((subject = ANY (ARRAY['order'::text, 'bill'::text])))
)
WITH (fillfactor='75');

CREATE TABLE payments.problem (
    id uuid NOT NULL,
    payment_id uuid NOT NULL,
    problem text NOT NULL,
    found_at timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    resolved_by uuid,
    note text,
    CONSTRAINT problem_check CHECK (((resolved_at IS NULL) = (note IS NULL))),
    CONSTRAINT problem_check1 CHECK (((resolved_by IS NULL) OR (resolved_at IS NOT NULL)))
);

CREATE TABLE payments.provider_event (
    id bigint NOT NULL,
    payment_id uuid,
    provider text,
    provider_payment_id text,
    source text NOT NULL,
    status text,
    amount bigint,
    currency text,
    verdict text NOT NULL,
    detail text,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT provider_event_source_check CHECK ((source = ANY (ARRAY['webhook'::text, 'poll'::text]))),
    CONSTRAINT provider_event_verdict_check CHECK ((verdict = ANY (ARRAY['applied'::text, 'duplicate'::text, 'amount_mismatch'::text, 'currency_mismatch'::text, 'unknown_payment'::text, 'foreign_payment_id'::text, 'bad_signature'::text, 'ignored'::text])))
);

ALTER TABLE payments.provider_event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME payments.provider_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE payments.refund (
    id uuid NOT NULL,
    payment_id uuid NOT NULL,
    amount bigint NOT NULL,
    status text NOT NULL,
    reason text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    accepted_at timestamp with time zone,
    failure text,
    created_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    responsible text,
    borne_by text DEFAULT 'seller'::text NOT NULL,
    evidence text[] DEFAULT '{}'::text[] NOT NULL,
    bearer_decided_at timestamp with time zone,
    CONSTRAINT refund_amount_check CHECK ((amount > 0)),
    CONSTRAINT refund_borne_by_check CHECK ((borne_by = ANY (ARRAY['platform'::text, 'seller'::text]))),
    CONSTRAINT refund_responsible_check CHECK ((responsible = ANY (ARRAY['platform'::text, 'seller'::text]))),
    CONSTRAINT refund_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'sent'::text, 'done'::text, 'failed'::text])))
)
WITH (fillfactor='75');

CREATE TABLE payouts.payout (
    id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    status text NOT NULL,
    account text,
    bank_name text,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    failures_before integer DEFAULT 0 NOT NULL,
    bank_reference text,
    failure text,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    paid_at timestamp with time zone,
    CONSTRAINT payout_amount_check CHECK ((amount > 0)),
    CONSTRAINT payout_status_check CHECK ((status = ANY (ARRAY['created'::text, 'sent'::text, 'paid'::text, 'failed'::text])))
)
WITH (fillfactor='75');

CREATE TABLE platform.consumer (
    name text NOT NULL,
    last bigint DEFAULT 0 NOT NULL,
    gaps bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    horizons bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    moved_at timestamp with time zone
)
WITH (fillfactor='50');

CREATE TABLE platform.dead_letter (
    consumer text NOT NULL,
    "position" bigint NOT NULL,
    event_id uuid NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    payload json NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    request_id text,
    error text NOT NULL,
    attempts integer NOT NULL,
    parked_at timestamp with time zone NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL
);

CREATE TABLE platform.fact (
    name text NOT NULL,
    value text NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE platform.idempotency_key (
    scope text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    status integer NOT NULL,
    body bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE platform.outbox (
    id bigint NOT NULL,
    event_id uuid NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    payload json NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    request_id text
)
PARTITION BY RANGE (occurred_at);

CREATE TABLE platform.outbox_default (
    id bigint CONSTRAINT outbox_id_not_null NOT NULL,
    event_id uuid CONSTRAINT outbox_event_id_not_null NOT NULL,
    name text CONSTRAINT outbox_name_not_null NOT NULL,
    key text CONSTRAINT outbox_key_not_null NOT NULL,
    payload json CONSTRAINT outbox_payload_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT outbox_occurred_at_not_null NOT NULL,
    request_id text
);

ALTER TABLE platform.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME platform.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE platform.worker (
    name text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE pos.cash_operation (
    device_id uuid NOT NULL,
    number text NOT NULL,
    id uuid NOT NULL,
    shift_id uuid NOT NULL,
    type text NOT NULL,
    amount bigint NOT NULL,
    reason text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT cash_operation_amount_check CHECK ((amount > 0)),
    CONSTRAINT cash_operation_type_check CHECK ((type = ANY (ARRAY['in'::text, 'out'::text])))
);

CREATE TABLE pos.device (
    id uuid NOT NULL,
    shop_id uuid NOT NULL,
    name text NOT NULL,
    token_hash bytea NOT NULL,
    secret bytea NOT NULL,
    status text NOT NULL,
    firmware_version text,
    last_heartbeat_at timestamp with time zone,
    alive_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT device_status_check CHECK ((status = ANY (ARRAY['registered'::text, 'active'::text, 'closed'::text, 'revoked'::text])))
)
WITH (fillfactor='70');

CREATE TABLE pos.discrepancy (
    id uuid NOT NULL,
    shop_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    kind text NOT NULL,
    device_id uuid NOT NULL,
    reported bigint NOT NULL,
    ours bigint NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    reported_at timestamp with time zone,
    resolution text,
    resolved_by uuid,
    note text,
    muted boolean DEFAULT false NOT NULL,
    muted_until timestamp with time zone,
    CONSTRAINT discrepancy_kind_check CHECK ((kind = ANY (ARRAY['stock'::text, 'price'::text]))),
    CONSTRAINT discrepancy_resolution_check CHECK ((resolution = ANY (ARRAY['agreed'::text, 'accept_reported'::text, 'keep_ours'::text, 'ignore'::text])))
)
WITH (fillfactor='80');

CREATE TABLE pos.sale (
    id uuid NOT NULL,
    shop_id uuid NOT NULL,
    device_id uuid NOT NULL,
    receipt_number text NOT NULL,
    type text NOT NULL,
    original_sale_id uuid,
    payment text,
    total bigint NOT NULL,
    currency text NOT NULL,
    sold_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT sale_payment_check CHECK ((payment = ANY (ARRAY['cash'::text, 'card'::text, 'qr'::text]))),
    CONSTRAINT sale_total_check CHECK ((total >= 0)),
    CONSTRAINT sale_type_check CHECK ((type = ANY (ARRAY['sale'::text, 'refund'::text, 'void'::text])))
)
PARTITION BY RANGE (sold_at);

CREATE TABLE pos.sale_item (
    sale_id uuid NOT NULL,
    line smallint NOT NULL,
    shop_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    qty bigint NOT NULL,
    unit_price bigint NOT NULL,
    discount bigint NOT NULL,
    total_price bigint NOT NULL,
    type text NOT NULL,
    sold_at timestamp with time zone NOT NULL,
    CONSTRAINT sale_item_discount_check CHECK ((discount >= 0)),
    CONSTRAINT sale_item_qty_check CHECK ((qty > 0)),
    CONSTRAINT sale_item_total_price_check CHECK ((total_price >= 0)),
    CONSTRAINT sale_item_type_check CHECK ((type = ANY (ARRAY['sale'::text, 'refund'::text, 'void'::text]))),
    CONSTRAINT sale_item_unit_price_check CHECK ((unit_price >= 0))
)
PARTITION BY RANGE (sold_at);

CREATE VIEW pos.receipt_effect AS
 SELECT s.id,
    s.shop_id,
    s.device_id,
    s.receipt_number,
    s.currency,
    s.sold_at,
    s.created_at,
    s.total,
    k.kind,
    k.sign,
    p.payment,
    d.day,
    (k.sign * i.discount) AS discounts,
    (k.sign * i.qty) AS items_sold,
    ((k.kind = 'sale'::text))::integer AS sales,
        CASE
            WHEN (k.kind = 'sale'::text) THEN s.total
            ELSE (0)::bigint
        END AS sales_total,
    ((k.kind = 'refund'::text))::integer AS refunds,
        CASE
            WHEN (k.kind = 'refund'::text) THEN s.total
            ELSE (0)::bigint
        END AS refunds_total,
    ((k.kind = 'void'::text))::integer AS voids,
        CASE
            WHEN (k.kind = 'void'::text) THEN s.total
            ELSE (0)::bigint
        END AS voids_total,
    ((k.kind = 'refund_void'::text))::integer AS refund_voids,
        CASE
            WHEN (k.kind = 'refund_void'::text) THEN s.total
            ELSE (0)::bigint
        END AS refund_voids_total,
        CASE
            WHEN (p.payment = 'cash'::text) THEN (k.sign * s.total)
            ELSE (0)::bigint
        END AS cash,
        CASE
            WHEN (p.payment = 'card'::text) THEN (k.sign * s.total)
            ELSE (0)::bigint
        END AS card,
        CASE
            WHEN (p.payment = 'qr'::text) THEN (k.sign * s.total)
            ELSE (0)::bigint
        END AS qr,
        CASE
            WHEN (p.payment = 'other'::text) THEN (k.sign * s.total)
            ELSE (0)::bigint
        END AS other,
    ((d.recorded_day > d.day))::integer AS late_receipts,
        CASE
            WHEN (d.recorded_day > d.day) THEN (k.sign * s.total)
            ELSE (0)::bigint
        END AS late_total
   FROM (((((pos.sale s
     LEFT JOIN LATERAL ( SELECT o_1.type,
            o_1.payment,
            first.payment AS first_payment
           FROM (pos.sale o_1
             LEFT JOIN pos.sale first ON ((first.id = o_1.original_sale_id)))
          WHERE ((o_1.id = s.original_sale_id) AND (s.original_sale_id IS NOT NULL))
         LIMIT 1) o ON (true))
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (s.type <> 'void'::text) THEN s.type
                    WHEN (o.type = 'refund'::text) THEN 'refund_void'::text
                    ELSE 'void'::text
                END AS kind,
                CASE
                    WHEN ((s.type = 'sale'::text) OR ((s.type = 'void'::text) AND (o.type = 'refund'::text))) THEN 1
                    ELSE '-1'::integer
                END AS sign) k)
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (s.type = 'void'::text) THEN COALESCE(o.payment, o.first_payment, s.payment, 'other'::text)
                    ELSE COALESCE(s.payment, o.payment, 'other'::text)
                END AS payment) p)
     CROSS JOIN LATERAL ( SELECT ((s.sold_at AT TIME ZONE 'Asia/Bishkek'::text))::date AS day,
            ((s.created_at AT TIME ZONE 'Asia/Bishkek'::text))::date AS recorded_day) d)
     CROSS JOIN LATERAL ( SELECT (COALESCE(sum(sale_item.discount), (0)::numeric))::bigint AS discount,
            (COALESCE(sum(sale_item.qty), (0)::numeric))::bigint AS qty
           FROM pos.sale_item
          WHERE ((sale_item.sale_id = s.id) AND (sale_item.sold_at = s.sold_at))) i);

CREATE TABLE pos.receipt_key (
    device_id uuid NOT NULL,
    receipt_number text NOT NULL,
    sale_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    sold_at timestamp with time zone NOT NULL,
    voided_by uuid
)
WITH (fillfactor='95');

CREATE TABLE pos.sale_default (
    id uuid CONSTRAINT sale_id_not_null NOT NULL,
    shop_id uuid CONSTRAINT sale_shop_id_not_null NOT NULL,
    device_id uuid CONSTRAINT sale_device_id_not_null NOT NULL,
    receipt_number text CONSTRAINT sale_receipt_number_not_null NOT NULL,
    type text CONSTRAINT sale_type_not_null NOT NULL,
    original_sale_id uuid,
    payment text,
    total bigint CONSTRAINT sale_total_not_null NOT NULL,
    currency text CONSTRAINT sale_currency_not_null NOT NULL,
    sold_at timestamp with time zone CONSTRAINT sale_sold_at_not_null NOT NULL,
    created_at timestamp with time zone CONSTRAINT sale_created_at_not_null NOT NULL,
    CONSTRAINT sale_payment_check CHECK ((payment = ANY (ARRAY['cash'::text, 'card'::text, 'qr'::text]))),
    CONSTRAINT sale_total_check CHECK ((total >= 0)),
    CONSTRAINT sale_type_check CHECK ((type = ANY (ARRAY['sale'::text, 'refund'::text, 'void'::text])))
);

CREATE TABLE pos.sale_item_default (
    sale_id uuid CONSTRAINT sale_item_sale_id_not_null NOT NULL,
    line smallint CONSTRAINT sale_item_line_not_null NOT NULL,
    shop_id uuid CONSTRAINT sale_item_shop_id_not_null NOT NULL,
    variant_id uuid CONSTRAINT sale_item_variant_id_not_null NOT NULL,
    qty bigint CONSTRAINT sale_item_qty_not_null NOT NULL,
    unit_price bigint CONSTRAINT sale_item_unit_price_not_null NOT NULL,
    discount bigint CONSTRAINT sale_item_discount_not_null NOT NULL,
    total_price bigint CONSTRAINT sale_item_total_price_not_null NOT NULL,
    type text CONSTRAINT sale_item_type_not_null NOT NULL,
    sold_at timestamp with time zone CONSTRAINT sale_item_sold_at_not_null NOT NULL,
    CONSTRAINT sale_item_discount_check CHECK ((discount >= 0)),
    CONSTRAINT sale_item_qty_check CHECK ((qty > 0)),
    CONSTRAINT sale_item_total_price_check CHECK ((total_price >= 0)),
    CONSTRAINT sale_item_type_check CHECK ((type = ANY (ARRAY['sale'::text, 'refund'::text, 'void'::text]))),
    CONSTRAINT sale_item_unit_price_check CHECK ((unit_price >= 0))
);

CREATE TABLE pos.sale_return (
    sale_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    qty bigint NOT NULL,
    amount bigint NOT NULL,
    CONSTRAINT sale_return_amount_check CHECK ((amount >= 0)),
    CONSTRAINT sale_return_qty_check CHECK ((qty >= 0))
);

CREATE TABLE pos.shift (
    id uuid NOT NULL,
    device_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    cashier text,
    currency text NOT NULL,
    opening_cash bigint NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    z_number integer,
    counted_cash bigint,
    z_report jsonb,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT shift_check CHECK ((closed_at >= opened_at)),
    CONSTRAINT shift_check1 CHECK ((num_nonnulls(closed_at, z_number, counted_cash, z_report) = ANY (ARRAY[0, 4]))),
    CONSTRAINT shift_counted_cash_check CHECK ((counted_cash >= 0)),
    CONSTRAINT shift_opening_cash_check CHECK ((opening_cash >= 0)),
    CONSTRAINT shift_z_number_check CHECK ((z_number > 0))
);

CREATE TABLE pos.shop_presence (
    shop_id uuid NOT NULL,
    pos_status text NOT NULL,
    last_heartbeat_at timestamp with time zone,
    alive_at timestamp with time zone,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT shop_presence_pos_status_check CHECK ((pos_status = ANY (ARRAY['pos_active'::text, 'pos_offline'::text])))
)
WITH (fillfactor='50');

CREATE TABLE pos.summary_daily (
    shop_id uuid NOT NULL,
    day date NOT NULL,
    currency text NOT NULL,
    sales bigint NOT NULL,
    sales_total bigint NOT NULL,
    refunds bigint NOT NULL,
    refunds_total bigint NOT NULL,
    voids bigint NOT NULL,
    voids_total bigint NOT NULL,
    refund_voids bigint NOT NULL,
    refund_voids_total bigint NOT NULL,
    cash bigint NOT NULL,
    card bigint NOT NULL,
    qr bigint NOT NULL,
    other bigint NOT NULL,
    items_sold bigint NOT NULL,
    discounts bigint NOT NULL,
    late_receipts bigint NOT NULL,
    late_total bigint NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE pos.sync_log (
    id uuid NOT NULL,
    device_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    status text NOT NULL,
    message text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT sync_log_status_check CHECK ((status = ANY (ARRAY['registered'::text, 'revoked'::text, 'online'::text, 'closed'::text, 'bulk'::text, 'rejected'::text])))
);

CREATE TABLE public.kerben_migration (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY inventory.adjustment ATTACH PARTITION inventory.adjustment_default DEFAULT;

ALTER TABLE ONLY platform.outbox ATTACH PARTITION platform.outbox_default DEFAULT;

ALTER TABLE ONLY pos.sale ATTACH PARTITION pos.sale_default DEFAULT;

ALTER TABLE ONLY pos.sale_item ATTACH PARTITION pos.sale_item_default DEFAULT;

ALTER TABLE ONLY jobs.pgqueuer ALTER COLUMN id SET DEFAULT nextval('jobs.pgqueuer_id_seq'::regclass);

ALTER TABLE ONLY jobs.pgqueuer_schedules ALTER COLUMN id SET DEFAULT nextval('jobs.pgqueuer_schedules_id_seq'::regclass);

ALTER TABLE ONLY jobs.pgqueuer_statistics ALTER COLUMN id SET DEFAULT nextval('jobs.pgqueuer_statistics_id_seq'::regclass);

ALTER TABLE ONLY audit.entry
    ADD CONSTRAINT entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY cart.cart
    ADD CONSTRAINT cart_pkey PRIMARY KEY (id);

ALTER TABLE ONLY cart.item
    ADD CONSTRAINT item_pkey PRIMARY KEY (cart_id, variant_id);

ALTER TABLE ONLY catalog.category
    ADD CONSTRAINT category_pkey PRIMARY KEY (id);

ALTER TABLE ONLY catalog.category
    ADD CONSTRAINT category_slug_key UNIQUE (slug);

ALTER TABLE ONLY catalog.exchange_rate
    ADD CONSTRAINT exchange_rate_pkey PRIMARY KEY (currency, valid_from);

ALTER TABLE ONLY catalog.import_run
    ADD CONSTRAINT import_run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY catalog.price_history
    ADD CONSTRAINT price_history_pkey PRIMARY KEY (id);

ALTER TABLE ONLY catalog.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (id);

ALTER TABLE ONLY catalog.variant
    ADD CONSTRAINT variant_pkey PRIMARY KEY (id);

ALTER TABLE ONLY catalog.word
    ADD CONSTRAINT word_pkey PRIMARY KEY (word);

ALTER TABLE ONLY geo.place
    ADD CONSTRAINT place_pkey PRIMARY KEY (id);

ALTER TABLE ONLY geo.place
    ADD CONSTRAINT place_slug_key UNIQUE (slug);

ALTER TABLE ONLY identity.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (key);

ALTER TABLE ONLY identity.code
    ADD CONSTRAINT code_pkey PRIMARY KEY (login, purpose);

ALTER TABLE ONLY identity.message
    ADD CONSTRAINT message_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.recovery_code
    ADD CONSTRAINT recovery_code_pkey PRIMARY KEY (user_id, hash);

ALTER TABLE ONLY identity.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.totp
    ADD CONSTRAINT totp_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY identity.user_group_member
    ADD CONSTRAINT user_group_member_pkey PRIMARY KEY (group_id, user_id);

ALTER TABLE ONLY identity.user_group
    ADD CONSTRAINT user_group_name_key UNIQUE (name);

ALTER TABLE ONLY identity.user_group
    ADD CONSTRAINT user_group_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY inquiries.availability_request
    ADD CONSTRAINT availability_request_pkey PRIMARY KEY (id);

ALTER TABLE ONLY inventory.reservation
    ADD CONSTRAINT reservation_pkey PRIMARY KEY (order_id, variant_id);

ALTER TABLE ONLY inventory.stock
    ADD CONSTRAINT stock_pkey PRIMARY KEY (variant_id);

ALTER TABLE ONLY jobs.pgqueuer_log
    ADD CONSTRAINT pgqueuer_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY jobs.pgqueuer
    ADD CONSTRAINT pgqueuer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY jobs.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_expression_entrypoint_key UNIQUE (expression, entrypoint);

ALTER TABLE ONLY jobs.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY jobs.pgqueuer_statistics
    ADD CONSTRAINT pgqueuer_statistics_pkey PRIMARY KEY (id);

ALTER TABLE ONLY ledger.account
    ADD CONSTRAINT account_owner_id_kind_currency_shard_key UNIQUE (owner_id, kind, currency, shard);

ALTER TABLE ONLY ledger.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY ledger.transfer
    ADD CONSTRAINT transfer_once UNIQUE (reference, kind);

ALTER TABLE ONLY ledger.transfer
    ADD CONSTRAINT transfer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY media.attachment
    ADD CONSTRAINT attachment_pkey PRIMARY KEY (holder_id, media_id);

ALTER TABLE ONLY media.file
    ADD CONSTRAINT file_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY media.upload
    ADD CONSTRAINT upload_pkey PRIMARY KEY (id);

ALTER TABLE ONLY merchants.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY merchants.api_key_secret
    ADD CONSTRAINT api_key_secret_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY merchants.merchant
    ADD CONSTRAINT merchant_pkey PRIMARY KEY (id);

ALTER TABLE ONLY merchants.shop
    ADD CONSTRAINT shop_pkey PRIMARY KEY (id);

ALTER TABLE merchants.staff
    ADD CONSTRAINT staff_check CHECK (((role <> 'owner'::text) OR (shop_ids IS NULL))) NOT VALID;

ALTER TABLE ONLY merchants.staff_invitation
    ADD CONSTRAINT staff_invitation_code_hash_key UNIQUE (code_hash);

ALTER TABLE ONLY merchants.staff_invitation
    ADD CONSTRAINT staff_invitation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY merchants.staff
    ADD CONSTRAINT staff_pkey PRIMARY KEY (user_id, merchant_id, role);

ALTER TABLE merchants.staff
    ADD CONSTRAINT staff_shop_ids_check CHECK ((cardinality(shop_ids) > 0)) NOT VALID;

ALTER TABLE ONLY orders.delivery_option
    ADD CONSTRAINT delivery_option_shop_id_method_key UNIQUE NULLS NOT DISTINCT (shop_id, method);

ALTER TABLE ONLY orders.history
    ADD CONSTRAINT history_pkey PRIMARY KEY (order_id, n);

ALTER TABLE ONLY orders.order_line
    ADD CONSTRAINT order_line_pkey PRIMARY KEY (order_id, n);

ALTER TABLE ONLY orders."order"
    ADD CONSTRAINT order_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payments.payment
    ADD CONSTRAINT payment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payments.problem
    ADD CONSTRAINT problem_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payments.provider_event
    ADD CONSTRAINT provider_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payments.refund
    ADD CONSTRAINT refund_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payouts.payout
    ADD CONSTRAINT payout_pkey PRIMARY KEY (id);

ALTER TABLE ONLY platform.consumer
    ADD CONSTRAINT consumer_pkey PRIMARY KEY (name);

ALTER TABLE ONLY platform.dead_letter
    ADD CONSTRAINT dead_letter_pkey PRIMARY KEY (consumer, event_id);

ALTER TABLE ONLY platform.fact
    ADD CONSTRAINT fact_pkey PRIMARY KEY (name);

ALTER TABLE ONLY platform.idempotency_key
    ADD CONSTRAINT idempotency_key_pkey PRIMARY KEY (scope, key);

ALTER TABLE ONLY platform.worker
    ADD CONSTRAINT worker_pkey PRIMARY KEY (name);

ALTER TABLE ONLY pos.cash_operation
    ADD CONSTRAINT cash_operation_pkey PRIMARY KEY (device_id, number);

ALTER TABLE ONLY pos.device
    ADD CONSTRAINT device_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pos.device
    ADD CONSTRAINT device_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY pos.discrepancy
    ADD CONSTRAINT discrepancy_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pos.receipt_key
    ADD CONSTRAINT receipt_key_pkey PRIMARY KEY (device_id, receipt_number);

ALTER TABLE ONLY pos.sale
    ADD CONSTRAINT sale_pkey PRIMARY KEY (id, sold_at);

ALTER TABLE ONLY pos.sale_default
    ADD CONSTRAINT sale_default_pkey PRIMARY KEY (id, sold_at);

ALTER TABLE ONLY pos.sale_item
    ADD CONSTRAINT sale_item_pkey PRIMARY KEY (sale_id, line, sold_at);

ALTER TABLE ONLY pos.sale_item_default
    ADD CONSTRAINT sale_item_default_pkey PRIMARY KEY (sale_id, line, sold_at);

ALTER TABLE ONLY pos.sale_return
    ADD CONSTRAINT sale_return_pkey PRIMARY KEY (sale_id, variant_id);

ALTER TABLE ONLY pos.shift
    ADD CONSTRAINT shift_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pos.shop_presence
    ADD CONSTRAINT shop_presence_pkey PRIMARY KEY (shop_id);

ALTER TABLE ONLY pos.summary_daily
    ADD CONSTRAINT summary_daily_pkey PRIMARY KEY (shop_id, day, currency);

ALTER TABLE ONLY pos.sync_log
    ADD CONSTRAINT sync_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.kerben_migration
    ADD CONSTRAINT kerben_migration_pkey PRIMARY KEY (number);

CREATE INDEX entry_actor ON audit.entry USING btree (actor_id, id);

CREATE INDEX entry_entity ON audit.entry USING btree (entity, entity_id, id);

CREATE INDEX entry_merchant ON audit.entry USING btree (merchant_id, id) WHERE (merchant_id IS NOT NULL);

CREATE INDEX cart_guest_old ON cart.cart USING btree (created_at) WHERE (token_hash IS NOT NULL);

CREATE UNIQUE INDEX cart_token ON cart.cart USING btree (token_hash) WHERE (token_hash IS NOT NULL);

CREATE UNIQUE INDEX cart_user ON cart.cart USING btree (user_id) WHERE (user_id IS NOT NULL);

CREATE INDEX category_parent ON catalog.category USING btree (parent_id);

CREATE INDEX import_run_open ON catalog.import_run USING btree (id) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));

CREATE UNIQUE INDEX import_run_running ON catalog.import_run USING btree (shop_id) WHERE (status = 'running'::text);

CREATE INDEX import_run_shop ON catalog.import_run USING btree (shop_id, id);

CREATE INDEX price_history_variant ON catalog.price_history USING btree (variant_id, id);

CREATE UNIQUE INDEX product_group ON catalog.product USING btree (shop_id, group_key) WHERE (group_key IS NOT NULL);

CREATE INDEX product_off_sale_shop ON catalog.product USING btree (shop_id, id) WHERE (NOT is_active);

CREATE INDEX product_on_sale ON catalog.product USING btree (id) INCLUDE (version) WHERE is_active;

CREATE INDEX product_on_sale_category ON catalog.product USING btree (category_id, id) INCLUDE (version) WHERE is_active;

CREATE INDEX product_on_sale_shop ON catalog.product USING btree (shop_id, id) INCLUDE (version, category_id) WHERE is_active;

CREATE INDEX product_search ON catalog.product USING gin (search);

CREATE UNIQUE INDEX variant_barcode ON catalog.variant USING btree (shop_id, barcode) WHERE (barcode IS NOT NULL);

CREATE INDEX variant_by_barcode ON catalog.variant USING btree (barcode) WHERE (barcode IS NOT NULL);

CREATE INDEX variant_by_sku ON catalog.variant USING btree (lower(sku));

CREATE INDEX variant_changed ON catalog.variant USING btree (shop_id, updated_at, id);

CREATE INDEX variant_product ON catalog.variant USING btree (product_id) INCLUDE (version, is_active);

CREATE UNIQUE INDEX variant_sku ON catalog.variant USING btree (shop_id, sku);

CREATE INDEX word_trigrams ON catalog.word USING gin (word public.gin_trgm_ops);

CREATE INDEX place_point ON geo.place USING btree (lat, lon);

CREATE INDEX attempt_window ON identity.attempt USING btree (window_started_at);

CREATE INDEX code_expires ON identity.code USING btree (expires_at);

CREATE INDEX message_due ON identity.message USING btree (due_at);

CREATE INDEX session_expires ON identity.session USING btree (expires_at);

CREATE INDEX session_of_user ON identity.session USING btree (user_id, id);

CREATE INDEX session_revoked ON identity.session USING btree (revoked_at) WHERE (revoked_at IS NOT NULL);

CREATE INDEX user_group_member_user ON identity.user_group_member USING btree (user_id);

CREATE UNIQUE INDEX users_account_email ON identity.users USING btree (email) WHERE (kind = 'account'::text);

CREATE UNIQUE INDEX users_account_phone ON identity.users USING btree (phone) WHERE (kind = 'account'::text);

CREATE UNIQUE INDEX users_guest_phone ON identity.users USING btree (phone) WHERE (kind = 'guest'::text);

CREATE INDEX users_words ON identity.users USING gin (lower(((((name || ' '::text) || COALESCE(phone, ''::text)) || ' '::text) || COALESCE(email, ''::text))) public.gin_trgm_ops) WHERE (kind = 'account'::text);

CREATE INDEX users_working ON identity.users USING btree (id) WHERE ((kind = 'account'::text) AND (roles && ARRAY['cook'::text, 'courier'::text, 'support'::text, 'admin'::text]));

CREATE UNIQUE INDEX availability_request_open ON inquiries.availability_request USING btree (product_id, phone) WHERE (status = 'open'::text);

CREATE INDEX availability_request_phone ON inquiries.availability_request USING btree (phone, id);

CREATE INDEX availability_request_shop ON inquiries.availability_request USING btree (shop_id, status, id);

CREATE INDEX adjustment_variant ON ONLY inventory.adjustment USING btree (variant_id, created_at);

CREATE INDEX adjustment_default_variant_id_created_at_idx ON inventory.adjustment_default USING btree (variant_id, created_at);

CREATE INDEX reservation_active ON inventory.reservation USING btree (variant_id) WHERE (status = 'active'::text);

CREATE INDEX stock_low ON inventory.stock USING btree (shop_id) WHERE (low_stock IS NOT NULL);

CREATE INDEX stock_shop ON inventory.stock USING btree (shop_id);

CREATE INDEX pgqueuer_ep_ea_idx ON jobs.pgqueuer USING btree (entrypoint, execute_after) WHERE (status = 'queued'::jobs.pgqueuer_status);

CREATE INDEX pgqueuer_ep_prio_id_idx ON jobs.pgqueuer USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::jobs.pgqueuer_status);

CREATE INDEX pgqueuer_log_created ON jobs.pgqueuer_log USING btree (created);

CREATE INDEX pgqueuer_log_job_id_status ON jobs.pgqueuer_log USING btree (job_id, created DESC);

CREATE INDEX pgqueuer_log_not_aggregated ON jobs.pgqueuer_log USING btree ((1)) WHERE (NOT aggregated);

CREATE INDEX pgqueuer_log_status ON jobs.pgqueuer_log USING btree (status);

CREATE INDEX pgqueuer_picked_heartbeat_idx ON jobs.pgqueuer USING btree (heartbeat) WHERE (status = 'picked'::jobs.pgqueuer_status);

CREATE UNIQUE INDEX pgqueuer_picked_slot_idx ON jobs.pgqueuer USING btree (entrypoint, slot) WHERE ((status = 'picked'::jobs.pgqueuer_status) AND (slot IS NOT NULL));

CREATE INDEX pgqueuer_priority_id_id1_idx ON jobs.pgqueuer USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::jobs.pgqueuer_status);

CREATE INDEX pgqueuer_queue_manager_id_idx ON jobs.pgqueuer USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);

CREATE UNIQUE INDEX pgqueuer_statistics_unique_count ON jobs.pgqueuer_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);

CREATE UNIQUE INDEX pgqueuer_unique_dedupe_key ON jobs.pgqueuer USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::jobs.pgqueuer_status, 'picked'::jobs.pgqueuer_status])) AND (dedupe_key IS NOT NULL));

CREATE INDEX pgqueuer_updated_id_id1_idx ON jobs.pgqueuer USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::jobs.pgqueuer_status);

CREATE INDEX transfer_credit_at ON ledger.transfer USING btree (credit_account_id, created_at, id);

CREATE INDEX transfer_debit_at ON ledger.transfer USING btree (debit_account_id, created_at, id);

CREATE INDEX attachment_media ON media.attachment USING btree (media_id);

CREATE INDEX upload_deleting ON media.upload USING btree (hash) WHERE (status = 'deleting'::text);

CREATE INDEX upload_due ON media.upload USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX upload_hash ON media.upload USING btree (hash);

CREATE INDEX upload_unused ON media.upload USING btree (owner_id) WHERE (expires_at IS NOT NULL);

CREATE INDEX api_key_merchant ON merchants.api_key USING btree (merchant_id, id);

CREATE UNIQUE INDEX api_key_secret_current ON merchants.api_key_secret USING btree (key_id) WHERE (valid_until IS NULL);

CREATE INDEX api_key_secret_key ON merchants.api_key_secret USING btree (key_id);

CREATE INDEX merchant_owner ON merchants.merchant USING btree (owner_id);

CREATE INDEX merchant_payout_pending ON merchants.merchant USING btree (id) WHERE (payout_status = 'pending'::text);

CREATE INDEX merchant_unverified ON merchants.merchant USING btree (id) WHERE (verified_at IS NULL);

CREATE INDEX shop_merchant ON merchants.shop USING btree (merchant_id);

CREATE INDEX shop_place ON merchants.shop USING btree (place_id, id) WHERE (place_id IS NOT NULL);

CREATE INDEX shop_point ON merchants.shop USING btree (lat, lon) WHERE is_active;

CREATE INDEX staff_invitation_merchant ON merchants.staff_invitation USING btree (merchant_id, id);

CREATE INDEX staff_merchant ON merchants.staff USING btree (merchant_id);

CREATE UNIQUE INDEX staff_whole ON merchants.staff USING btree (user_id, merchant_id) WHERE (shop_ids IS NULL);

CREATE INDEX order_attention ON orders."order" USING btree (id) WHERE (needs_attention IS NOT NULL);

CREATE INDEX order_created ON orders."order" USING brin (created_at) WITH (pages_per_range='32');

CREATE INDEX order_due ON orders."order" USING btree (reserved_until) WHERE (status = ANY (ARRAY['awaiting_payment'::text, 'awaiting_confirmation'::text]));

CREATE UNIQUE INDEX order_number_key ON orders."order" USING btree (number);

CREATE INDEX order_phone ON orders."order" USING btree (contact_phone, id);

CREATE INDEX order_pickup_due ON orders."order" USING btree (reserved_until) WHERE (status = 'ready_for_pickup'::text);

CREATE INDEX order_pickup_shop ON orders."order" USING btree (shop_id, id) WHERE (status = ANY (ARRAY['ready_for_pickup'::text, 'pickup_expired'::text]));

CREATE INDEX order_reminder ON orders."order" USING btree (remind_at) WHERE (remind_at IS NOT NULL);

CREATE INDEX order_shop ON orders."order" USING btree (shop_id, id DESC);

CREATE INDEX order_status ON orders."order" USING btree (status, id) WHERE (status <> ALL (ARRAY['delivered'::text, 'cancelled'::text]));

CREATE INDEX order_unclaimed_due ON orders."order" USING btree (reserved_until) WHERE (status = 'pickup_expired'::text);

CREATE INDEX order_user ON orders."order" USING btree (user_id, id DESC);

CREATE INDEX payment_check_due ON payments.payment USING btree (next_check_at) WHERE (next_check_at IS NOT NULL);

CREATE UNIQUE INDEX payment_provider_id ON payments.payment USING btree (provider_payment_id, provider) WHERE (provider_payment_id IS NOT NULL);

CREATE INDEX payment_subject ON payments.payment USING btree (subject_id);

CREATE INDEX payment_void_due ON payments.payment USING btree (void_due_at) WHERE (void_due_at IS NOT NULL);

CREATE INDEX problem_open ON payments.problem USING btree (id) WHERE (resolved_at IS NULL);

CREATE UNIQUE INDEX problem_open_once ON payments.problem USING btree (payment_id, problem) WHERE (resolved_at IS NULL);

CREATE INDEX provider_event_old ON payments.provider_event USING btree (received_at) WHERE (verdict <> 'applied'::text);

CREATE INDEX provider_event_payment ON payments.provider_event USING btree (payment_id, id) WHERE (payment_id IS NOT NULL);

CREATE INDEX refund_borne ON payments.refund USING btree (payment_id) WHERE (borne_by = 'platform'::text);

CREATE INDEX refund_claimed ON payments.refund USING btree (id) WHERE ((responsible = 'platform'::text) AND (borne_by = 'seller'::text) AND (bearer_decided_at IS NULL) AND (status <> 'failed'::text));

CREATE INDEX refund_due ON payments.refund USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

CREATE UNIQUE INDEX refund_of_payment ON payments.refund USING btree (payment_id) WHERE (status <> 'failed'::text);

CREATE INDEX payout_due ON payouts.payout USING btree (status, next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

CREATE INDEX payout_merchant ON payouts.payout USING btree (merchant_id, id);

CREATE UNIQUE INDEX dead_letter_id ON platform.dead_letter USING btree (id);

CREATE INDEX dead_letter_key ON platform.dead_letter USING btree (consumer, key, "position");

CREATE INDEX dead_letter_order ON platform.dead_letter USING btree (consumer, "position");

CREATE INDEX idempotency_key_created ON platform.idempotency_key USING brin (created_at);

CREATE INDEX outbox_id ON ONLY platform.outbox USING btree (id);

CREATE INDEX outbox_default_id_idx ON platform.outbox_default USING btree (id);

CREATE INDEX cash_operation_shift ON pos.cash_operation USING btree (shift_id);

CREATE INDEX device_active ON pos.device USING btree (id) WHERE (status = 'active'::text);

CREATE INDEX device_shop ON pos.device USING btree (shop_id);

CREATE INDEX discrepancy_device ON pos.discrepancy USING btree (device_id) WHERE (resolved_at IS NULL);

CREATE INDEX discrepancy_kept ON pos.discrepancy USING btree (shop_id, resolved_at) WHERE (resolution = 'keep_ours'::text);

CREATE INDEX discrepancy_muted ON pos.discrepancy USING btree (variant_id, kind) WHERE muted;

CREATE UNIQUE INDEX discrepancy_open ON pos.discrepancy USING btree (variant_id, kind) WHERE (resolved_at IS NULL);

CREATE INDEX discrepancy_shop ON pos.discrepancy USING btree (shop_id, opened_at);

CREATE INDEX receipt_key_shop ON pos.receipt_key USING btree (shop_id, receipt_number);

CREATE INDEX sale_device ON ONLY pos.sale USING btree (device_id, sold_at);

CREATE INDEX sale_default_device_id_sold_at_idx ON pos.sale_default USING btree (device_id, sold_at);

CREATE INDEX sale_shop ON ONLY pos.sale USING btree (shop_id, sold_at);

CREATE INDEX sale_default_shop_id_sold_at_idx ON pos.sale_default USING btree (shop_id, sold_at);

CREATE INDEX sale_item_variant ON ONLY pos.sale_item USING btree (variant_id, sold_at);

CREATE INDEX sale_item_default_variant_id_sold_at_idx ON pos.sale_item_default USING btree (variant_id, sold_at);

CREATE UNIQUE INDEX shift_open ON pos.shift USING btree (device_id) WHERE (closed_at IS NULL);

CREATE INDEX shift_shop ON pos.shift USING btree (shop_id, opened_at, id);

CREATE UNIQUE INDEX shift_z ON pos.shift USING btree (device_id, z_number);

CREATE INDEX sync_log_created ON pos.sync_log USING btree (created_at);

CREATE INDEX sync_log_device ON pos.sync_log USING btree (device_id, created_at);

ALTER INDEX inventory.adjustment_variant ATTACH PARTITION inventory.adjustment_default_variant_id_created_at_idx;

ALTER INDEX platform.outbox_id ATTACH PARTITION platform.outbox_default_id_idx;

ALTER INDEX pos.sale_device ATTACH PARTITION pos.sale_default_device_id_sold_at_idx;

ALTER INDEX pos.sale_pkey ATTACH PARTITION pos.sale_default_pkey;

ALTER INDEX pos.sale_shop ATTACH PARTITION pos.sale_default_shop_id_sold_at_idx;

ALTER INDEX pos.sale_item_pkey ATTACH PARTITION pos.sale_item_default_pkey;

ALTER INDEX pos.sale_item_variant ATTACH PARTITION pos.sale_item_default_variant_id_sold_at_idx;

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit.entry FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

CREATE TRIGGER adjustment_append_only BEFORE DELETE OR UPDATE ON inventory.adjustment FOR EACH ROW EXECUTE FUNCTION inventory.refuse_change();

CREATE TRIGGER tg_pgqueuer_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON jobs.pgqueuer FOR EACH STATEMENT EXECUTE FUNCTION jobs.fn_pgqueuer_changed();

CREATE TRIGGER transfer_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.transfer FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

ALTER TABLE ONLY cart.item
    ADD CONSTRAINT item_cart_id_fkey FOREIGN KEY (cart_id) REFERENCES cart.cart(id) ON DELETE CASCADE;

ALTER TABLE ONLY catalog.category
    ADD CONSTRAINT category_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES catalog.category(id);

ALTER TABLE ONLY catalog.product
    ADD CONSTRAINT product_category_id_fkey FOREIGN KEY (category_id) REFERENCES catalog.category(id);

ALTER TABLE ONLY catalog.variant
    ADD CONSTRAINT variant_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id);

ALTER TABLE ONLY identity.recovery_code
    ADD CONSTRAINT recovery_code_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.totp(user_id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.session
    ADD CONSTRAINT session_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.users(id);

ALTER TABLE ONLY identity.totp
    ADD CONSTRAINT totp_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.users(id);

ALTER TABLE ONLY identity.user_group_member
    ADD CONSTRAINT user_group_member_group_id_fkey FOREIGN KEY (group_id) REFERENCES identity.user_group(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.user_group_member
    ADD CONSTRAINT user_group_member_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.users(id);

ALTER TABLE ONLY identity.users
    ADD CONSTRAINT users_claimed_by_fkey FOREIGN KEY (claimed_by) REFERENCES identity.users(id);

ALTER TABLE ONLY media.attachment
    ADD CONSTRAINT attachment_media_id_fkey FOREIGN KEY (media_id) REFERENCES media.upload(id);

ALTER TABLE ONLY media.upload
    ADD CONSTRAINT upload_hash_fkey FOREIGN KEY (hash) REFERENCES media.file(hash);

ALTER TABLE ONLY merchants.api_key
    ADD CONSTRAINT api_key_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants.merchant(id);

ALTER TABLE ONLY merchants.api_key_secret
    ADD CONSTRAINT api_key_secret_key_id_fkey FOREIGN KEY (key_id) REFERENCES merchants.api_key(id);

ALTER TABLE ONLY merchants.shop
    ADD CONSTRAINT shop_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants.merchant(id);

ALTER TABLE ONLY merchants.shop
    ADD CONSTRAINT shop_place_id_fkey FOREIGN KEY (place_id) REFERENCES geo.place(id);

ALTER TABLE ONLY merchants.staff_invitation
    ADD CONSTRAINT staff_invitation_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants.merchant(id);

ALTER TABLE ONLY merchants.staff
    ADD CONSTRAINT staff_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants.merchant(id);

ALTER TABLE ONLY payments.problem
    ADD CONSTRAINT problem_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments.payment(id);

ALTER TABLE ONLY payments.refund
    ADD CONSTRAINT refund_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments.payment(id);

ALTER TABLE ONLY pos.cash_operation
    ADD CONSTRAINT cash_operation_shift_id_fkey FOREIGN KEY (shift_id) REFERENCES pos.shift(id);
