"""What the live servers share: a cache keyed by versions, free ports, processes that end."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx


@dataclass(frozen=True)
class Server:
    """A running backend: where it is and who may enter."""

    url: str
    user: str
    password: str
    database: str = ""


def cache_root() -> Path:
    """The directory that keeps installed backends between test sessions."""
    chosen = os.environ.get("CRMSYNC_LIVE_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "crmsync-live"


def fingerprint(*parts: str | Path) -> str:
    """A short hash of versions and file contents: what was built from them is reusable."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def built(place: Path, build: Callable[[Path], None]) -> Path:
    """`place`, built once and completely, even if several test processes ask at once."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with _locked(place.with_suffix(".lock")):
        if not (place / ".complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            build(place)
            (place / ".complete").touch()
    return place


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None) -> None:
    """Run a build step to its end; its last words come back with the error if it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = (done.stdout + done.stderr)[-4000:]
        raise RuntimeError(f"{Path(str(command[0])).name} failed ({done.returncode}):\n{tail}")


def virtualenv(place: Path, requirements: Sequence[str]) -> Path:
    """The Python of a fresh virtual environment that holds the requirements."""
    run([sys.executable, "-m", "venv", place / "venv"], cwd=place)
    python = place / "venv" / "bin" / "python"
    run([python, "-m", "pip", "install", "--quiet", *requirements], cwd=place)
    return python


def free_port() -> int:
    """A port of the local machine that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """A server process that writes to a log file and is surely gone after `stop`."""

    def __init__(
        self, command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.log = cwd / "server.log"
        self._handle = self.log.open("ab")
        self._process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdout=self._handle,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait_for(self, ready: Callable[[], bool], *, seconds: float = 90.0) -> None:
        """Return as soon as the server answers; raise with its log when it does not."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(httpx.TransportError):
                if ready():
                    return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"server did not come up:\n{self.log.read_text()[-4000:]}")

    def stop(self) -> None:
        """End the process and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._handle.close()
