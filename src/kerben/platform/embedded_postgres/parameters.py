"""Server settings: good for OLTP on two cores shared with the application, durable unless told otherwise.

https://www.postgresql.org/docs/18/runtime-config.html
"""

from collections.abc import Mapping

DEFAULTS: Mapping[str, str] = {
    # Memory. Shared buffers are reserved, not touched, until used.
    "shared_buffers": "512MB",
    "effective_cache_size": "4GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_connections": "100",
    # A commit that was answered is on disk.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Few, spread checkpoints: full-page images after a checkpoint are the largest part of the log.
    "wal_compression": "on",
    "wal_buffers": "16MB",
    "min_wal_size": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    # Short statements on fast disks: neither compiling nor parallel workers pay, they take cores from other requests.
    "jit": "off",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "64",
    "max_parallel_workers_per_gather": "0",
    # Queue and outbox tables are emptied as fast as they fill.
    "autovacuum_naptime": "15s",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.05",
    # A forgotten transaction must not hold row locks or keep vacuum back.
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "60",
    # The superuser's password is 256 random bits, hashed once at initdb with few rounds so that connecting is cheap;
    # passwords of roles made later are hashed with the usual number.
    "password_encryption": "scram-sha-256",
    "scram_iterations": "4096",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_lock_waits": "on",
    "log_checkpoints": "off",
    "log_destination": "stderr",
    "logging_collector": "off",
}

# Where the server listens and what it serves follows from the constructor, not from free settings.
RESERVED = frozenset(
    {"port", "listen_addresses", "unix_socket_directories", "unix_socket_permissions", "data_directory"}
)


def merged(overrides: Mapping[str, str] | None) -> dict[str, str]:
    """The defaults with the caller's settings over them; ValueError for a setting that is not the caller's."""
    given = dict(overrides or {})
    refused = RESERVED & given.keys()
    if refused:
        raise ValueError(f"set by the embedded server itself: {', '.join(sorted(refused))}")
    return {**DEFAULTS, **given}
