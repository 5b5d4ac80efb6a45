"""What payments bring to the processes: their invariants. Sweeps are declared by flows, see `jobs.sweeps`."""

from kerben.domains.payments.repository import CHECKS
from kerben.platform.modules import Module

MODULE = Module(name="payments", checks=CHECKS)
