"""What the demo market of Bishkek is made of: places, categories, names and goods by trade."""
