"""The folder `.crmsync` beside crmsync.toml, in which clients keep tokens and budgets."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path

from crmsync.errors import FileError

NAME = ".crmsync"


def made(folder: Path) -> Path:
    """The folder, made for its owner alone where it is not there; FileError where it cannot be.

    Version control is told to leave what lies in `.crmsync` alone: it holds tokens.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for above in (folder, *folder.parents):
            if above.name == NAME and not (above / ".gitignore").exists():
                (above / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise file_error(folder, error) from None
    return folder


def file_error(path: Path, error: OSError) -> FileError:
    """The error for a file that cannot be read or written."""
    hint = "IT: check the rights of the folder and the room on its disk."
    return FileError(
        f"{path} cannot be used ({error.strerror or type(error).__name__}).", hint=hint
    )


def file_name(name: str) -> str:
    """A name that every file system takes; different names stay different."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name)[:60]
    return plain if plain == name else f"{plain}-{sha256(name.encode()).hexdigest()[:8]}"


def put(path: Path, content: bytes) -> None:
    """Put a file in its place whole or not at all, for its owner alone; OSError when it fails."""
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """See to it that a power cut does not bring the old file back, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
