"""The tables of what happened in a study, from the database."""
