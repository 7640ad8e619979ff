"""What services say no with."""


class NotAllowed(Exception):
    """What was asked can't be done now; the message says why, to the person who asked."""
