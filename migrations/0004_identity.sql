CREATE SCHEMA identity;

-- People. A guest is the shadow of a phone that ordered without signing in; an account can sign in. One phone may
-- have both until the account proves that the phone is its own.
CREATE TABLE identity.users (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('account', 'guest')),
    phone text,
    email text,
    name text NOT NULL,
    roles text[] NOT NULL CHECK (roles <@ ARRAY['buyer', 'cook', 'courier', 'support', 'admin']),
    password_hash text,
    phone_verified_at timestamptz,
    email_verified_at timestamptz,
    claimed_by uuid REFERENCES identity.users (id),
    claimed_at timestamptz,
    created_at timestamptz NOT NULL,
    CHECK (phone IS NOT NULL OR email IS NOT NULL),
    CHECK (kind = 'account' OR (phone IS NOT NULL AND password_hash IS NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX users_account_phone ON identity.users (phone) WHERE kind = 'account';
CREATE UNIQUE INDEX users_account_email ON identity.users (email) WHERE kind = 'account';
CREATE UNIQUE INDEX users_guest_phone ON identity.users (phone) WHERE kind = 'guest';

-- A session is one family of refresh tokens; only its newest generation may be exchanged.
CREATE TABLE identity.session (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES identity.users (id),
    generation int NOT NULL DEFAULT 0,
    refresh_hash bytea NOT NULL,
    user_agent text NOT NULL,
    ip text NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_for text CHECK (revoked_for IN ('signout', 'user', 'reuse', 'password', 'takeover', 'roles'))
) WITH (fillfactor = 80);
CREATE INDEX session_of_user ON identity.session (user_id, id);
CREATE INDEX session_revoked ON identity.session (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX session_expires ON identity.session (expires_at);

-- The newest one-time code of a phone or address and purpose; logins that nobody has get a row as well, so that
-- asking for a code looks the same from outside.
CREATE TABLE identity.code (
    login text NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('signin', 'password_reset', 'phone_verify')),
    mac bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    tries int NOT NULL DEFAULT 0,
    used_at timestamptz,
    window_started_at timestamptz NOT NULL,
    sent int NOT NULL DEFAULT 1,
    PRIMARY KEY (login, purpose)
) WITH (fillfactor = 80);
CREATE INDEX code_expires ON identity.code (expires_at);

-- Wrong guesses by login and by address, and until when further ones are refused.
CREATE TABLE identity.attempt (
    key text PRIMARY KEY,
    failures int NOT NULL,
    allowed int NOT NULL,
    window_started_at timestamptz NOT NULL,
    locked_until timestamptz
) WITH (fillfactor = 70);
CREATE INDEX attempt_window ON identity.attempt (window_started_at);

-- Messages that are to leave; the text is sealed because it holds codes. A row goes when it was sent.
CREATE TABLE identity.message (
    id uuid PRIMARY KEY,
    channel text NOT NULL CHECK (channel IN ('sms', 'email')),
    recipient text NOT NULL,
    subject text,
    sealed_text bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attempts int NOT NULL DEFAULT 0
) WITH (fillfactor = 80);
CREATE INDEX message_due ON identity.message (due_at);

-- Second factor; not in force until confirmed. last_step is the newest time step used, so a code works once.
CREATE TABLE identity.totp (
    user_id uuid PRIMARY KEY REFERENCES identity.users (id),
    sealed_secret bytea NOT NULL,
    confirmed_at timestamptz,
    last_step bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
);
CREATE TABLE identity.recovery_code (
    user_id uuid NOT NULL REFERENCES identity.totp (user_id) ON DELETE CASCADE,
    hash bytea NOT NULL,
    PRIMARY KEY (user_id, hash)
);

CREATE TABLE identity.user_group (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL
);
CREATE TABLE identity.user_group_member (
    group_id uuid NOT NULL REFERENCES identity.user_group (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES identity.users (id),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX user_group_member_user ON identity.user_group_member (user_id);
