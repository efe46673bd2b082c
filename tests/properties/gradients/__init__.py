"""The properties of the assignment ``gradients``."""
