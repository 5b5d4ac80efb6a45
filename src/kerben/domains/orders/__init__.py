"""Orders: what was bought at which price, for whom, how it is handed over, and where it stands.

Owns orders, their lines, their history, and what each shop offers at checkout (delivery methods with the payment
methods they allow). Does not own stock, payments or prices: flows bring those together.
"""
