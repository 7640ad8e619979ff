"""No network address of anybody in what the web server writes."""

import socket

import pytest
import requests

ADDRESS = "127.0.0.7"  # of nobody else on this machine


def send(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), source_address=(ADDRESS, 0)) as there:
        there.sendall(request)
        return there.recv(4096)


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 9000 + b"\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: " + ADDRESS.encode() + b".evil\r\n\r\n",
        b"GET /s/demo/join/wrong/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["address", "header", "line", "version", "chunk", "length", "host", "link"],
)
def test_a_request_that_is_refused_leaves_no_address_in_a_log(serving, request_):
    port = int(serving.address.rpartition(":")[2])
    assert send(port, request_).startswith(b"HTTP/1.1 4")
    assert requests.get(serving.address, timeout=60).ok  # what came before is written by now
    text = (serving.path / "serve.log").read_text()
    assert f"ip={ADDRESS}" not in text
    assert ADDRESS not in text.replace(f"{ADDRESS}.evil", "")  # a name that they sent themselves


def test_such_a_request_is_written_down_without_its_address(serving):
    send(int(serving.address.rpartition(":")[2]), b"nonsense\r\n\r\n")
    said = "A request that could not be read was refused."
    serving.until(lambda: said in (serving.path / "serve.log").read_text(), said)
