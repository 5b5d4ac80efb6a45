"""What can go wrong with the embedded server.

Each error carries a `code` and its data as attributes, so that a command line can word it in the reader's language;
the English text is for logs.
"""

from pathlib import Path


class EmbeddedPostgresError(Exception):
    """Any failure of the embedded server; the text ends with the last lines of the server's log if there is one."""

    code = "embedded_postgres.failed"

    def __init__(self, message: str, *, log_tail: str = "") -> None:
        self.message = message
        self.log_tail = log_tail
        super().__init__(f"{message}\nLast lines of the server log:\n{log_tail}" if log_tail else message)


class DataDirInUseError(EmbeddedPostgresError):
    """Another living process owns the data folder."""

    code = "embedded_postgres.data_dir_in_use"

    def __init__(self, data_dir: Path, owner_pid: int | None) -> None:
        self.data_dir = data_dir
        self.owner_pid = owner_pid
        owner = f"process {owner_pid}" if owner_pid is not None else "another process"
        super().__init__(
            f"The database folder {data_dir} is in use by {owner}. Stop that process or choose another data folder."
        )


class ForeignDataDirError(EmbeddedPostgresError):
    """The folder holds something that was not made here, so nothing is written to it."""

    code = "embedded_postgres.data_dir_foreign"

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        super().__init__(
            f"The folder {data_dir} is not empty and was not made by Kerben. Choose an empty folder or a new one."
        )


class DataDirUnusableError(EmbeddedPostgresError):
    """The folder cannot be read or written by the account the server runs as, or a needed file of it is missing."""

    code = "embedded_postgres.data_dir_unusable"

    def __init__(self, data_dir: Path, message: str) -> None:
        self.data_dir = data_dir
        super().__init__(message)


class PortTakenError(EmbeddedPostgresError):
    """Something else listens on the asked TCP port of 127.0.0.1."""

    code = "embedded_postgres.port_taken"

    def __init__(self, port: int, *, log_tail: str = "") -> None:
        self.port = port
        super().__init__(
            f"Port {port} on 127.0.0.1 is taken by another program. Stop that program or choose another port.",
            log_tail=log_tail,
        )


class VersionMismatchError(EmbeddedPostgresError):
    """The data were written by another major version of PostgreSQL."""

    code = "embedded_postgres.version_mismatch"

    def __init__(self, data_dir: Path, found: str, expected: str) -> None:
        self.data_dir = data_dir
        self.found = found
        self.expected = expected
        super().__init__(
            f"The data in {data_dir} were written by PostgreSQL {found}, and this program brings "
            f"PostgreSQL {expected}. Dump them with the earlier release of the program (pg_dump) and "
            f"restore into a new folder, convert them with pg_upgrade, or choose another data folder."
        )
