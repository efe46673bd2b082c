"""The properties of the assignment ``indicator``."""
