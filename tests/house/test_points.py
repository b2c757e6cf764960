"""Every commit and every file put in place has a named point at which a test can kill the run."""

from __future__ import annotations

import pytest

from tests.scenarios.points import Found, look, of_the_source

PLANTED = {
    "a commit without a name": "with store.work(lease=lease) as work:\n    pass",
    "a commit of a connection": "def f(connection):\n    connection.commit()",
    "a commit in SQL": "connection.exec_driver_sql('COMMIT')",
    "a transaction of an engine": "with engine.begin() as connection:\n    pass",
    "a file moved": "os.replace(new, path)",
    "a path moved": "new.replace(path)",
    "a path renamed": "new.rename(path)",
    "a file written": "path.write_text('Herr Müller', encoding='utf-8')",
    "a file opened to write": "with path.open('wb') as file:\n    file.write(b'')",
    "a file made": "os.open(path, os.O_CREAT | os.O_RDWR, 0o600)",
    "a commit beside an effect": "with effect('a/b'):\n    pass\nconnection.commit()",
    "a name nobody can read": "with store.work(name) as work:\n    pass",
}
NAMED = {
    "with store.work('a/b') as work:\n    pass": {"a/b:begin", "a/b:before", "a/b:after"},
    "with points.effect('a/b'):\n    connection.commit()": {"a/b:before", "a/b:after"},
    "reach('a/c')\ntext.replace('a', 'b')\npath.open('rb')": {"a/c"},
}


def test_the_source_names_them_all() -> None:
    found = of_the_source()
    assert found.nameless == []
    assert len(found.points) > 60


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_one_is_found(what: str) -> None:
    found = Found()
    look(PLANTED[what], "planted.py", found)
    assert [place.partition(":")[0] for place in found.nameless] == ["planted.py"]


@pytest.mark.parametrize("text", NAMED)
def test_a_named_one_is_not(text: str) -> None:
    found = Found()
    look(text, "planted.py", found)
    assert found == Found(NAMED[text])
