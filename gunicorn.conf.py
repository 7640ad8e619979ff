"""Read by gunicorn, which looks for a file of this name where it is started."""

from typing import Any

from gunicorn.glogging import Logger


class NoAddresses(Logger):
    """Gunicorn's log without the addresses of those whose requests it could not read."""

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if msg.startswith("Invalid request from ip="):
            msg, args = "A request that could not be read was refused.", ()
        super().warning(msg, *args, **kwargs)


logger_class = NoAddresses
