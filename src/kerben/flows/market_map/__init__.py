"""The map of the market: shops and clusters of them within a rectangle, and the list that opens a cluster.

Owns: how shops are gathered into clusters. Does not own: shops (merchants), whether they sell online (pos), pictures
and tiles of the map itself.
"""
