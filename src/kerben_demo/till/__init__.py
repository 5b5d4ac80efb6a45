"""A till played by a program, for the demo, for tests, and for whoever wants to see one shop live."""

from kerben_demo.till.link import RefusedError, UnreachableError
from kerben_demo.till.play import Step, play_random, play_step, read_script
from kerben_demo.till.run import FleetDevice, TillOptions, run_fleet, run_till
from kerben_demo.till.spool import Spool, SpoolInUseError
from kerben_demo.till.till import Till, Uploaded

__all__ = [
    "FleetDevice",
    "RefusedError",
    "Spool",
    "SpoolInUseError",
    "Step",
    "Till",
    "TillOptions",
    "UnreachableError",
    "Uploaded",
    "play_random",
    "play_step",
    "read_script",
    "run_fleet",
    "run_till",
]
