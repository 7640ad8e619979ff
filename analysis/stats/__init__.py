"""Statistics: a DataFrame in, a tidy DataFrame out; nothing of Django."""
