"""The embedded server: start, take over, stop."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from kerben.platform.embedded_postgres.account import Account, first_closed, service_account
from kerben.platform.embedded_postgres.binaries import executable, reachable_binaries
from kerben.platform.embedded_postgres.cluster import (
    SUPERUSER,
    check_version,
    create_cluster,
    environment,
    query,
    read_password,
)
from kerben.platform.embedded_postgres.errors import (
    DataDirUnusableError,
    EmbeddedPostgresError,
    ForeignDataDirError,
    PortTakenError,
)
from kerben.platform.embedded_postgres.lock import OwnerLock
from kerben.platform.embedded_postgres.parameters import merged
from kerben.platform.embedded_postgres.paths import check_reachable, make_data_dir, socket_dir
from kerben.platform.embedded_postgres.postmaster import (
    POLL_S,
    disown_reused_pid,
    is_postmaster_of,
    read_pid_file,
    recorded_arguments,
    rendered_arguments,
    shut_down,
)

DATABASE = "kerben"
LOCK_FILE = "kerben-postgres.lock"
_DEFAULT_PORT = 5432
_LOG_BYTES_MAX = 10 * 1024 * 1024
_LOG_TAIL_LINES = 15


class EmbeddedPostgres:
    """A PostgreSQL server on a data folder of its own.

    The folder holds the cluster (`cluster/`), the superuser's password (mode 0600), the server's log, the Unix socket
    (`run/`, private) and a lock file that marks the folder as ours and belongs to the owning process. The server
    listens on 127.0.0.1 only if `port` is given (on Windows always). It outlives an owner that dies without `stop()`;
    the next `start()` on the folder takes it over. `parameters` are PostgreSQL settings that replace the defaults;
    commits are durable unless they say otherwise. Calls block; none needs an event loop.
    """

    def __init__(
        self, data_dir: Path, *, port: int | None = None, parameters: Mapping[str, str] | None = None
    ) -> None:
        self._data_dir = Path(os.path.realpath(data_dir))
        self._cluster = self._data_dir / "cluster"
        self._log = self._data_dir / "server.log"
        self._log_offset = 0
        self._parameters = merged(parameters)
        self._tcp_port = _free_port() if port is None and sys.platform == "win32" else port
        self._port = self._tcp_port or _DEFAULT_PORT
        self._lock = OwnerLock(self._data_dir / LOCK_FILE)
        self._binaries: Path | None = None
        self._host = ""
        self._password = ""
        self._pid: int | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def data_dir(self) -> Path:
        """The data folder, with symbolic links resolved."""
        return self._data_dir

    @property
    def binaries(self) -> Path:
        """The `bin` folder the server is run from; clients such as pg_dump stand in it too."""
        if self._binaries is None:
            self._binaries = reachable_binaries(service_account(self._cluster))
        return self._binaries

    @property
    def pid(self) -> int | None:
        """The server's process id; None while it does not run."""
        return self._pid if self._pid is not None and self._running(self._pid) else None

    @property
    def dsn(self) -> str:
        """Address of database `kerben` for asyncpg and libpq; EmbeddedPostgresError before `start()`."""
        if not self._lock.held or not self._password:
            raise EmbeddedPostgresError("The embedded PostgreSQL has not been started.")
        credentials = f"{SUPERUSER}:{quote(self._password, safe='')}"
        if sys.platform == "win32":
            return f"postgresql://{credentials}@127.0.0.1:{self._port}/{DATABASE}"
        return f"postgresql://{credentials}@/{DATABASE}?host={quote(self._host)}&port={self._port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, *, timeout_s: float = 30) -> str:
        """Make the cluster if there is none, start or take over its server, and return the DSN.

        Does nothing but return the DSN while the server runs. Raises DataDirInUseError, DataDirUnusableError,
        ForeignDataDirError, VersionMismatchError, PortTakenError, else EmbeddedPostgresError; after an error nothing
        runs and the folder is free again.
        """
        if self._lock.held and self.pid is not None:
            return self.dsn
        deadline = time.monotonic() + timeout_s
        account = service_account(self._cluster)
        if not self._lock.held:
            self._claim(account)
        try:
            self._prepare(account)
            while not (self._take_over(deadline) or self._launch(account, deadline)):
                time.sleep(10 * POLL_S)
            self._ensure_database(deadline)
        except BaseException:
            with contextlib.suppress(EmbeddedPostgresError):
                self._end(timeout_s=1)
            self._lock.release()
            raise
        return self.dsn

    def stop(self, *, timeout_s: float = 15) -> None:
        """Shut the server down, disconnecting clients, and give the folder back. Harmless when it does not run.

        Raises EmbeddedPostgresError if the server does not end even when killed.
        """
        if not self._lock.held:
            return
        self._end(timeout_s=timeout_s)
        self._lock.release()

    def _end(self, *, timeout_s: float) -> None:
        if self._pid is not None and not shut_down(
            self._pid,
            self._cluster,
            self._child,
            timeout_s=timeout_s,
            pg_ctl=executable(self.binaries, "pg_ctl"),
        ):
            raise EmbeddedPostgresError(f"PostgreSQL (process {self._pid}) does not end.", log_tail=self._log_tail())
        self._pid, self._child = None, None

    def _running(self, pid: int) -> bool:
        return self._child.poll() is None if self._child is not None else is_postmaster_of(pid, self._cluster)

    def _claim(self, account: Account) -> None:
        """Take the folder, refusing one that holds anything but our own things."""
        check_reachable(self._data_dir, account)
        make_data_dir(self._data_dir, account)
        try:
            names = {path.name for path in self._data_dir.iterdir()}
        except PermissionError as error:
            raise DataDirUnusableError(
                self._data_dir,
                f"The database folder {self._data_dir} belongs to another account. "
                f"Start as that account or choose another data folder.",
            ) from error
        if names and LOCK_FILE not in names:
            raise ForeignDataDirError(self._data_dir)
        self._lock.acquire()

    def _prepare(self, account: Account) -> None:
        if first_closed(self._data_dir, account) == self._data_dir:
            # Our own folder, not one above it: the server may pass through, not list.
            self._data_dir.chmod(self._data_dir.stat().st_mode & 0o777 | 0o111)
        self._binaries = reachable_binaries(account)
        if self._cluster.exists():
            check_version(self._data_dir, self._cluster)
        else:
            durable = self._parameters["fsync"] != "off"
            create_cluster(self._data_dir, self._cluster, self._binaries, account, durable=durable)
        self._password = read_password(self._data_dir)
        self._host = "127.0.0.1" if sys.platform == "win32" else str(socket_dir(self._data_dir, self._port, account))

    def _arguments(self) -> list[str]:
        settings = {
            **self._parameters,
            "port": str(self._port),
            "listen_addresses": "127.0.0.1" if self._tcp_port is not None else "",
        }
        if sys.platform != "win32":
            settings |= {"unix_socket_directories": self._host, "unix_socket_permissions": "0700"}
        arguments = ["-D", str(self._cluster)]
        for name in sorted(settings):
            arguments += ["-c", f"{name}={settings[name]}"]
        return arguments

    def _take_over(self, deadline: float) -> bool:
        """Adopt a server a dead owner left behind; one with other settings, or that does not answer, is stopped."""
        recorded = read_pid_file(self._cluster)
        if recorded is None:
            return False
        if not is_postmaster_of(recorded.pid, self._cluster):
            disown_reused_pid(self._cluster, recorded.pid)
            return False
        self._pid, self._child = recorded.pid, None
        same = recorded_arguments(self._cluster).endswith(rendered_arguments(self._arguments()))
        if same and self._wait_ready(min(deadline, time.monotonic() + 10)):
            answer = self._query("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)", timeout_s=5)
            if answer == str(recorded.pid):
                return True
        self._end(timeout_s=max(1.0, deadline - time.monotonic()))
        return False

    def _launch(self, account: Account, deadline: float) -> bool:
        """Start the server; False if what is left of an earlier one stood in the way and it is worth another try."""
        if self._tcp_port is not None and not _port_is_free(self._tcp_port):
            raise PortTakenError(self._tcp_port)
        self._spawn(account)
        if self._wait_ready(deadline):
            return True
        tail = self._log_tail()
        ended = self._child is None or self._child.poll() is not None
        # Back ends of a killed server live on for a moment, and a server whose owner was killed just after starting
        # it may have come up meanwhile.
        passing = "shared memory block" in tail or 'lock file "postmaster.pid" already exists' in tail
        if ended and passing and time.monotonic() < deadline:
            self._pid, self._child = None, None
            return False
        if self._tcp_port is not None and "could not bind" in tail:
            raise PortTakenError(self._tcp_port, log_tail=tail)
        reason = "ended while starting" if ended else "was not ready in time"
        raise EmbeddedPostgresError(f"PostgreSQL {reason}.", log_tail=tail)

    def _spawn(self, account: Account) -> None:
        if self._log.exists() and self._log.stat().st_size > _LOG_BYTES_MAX:
            self._log.replace(self._log.with_suffix(".log.1"))
        descriptor = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as log:
            self._log_offset = os.fstat(log.fileno()).st_size
            child: subprocess.Popen[bytes] = subprocess.Popen(
                [str(executable(self.binaries, "postgres")), *self._arguments()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(),
                cwd=str(self._data_dir) if sys.platform == "win32" else "/",
                # A Ctrl-C in the owner's terminal is for the owner, which then stops the server in order.
                start_new_session=True,
                **account.popen_options(),
            )
        self._child, self._pid = child, child.pid

    def _wait_ready(self, deadline: float) -> bool:
        """Wait for the server to accept connections; False if it ended or the deadline (monotonic seconds) passed."""
        while self._pid is not None and self._running(self._pid):
            state = read_pid_file(self._cluster)
            # On Windows the first process is the server as well, so the ids agree everywhere.
            if state is not None and state.pid == self._pid and state.ready:
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_S)
        return False

    def _ensure_database(self, deadline: float) -> None:
        left = max(2.0, deadline - time.monotonic())
        count = self._query(f"SELECT count(*) FROM pg_database WHERE datname = '{DATABASE}'", timeout_s=left)
        created = "" if count == "1" else self._query(f"CREATE DATABASE {DATABASE}", timeout_s=left)
        if count is None or created is None:
            raise EmbeddedPostgresError(
                "PostgreSQL started but does not answer with its recorded password.", log_tail=self._log_tail()
            )

    def _query(self, sql: str, *, timeout_s: float) -> str | None:
        return query(
            self.binaries, sql, host=self._host, port=self._port, password=self._password, timeout_s=timeout_s
        )

    def _log_tail(self) -> str:
        """The last lines the server wrote since this start."""
        try:
            with self._log.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(min(self._log_offset, size), size - 8192))
                text = file.read().decode(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-_LOG_TAIL_LINES:])


def _port_is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
