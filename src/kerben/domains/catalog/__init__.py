"""What is sold: categories, products, variants, barcodes, prices and their history, search, rows of imports.

Owns: the catalogue of all shops, exchange rates, runs of import. Does not own: stock (inventory), pictures' files
(media), who may change a shop's goods (merchants), reading the files of an import and its stock (flows).
"""
