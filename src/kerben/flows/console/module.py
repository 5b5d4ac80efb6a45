"""How the console plugs into the processes."""

from __future__ import annotations

from kerben.flows.console.controllers import ConsoleController
from kerben.flows.console.operations import OperationsController
from kerben.platform.modules import Module

MODULE = Module(name="console", controllers=[ConsoleController, OperationsController])
