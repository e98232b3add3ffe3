"""Requests per second of a 15 KB page, against an empty application that sends the same bytes.

    python -m tests.benchmarks.serving [seconds]

Both run on the same uvicorn with the same protocol and event loop, in processes of their own, and are
asked in turns. The empty application sends the very status, header fields and body that Canopy sent.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parents[1]))

from running import repository, running

from benchmarks.measuring import load, median, quantile, table
from benchmarks.sites import note

_EMPTY = """
import base64, json, sys, socket
import uvicorn
from canopy.web.guard import GuardedProtocol
told = json.loads(sys.stdin.readline())
start = {"type": "http.response.start", "status": 200,
         "headers": [(n.encode(), v.encode()) for n, v in told["headers"]]}
body = {"type": "http.response.body", "body": base64.b64decode(told["body"])}
async def app(scope, receive, send):
    await send(start)
    await send(body)
sock = socket.create_server(("127.0.0.1", 0))
print(sock.getsockname()[1], flush=True)
config = uvicorn.Config(app, http=%s, loop="uvloop", lifespan="off", access_log=False, log_level="critical",
                        server_header=False, ws="none", interface="asgi3")
uvicorn.Server(config).run(sockets=[sock])
"""
_ROUNDS = 7
_ENCODING = "Accept-Encoding: gzip, br\r\n"


def _fetch(port: int, path: str) -> tuple[list[tuple[str, str]], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip, br"})
    response = connection.getresponse()
    return [(n.lower(), v) for n, v in response.getheaders() if n.lower() != "date"], response.read()


def _start_empty(protocol: str, told: str) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(
        [sys.executable, "-c", _EMPTY % protocol], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(told + "\n")
    process.stdin.flush()
    return process, int(process.stdout.readline())


def main(seconds: float = 3.0) -> None:
    """Measure and print."""
    import base64
    import random

    with tempfile.TemporaryDirectory() as folder:
        work = repository(Path(folder) / "notes", {"long.md": note(1, random.Random(1), words=1700)})
        with running(f"{work}#main", data=Path(folder) / "data", forked=False) as server:
            headers, body = _fetch(server.port, "/long")
            plain = len(server.get("/long").body)
            told = json.dumps({"headers": headers, "body": base64.b64encode(body).decode()})
            guarded, guarded_port = _start_empty("GuardedProtocol", told)
            stock, stock_port = _start_empty("'httptools'", told)
            targets = {
                "Canopy": (server.port, "/long"),
                "empty application, our guarded protocol": (guarded_port, "/"),
                "empty application, stock uvicorn": (stock_port, "/"),
            }
            found: dict[str, list[list[float]]] = {name: [] for name in targets}
            try:
                for _ in range(_ROUNDS):
                    for name, (port, path) in targets.items():
                        found[name].append(asyncio.run(load(port, path, seconds=seconds, headers=_ENCODING)))
            finally:
                guarded.kill()
                stock.kill()
    rates = {name: [len(one) / seconds for one in rounds] for name, rounds in found.items()}
    rows = []
    for name, values in rates.items():
        ratios = [mine / theirs for mine, theirs in zip(rates["Canopy"], values, strict=True)]
        latencies = [value * 1000 for one in found[name] for value in one]
        rows.append(
            [name, f"{median(values):,.0f}", f"{median(ratios):.2f}", f"{quantile(latencies, 0.99):.1f} ms"]
        )
    print(
        f"{os.cpu_count()} cores; a page of {plain:,} bytes, {len(body):,} as sent; {_ROUNDS} rounds in turns"
    )
    print(table(["what", "requests/s (median)", "Canopy's ratio (median)", "p99"], rows))


if __name__ == "__main__":
    uvloop.install()
    main(*map(float, sys.argv[1:]))
