"""One running tap: a process in a group of its own, whose lines are read as fast as we want them.

Nothing is held but a few blocks: a tap that is quicker than its reader waits.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Thread

from crmsync.errors import ConfigError, NotReadable, Unreachable
from crmsync_singer.trouble import Ear, ended

BLOCK = 65_536
AHEAD = 32
"""Blocks that a tap may be ahead of its reader."""
LONGEST = 64 * 2**20
"""Bytes of a line; no record of a shop or CRM is longer."""
BEAT = 1.0
"""After so many seconds without a line the reader is told that there is none."""
PATIENCE = 5.0
"""Seconds that a tap is given to end in order."""

PASSED = ("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT",
          "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY",
          "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")  # fmt: skip
"""Variables of ours that a tap sees; the others may be secrets of other connections."""

Take = Callable[[bytes], None]


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """The variables that a tap sees."""
    known = {name: value for name, value in os.environ.items()
             if name.upper() in PASSED or name.startswith("LC_")}  # fmt: skip
    return {**known, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", **own}


class Running:
    """A tap that was started; `ear` is what it said of itself.

    ConfigError when its command cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        tap: str,
        folder: Path,
        own: Mapping[str, str],
        note: Take | None = None,
    ) -> None:
        self.tap, self.ear = tap, Ear()
        self._note = note
        self._blocks: Queue[bytes | int] = Queue(AHEAD)
        self._stopped = Event()
        self._process = _start(command, tap=tap, folder=folder, own=own)
        self._threads = [Thread(target=work, name=f"{tap}-{work.__name__}", daemon=True)
                         for work in (self._pump, self._listen)]  # fmt: skip
        for thread in self._threads:
            thread.start()

    def lines(
        self, *, silence: float, doing: str, longest: int = LONGEST
    ) -> Iterator[bytes | None]:
        """Each line that the tap writes, and None whenever it has been silent for a moment.

        Ends when the tap has ended well. What else may happen is an error that names the tap.
        """
        parts: list[bytes] = []
        size = 0
        for block in self._told(silence, doing):
            first, *others = block.split(b"\n")
            parts.append(first)
            size += len(first)
            if size > longest:
                raise NotReadable(
                    f"{self.tap} wrote a line of more than {longest // 2**20} MB while {doing}.",
                    hint="The tap's author: a message holds one record. What came before is kept.",
                )
            if others:
                *whole, rest = others
                yield b"".join(parts)
                yield from whole
                parts, size = [rest], len(rest)
            elif not block:
                yield None
        if any(parts):
            yield b"".join(parts)

    def _told(self, silence: float, doing: str) -> Iterator[bytes]:
        """The blocks as they come, b"" for a while without any."""
        heard = time.monotonic()
        while True:
            try:
                block = self._blocks.get(timeout=min(BEAT, silence))
            except Empty:
                if time.monotonic() - heard >= silence:
                    raise self._hangs(silence, doing) from None
                yield b""
                continue
            heard = time.monotonic()
            if isinstance(block, int):
                self._join()
                if block:
                    raise ended(self.tap, block, self.ear, doing=doing)
                return
            yield block

    def _hangs(self, silence: float, doing: str) -> Unreachable:
        return Unreachable(
            f"{self.tap} has said nothing for {silence:g} seconds while {doing}, and was ended.",
            hint="What came before is kept. IT: does the backend answer? A tap that waits longer "
            "for it needs a greater `silence`.",
        )

    def stop(self) -> None:
        """End the tap and whatever it has started, politely first."""
        self._stopped.set()
        for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
            if self._process.returncode is not None:
                break
            self._signal(number)
            self._join(PATIENCE)
        self._join(PATIENCE)

    def _signal(self, number: int) -> None:
        try:
            if os.name == "posix":
                os.killpg(self._process.pid, number)
            else:
                self._process.terminate()
        except (ProcessLookupError, PermissionError):  # it has just ended
            pass

    def _join(self, seconds: float = PATIENCE) -> None:
        for thread in self._threads:
            thread.join(seconds)

    def _pump(self) -> None:
        """In a thread: hand over what the tap writes, then its exit code."""
        out = self._process.stdout
        assert out is not None
        with out:
            while block := os.read(out.fileno(), BLOCK):
                if not self._put(block):
                    break
        self._put(self._process.wait())

    def _put(self, block: bytes | int) -> bool:
        """Hand over a block as soon as there is room; False when nobody wants it any more."""
        while not self._stopped.is_set():
            try:
                self._blocks.put(block, timeout=0.2)
            except Full:
                continue
            return True
        return False

    def _listen(self) -> None:
        """In a thread: hear what the tap says of itself; what is not read would make it wait."""
        err = self._process.stderr
        assert err is not None
        with err:
            while line := err.readline(BLOCK):
                self.ear.hear(line)
                if self._note is not None:
                    self._note(line)


def _start(
    command: Sequence[str], *, tap: str, folder: Path, own: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=environment(own),
            start_new_session=True,
            bufsize=-1,
        )
    except OSError as error:
        raise ConfigError(
            f"{tap} cannot be started ({error.strerror or type(error).__name__}).",
            hint=f"IT: `crmsync bridge install {tap}` installs it; `command` names another one.",
        ) from None
