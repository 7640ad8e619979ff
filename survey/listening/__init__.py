"""What was heard of a track, and whether it can be heard at all."""
