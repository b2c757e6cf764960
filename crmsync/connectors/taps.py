"""Installs Singer taps, each into a virtual environment of its own below `.crmsync/taps`.

Taps pin what they stand on to versions that fit no other tap, and many stand under licences that
ours must not mix with: they are never imported, only run.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from crmsync.errors import ConfigError, CrmsyncError

FOLDER = Path(".crmsync", "taps")
"""Where the environments lie, below the folder of crmsync.toml."""
NOTE = "crmsync-tap.json"
"""Written into an environment when its tap is installed; without it something went wrong."""
SECONDS = 1800
"""Longer does no installation take."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PASSED = re.compile(
    r"(PATH|HOME|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|SSL_CERT_\w+|REQUESTS_CA_BUNDLE"
    r"|CURL_CA_BUNDLE|\w+_PROXY|PIP_\w+|XDG_\w+|PYENV_\w+)",
    re.IGNORECASE,
)
"""What pip sees of our variables: the others may be secrets, and packages run code of theirs."""
_USER = re.compile(r"//[^/@\s]+@")
_VERSION = (
    "import json, sys\nfrom importlib import metadata\n"
    "found = [d for d in metadata.distributions() for e in d.entry_points"
    " if e.group == 'console_scripts' and e.name == sys.argv[1]]\n"
    "told = (found[0].metadata['Name'], found[0].version) if found else ('', '')\n"
    "print(json.dumps([*told, sys.version.split()[0]]))\n"
)


@dataclass(frozen=True, slots=True)
class Tap:
    """An installed tap: its package and version, the Python it runs on; what is wrong with it."""

    name: str
    package: str = ""
    version: str = ""
    python: str = ""
    problem: str = ""


def folder_of(base: Path, tap: str) -> Path:
    """The tap's environment; ConfigError for what cannot be a tap's name."""
    if not _NAME.fullmatch(tap):
        raise ConfigError(
            f"'{tap}' cannot be the name of a tap.",
            hint="It is the name of the command, as in tap-shopify.",
        )
    return base / FOLDER / tap


def command_of(base: Path, tap: str) -> str:
    """The command that starts an installed tap; ConfigError where there is none."""
    path = _bin(folder_of(base, tap)) / _program(tap)
    if not path.is_file():
        raise ConfigError(
            f"the tap '{tap}' is not installed here.",
            hint=f"IT: crmsync bridge install {tap}",
        )
    return str(path)


def install(base: Path, tap: str, *, package: str = "", python: str = "") -> Tap:
    """Install a tap, or bring it up to date; what is told to be installed of it.

    `package` is what pip is to install (the tap's name), `python` the interpreter it is to run on
    (ours). ConfigError when pip cannot do it: what, and who must act.
    """
    folder = folder_of(base, tap)
    if python and shutil.which(python) is None:
        raise _failed(tap, f"there is no Python '{python}'")
    if python and folder.exists():
        shutil.rmtree(folder)
    new = not folder.exists()
    try:
        if new:
            folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _run([python or sys.executable, "-m", "venv", str(folder)], f"a place for {tap}")
        _pip(folder, tap, package or tap)
        return _installed(folder, tap, package or tap)
    except BaseException:
        if new:  # half an environment would only look like a tap
            shutil.rmtree(folder, ignore_errors=True)
        raise


def installed(base: Path) -> Iterator[Tap]:
    """Every tap that lies below `base`, by name."""
    home = base / FOLDER
    for folder in sorted(home.iterdir()) if home.is_dir() else ():
        if folder.is_dir():
            yield _noted(folder)


def remove(base: Path, tap: str) -> None:
    """Remove a tap with its environment; ConfigError where there is none."""
    folder = folder_of(base, tap)
    if not folder.is_dir():
        known = ", ".join(one.name for one in installed(base)) or "none"
        raise ConfigError(f"there is no tap '{tap}'.", hint=f"Installed are: {known}.")
    shutil.rmtree(folder)


def note_of(tap: Tap) -> bytes:
    """What is written into a tap's environment once all is well."""
    told = {"package": tap.package, "version": tap.version, "python": tap.python}
    return orjson.dumps(told, option=orjson.OPT_INDENT_2)


def _noted(folder: Path) -> Tap:
    try:
        told = orjson.loads((folder / NOTE).read_bytes())
        known = {key: str(told[key]) for key in ("package", "version", "python")}
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return Tap(folder.name, problem="its installation did not end; install it again")
    lost = not (_bin(folder) / _program(folder.name)).is_file()
    return Tap(folder.name, **known, problem="its command is not there" if lost else "")


def _pip(folder: Path, tap: str, package: str) -> None:
    """What is to be installed goes by a file: it may hold a token, and others see arguments."""
    with tempfile.TemporaryDirectory() as place:
        descriptor, wanted = tempfile.mkstemp(".txt", dir=place)
        os.write(descriptor, f"{package}\n".encode())
        os.close(descriptor)
        words = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check",
                 "--upgrade", "--requirement", wanted]  # fmt: skip
        _run([str(_bin(folder) / _program("python")), *words], tap)


def _installed(folder: Path, tap: str, package: str) -> Tap:
    if not (_bin(folder) / _program(tap)).is_file():
        others = sorted(one.stem for one in _bin(folder).glob("tap-*"))
        raise ConfigError(
            f"{_masked(package)} was installed, but brings no command {tap}.",
            hint=f"It brings {', '.join(others)}: name that one, with --pip for the package."
            if others
            else "IT: check the name of the package (--pip).",
        )
    answer = _run([str(_bin(folder) / _program("python")), "-c", _VERSION, tap], tap)
    name, version, python = orjson.loads(answer)
    return Tap(tap, name, version, python)


def _run(command: Sequence[str], what: str) -> bytes:
    """What a command writes; ConfigError with the reason that pip gives."""
    known = {name: value for name, value in os.environ.items() if _PASSED.fullmatch(name)}
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=known,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _failed(what, f"it took longer than {SECONDS // 60} minutes") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _failed(what, f"{Path(command[0]).name} cannot be started: {reason}") from None
    if done.returncode:
        raise _failed(what, _reason(done.stderr.decode("utf-8", "replace")))
    return done.stdout


def _failed(what: str, reason: str) -> CrmsyncError:
    return ConfigError(
        f"{what} cannot be installed: {reason}",
        hint="IT: check the package's name (--pip), whether the package index can be reached, and "
        "whether the tap runs on this Python (--python names another one).",
    )


def _reason(text: str) -> str:
    """The first two lines in which pip names the error; no user or password of an address."""
    lines = [line.partition("ERROR:")[2].strip() for line in text.splitlines() if "ERROR:" in line]
    lines = lines or [line.strip() for line in text.splitlines() if line.strip()][-1:]
    told = " ".join(line.rstrip(".") + "." for line in lines[:2] if line)
    return _masked(told)[:400] or "it does not say why."


def _masked(text: str) -> str:
    return _USER.sub("//", text)


def _bin(folder: Path) -> Path:
    return folder / ("Scripts" if os.name == "nt" else "bin")


def _program(name: str) -> str:
    return f"{name}.exe" if os.name == "nt" else name
