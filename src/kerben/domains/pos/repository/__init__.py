"""All SQL of pos: devices and presence, receipts."""
