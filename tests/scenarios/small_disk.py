"""A disk of a few megabytes that a test can fill, and a user whom modes bind, for Linux.

The disk is a file system mounted in a namespace that only a child process sees: that needs no
rights where users may make namespaces, and leaves nothing behind.
"""

from __future__ import annotations

import ctypes
import errno
import os
import pickle
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
CAPABILITY_VERSION = 0x20080522
BALLAST = "ballast"
"""The file that fills the disk."""


def on_small_disk(folder: Path, megabytes: int, work: Callable[[], Any]) -> Any:
    """What `work` gives, done in a child process in which `folder` is a disk of so many megabytes.

    OSError where this machine lets nobody mount anything; AssertionError with the child's words
    when it failed.
    """
    return _in_child(lambda: _mount(folder, megabytes), work)


def as_anybody(work: Callable[[], Any]) -> Any:
    """What `work` gives, done in a child process that must obey the modes of files, also as root.

    It keeps its files: root without its capabilities is an owner like any other.
    """
    return _in_child(_give_up_capabilities, work)


def _in_child(prepare: Callable[[], None], work: Callable[[], Any]) -> Any:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _answer(writing, lambda: (prepare(), work())[1])
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    result, refused, failed = pickle.loads(told)
    if refused:
        raise OSError(refused, os.strerror(refused))
    assert not failed, failed
    return result


def _answer(pipe: int, work: Callable[[], Any]) -> None:
    """Do the work, send what comes of it, and leave the process."""
    answer: tuple[Any, int, str] = (None, errno.EPIPE, "")
    try:
        answer = (work(), 0, "")
    except NotMounted as error:
        answer = (None, error.errno or errno.EPERM, "")
    except BaseException:  # noqa: BLE001 - the parent process raises it
        answer = (None, 0, traceback.format_exc())
    finally:
        with os.fdopen(pipe, "wb") as file:
            file.write(pickle.dumps(answer))
        os._exit(0)


class NotMounted(OSError):
    """This machine lets nobody mount anything."""


def _mount(folder: Path, megabytes: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    _check(libc.unshare(CLONE_NEWNS if user == 0 else CLONE_NEWNS | CLONE_NEWUSER))
    if user != 0:  # who we are outside we are inside, too
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    _check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    options = f"size={megabytes}m,mode=0777".encode()
    _check(libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, options))


def _give_up_capabilities() -> None:
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    none = (ctypes.c_uint32 * 6)()
    _check(ctypes.CDLL(None, use_errno=True).capset(header, none))


def _check(answer: int) -> None:
    if answer:
        number = ctypes.get_errno()
        raise NotMounted(number, os.strerror(number))


def fill(folder: Path) -> None:
    """Leave not one byte free on the disk of `folder`."""
    with (folder / BALLAST).open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while file.write(bytes(size)):
                    pass


def empty(folder: Path) -> None:
    """Make room again."""
    (folder / BALLAST).unlink(missing_ok=True)
