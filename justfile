# Short names for what the launcher and the scripts do. `just` comes with the development packages: .venv/bin/just

set shell := ["sh", "-eu", "-c"]

# What there is
default:
    @just --list

# Every test, with what they need
check *options:
    ./kerben check {{ options }}

# What a commit needs, under a minute
check-quick:
    ./kerben check --quick

# Lay the code out and fix what can be fixed
fmt:
    .venv/bin/ruff check --fix .
    .venv/bin/ruff format .

# Resolve every package and write the versions into pyproject.toml (--upgrade: take the newest)
lock *options:
    python3 scripts/lock.py {{ options }}

# Benchmarks with their recorded results
bench *options:
    .venv/bin/python -m bench {{ options }}

# Kill every process again and again under load, then compare all books
chaos *options:
    .venv/bin/python -m bench.chaos {{ options }}

# Import 100,000 rows, kill the worker midway, resume, import again
imports *options:
    .venv/bin/python -m bench.imports {{ options }}

# The wheel, with the built web client in it
wheel:
    ./kerben web build
    uv build --wheel

# Write the committed copy of the HTTP contract
openapi:
    ./kerben openapi

# Write the committed copy of the database schema
schema:
    ./kerben schema
