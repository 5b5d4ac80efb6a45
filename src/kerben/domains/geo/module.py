"""How geo plugs into the processes."""

from kerben.domains.geo.controllers import PlacesController
from kerben.platform.modules import Module

MODULE = Module(name="geo", controllers=[PlacesController])
