"""What the ledger brings to the processes: its invariants."""

from kerben.domains.ledger.repository import CHECKS
from kerben.platform.modules import Module

MODULE = Module(name="ledger", checks=CHECKS)
