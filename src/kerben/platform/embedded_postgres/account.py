"""The operating-system account the server runs as, and what that account can reach.

PostgreSQL refuses to run as uid 0. Started as root, the server runs as the owner of an existing cluster, else as
`nobody`; no account is added and no folder that is not ours is opened up for it.
"""

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

# The traditional ids of `nobody` where the account list has no such name.
_OVERFLOW_ID = 65534


class PopenOptions(TypedDict, total=False):
    """The arguments of `subprocess.Popen` that choose an account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """Ids of an account. `switch` tells whether this process (root) has to change to it for the server."""

    uid: int
    gid: int
    switch: bool

    def popen_options(self) -> PopenOptions:
        """Arguments for `subprocess` that run a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def give(self, path: Path) -> None:
        """Make this account the owner of a file or folder of ours."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def service_account(cluster: Path) -> Account:
    """The account that runs the server of `cluster`, which need not exist yet."""
    if sys.platform == "win32":
        return Account(uid=0, gid=0, switch=False)
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid(), switch=False)
    if cluster.exists():
        owner = cluster.stat()
        if owner.st_uid != 0:
            return Account(uid=owner.st_uid, gid=owner.st_gid, switch=True)
    import pwd  # Unix only

    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(uid=_OVERFLOW_ID, gid=_OVERFLOW_ID, switch=True)
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid, switch=True)


def _allows(status: os.stat_result, account: Account, wanted: int) -> bool:
    """Whether the permission bits grant `wanted` (a mask of 4 read, 2 write, 1 execute) to the account."""
    if status.st_uid == account.uid:
        granted = status.st_mode >> 6
    elif status.st_gid == account.gid:
        granted = status.st_mode >> 3
    else:
        granted = status.st_mode
    return granted & wanted == wanted


def first_closed(path: Path, account: Account) -> Path | None:
    """The first existing part of `path` the account cannot pass through (folder) or read (file); None if all open.

    Only matters for an account this process switches to: its own access shows in the system calls that need it.
    """
    if not account.switch:
        return None
    resolved = path.resolve()
    for part in [*reversed(resolved.parents), resolved]:
        try:
            status = part.stat()
        except FileNotFoundError:
            return None
        wanted = 1 if stat.S_ISDIR(status.st_mode) else 4
        if not _allows(status, account, wanted):
            return part
    return None
