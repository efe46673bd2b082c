"""nbgrader on top of the kit: its commands, its formgrader and its database, with the kit's grading beneath them."""
