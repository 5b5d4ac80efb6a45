"""Hand-composed SVG pieces for the demo's goods: one function per kind of goods, all on the same paper."""
