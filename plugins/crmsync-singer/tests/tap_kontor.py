"""A Singer tap of our own that reads a fake backend over HTTP: the standard library's least.

It is started with `python -I -S`, and imports nothing that is slow to load.
"""

from __future__ import annotations

import json
import socket
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to load than all the rest
    from typing import Any

PATHS = {"customers": "/customers", "orders": "/orders"}


class HTTPError(Exception):
    """An answer that is none."""


def main() -> None:
    given = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=False))
    with open(given["--config"], encoding="utf-8") as file:
        config = json.load(file)
    if "--discover" in sys.argv:
        say(catalog(config))
        return
    with open(given["--catalog"], encoding="utf-8") as file:
        streams = json.load(file)["streams"]
    state: dict[str, Any] = {"bookmarks": {}}
    if "--state" in given:
        with open(given["--state"], encoding="utf-8") as file:
            state = json.load(file)
    for stream in streams:
        root = next(row["metadata"] for row in stream["metadata"] if not row["breadcrumb"])
        if root.get("selected"):
            sync(config, stream, state)


def catalog(config: dict[str, Any]) -> dict[str, Any]:
    fields = ask(config, "/schema")
    streams = []
    for name in PATHS:
        schema = {"type": "object", "properties": {field: {} for field in fields[name]}}
        automatic = {"breadcrumb": ["properties", "id"], "metadata": {"inclusion": "automatic"}}
        streams.append(
            {
                "stream": name,
                "tap_stream_id": name,
                "schema": schema,
                "key_properties": ["id"],
                "metadata": [{"breadcrumb": [], "metadata": {}}, automatic],
            }
        )
    return {"streams": streams}


def sync(config: dict[str, Any], stream: dict[str, Any], state: dict[str, Any]) -> None:
    name = stream["stream"]
    crumbs = [row for row in stream["metadata"] if len(row["breadcrumb"]) == 2]
    wanted = {row["breadcrumb"][1] for row in crumbs if row["metadata"].get("selected")}
    say({"type": "SCHEMA", "stream": name, "schema": stream["schema"], "key_properties": ["id"]})
    after = state["bookmarks"].get(name, {}).get("version", 0)
    while True:
        told = ask(config, f"{PATHS[name]}?after={after}&limit={config['page']}")
        for row in told["items"]:
            record = {key: value for key, value in row.items() if key in wanted}
            say({"type": "RECORD", "stream": name, "record": record})
        if told["items"]:
            after = told["last"]
            state["bookmarks"][name] = {"version": after}
            say({"type": "STATE", "value": state})
        if not told["more"]:
            return


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def ask(config: dict[str, Any], path: str) -> Any:
    """The answer, tried a few times; a pause is waited for as long as it is short."""
    for turn in range(4):
        headers: dict[str, str] = {}
        try:
            status, headers, body = once(config, "GET", path)
            if status == 200:
                return json.loads(body)
        except (OSError, ValueError):
            status = 503
        if status == 429 and int(pause(headers)) < 60:
            once(config, "POST", f"/sleep?seconds={pause(headers)}")
        elif status < 500 or turn == 3:
            raise HTTPError(f"{status} Client Error: for url: {path}, {body_of(config)}")
    return None


def pause(headers: dict[str, str]) -> str:
    told = headers.get("retry-after", "1")
    return told if told.isdigit() else "10"


def body_of(config: dict[str, Any]) -> str:
    """What taps write into their logs: everything."""
    return json.dumps(config)


def once(config: dict[str, Any], method: str, path: str) -> tuple[int, dict[str, str], bytes]:
    host, port = config["url"].split("//")[1].split(":")
    port, _, below = port.partition("/")
    path = (f"/{below}" if below else "") + path
    with socket.create_connection((host, int(port)), timeout=config["timeout"]) as link:
        link.sendall(
            f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
            f"Authorization: Bearer {config['token']}\r\nContent-Length: 0\r\n\r\n".encode()
        )
        answer = b""
        while part := link.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head:
        raise OSError("no answer")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in rest:
        key, _, value = line.partition(":")
        headers[key.strip().lower()] = value.strip()
    if len(body) < int(headers.get("content-length", 0)):
        raise OSError("cut off")
    return int(first.split()[1]), headers, body


if __name__ == "__main__":
    main()
