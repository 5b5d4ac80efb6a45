"""How the audit log plugs in: it brings a table and functions, no routes."""

from __future__ import annotations

from kerben.platform.modules import Module

MODULE = Module(name="audit")
