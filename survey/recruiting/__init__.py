"""Who can take part, and how people come and go."""
