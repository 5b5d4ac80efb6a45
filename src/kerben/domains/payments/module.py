"""What payments bring to the processes. Sweeps that talk to acquirers are declared by flows, see `jobs.sweeps`."""

from kerben.domains.payments.controllers import PaymentProblemController
from kerben.domains.payments.jobs import PURGE
from kerben.domains.payments.repository import CHECKS
from kerben.platform.modules import Module

MODULE = Module(name="payments", controllers=[PaymentProblemController], sweeps=[PURGE], checks=CHECKS)
