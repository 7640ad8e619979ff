"""Run broker, workers, scheduler and web server together."""

from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from recommender.management.data_command import DataCommand
from studyproject import stack


class Command(DataCommand):
    help = (
        "Serve the pages on PORT, with the workers and (without REDIS_URL) a broker; Ctrl-C stops."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        embedded = not settings.REDIS_URL
        stack.refuse_taken_port(host, port)
        if embedded:
            stack.refuse_second_run()
        self.before_serving()
        address = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}"  # noqa: S104
        ready = partial(self.greet, address)
        raise SystemExit(stack.run(host, port, embedded_broker=embedded, ready=ready))

    def before_serving(self) -> None:
        """For commands that have something to set up first."""

    def greet(self, address: str) -> None:
        self.stdout.write(self.style.SUCCESS(f"Serving {address}; Ctrl-C stops everything."))
