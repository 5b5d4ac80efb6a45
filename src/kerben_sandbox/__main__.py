"""`python -m kerben_sandbox --port N --data-dir D [--public-url URL] [--host H]`

Runs the sandbox until Ctrl-C or TERM.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import socket
import sys
from pathlib import Path
from typing import cast

import uvloop

from kerben_sandbox.app import create_app
from kerben_sandbox.config import SandboxConfig, load_secrets
from kerben_sandbox.express import Express
from kerben_sandbox.http_server import make_server
from kerben_sandbox.store import DataDirTakenError, Store
from kerben_sandbox.world import World


async def _serve(config: SandboxConfig, host: str, port: int) -> None:
    app = create_app(config)
    server = make_server(app, Express(app), host, port)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        # Calls that hang on purpose would hold the server back for as long as their callers wait.
        if "world" in app.state:
            cast("World", app.state["world"]).stopping.set()
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    await server.serve()


def _is_free(host: str, port: int) -> bool:
    """Whether the port can be had: a taken one is said in a sentence instead of a failed start."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def main() -> int:
    """Run; 2 when the port is taken or the data directory is in use by another sandbox."""
    parser = argparse.ArgumentParser(prog="python -m kerben_sandbox", description="Acquirer, bank, inbox.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--public-url", default="", help="what browsers reach this under; default its own address")
    args = parser.parse_args()
    if not _is_free(args.host, args.port):
        sys.stderr.write(f"port {args.port} is taken\n")
        return 2
    public_url = str(args.public_url).rstrip("/") or f"http://{args.host}:{args.port}"
    config = SandboxConfig(data_dir=args.data_dir, public_url=public_url, secrets=load_secrets(args.data_dir))
    try:
        # Opened once beforehand, so that a taken folder is said in a sentence instead of a failed start.
        Store(config.data_dir, first_payment_id=int(config.clock() * 1000)).close()
    except DataDirTakenError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    uvloop.run(_serve(config, args.host, args.port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
