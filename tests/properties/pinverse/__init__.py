"""The properties of the pseudo-inverse: correct solutions pass, bugs are caught, families keep their promises."""
