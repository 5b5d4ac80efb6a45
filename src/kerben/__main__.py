"""`python -m kerben`."""

import gc

# Importing makes no garbage worth collecting; the processes that serve set their own thresholds later.
gc.disable()

from kerben.entrypoints.cli import main  # noqa: E402 - after the line above

gc.enable()
main()
