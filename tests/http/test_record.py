"""Recordings for bug reports keep the shape of what was said, nothing of whom nor any key."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.errors import CrmsyncError
from crmsync.http import ApiKey, Basic, Bearer, Client, ClientCredentials
from crmsync.http import _masks as masks
from tests.http.server import Seen, Told, serving, told


def recorded(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in sorted(folder.iterdir())]


def test_a_recording_keeps_names_and_structure(tmp_path: Path) -> None:
    person = {"id": 4711, "name": "Käthe Weiß", "born": "1961-03-09", "mail": "k.w@laden.de",
              "tags": ["VIP", None, True], "total": 12.5}  # fmt: skip
    answer = told({"data": [person]}, X_RateLimit_Remaining="39", Set_Cookie="sid=geheim")
    with serving(lambda seen: answer) as url:
        web = Client(url, auth=Bearer("geheim"), record=tmp_path / "rec")
        web.get("/v2/people/4711", params={"filter[email]": "k.w@laden.de"})
        web.close()
    (pair,) = recorded(tmp_path / "rec")
    masked = {"id": 0, "name": "Xxxxx Xxxx", "born": "0000-00-00", "mail": "x@x.example",
              "tags": ["XXX", None, True], "total": 0.0}  # fmt: skip
    assert pair["answer"]["body"] == {"data": [masked]}
    assert pair["answer"]["headers"]["x-ratelimit-remaining"] == "39"
    assert "set-cookie" not in pair["answer"]["headers"]
    assert "authorization" not in pair["request"]["headers"]
    assert pair["request"]["path"] == "/v2/people/*"
    assert pair["request"]["parameters"] == [["filter[email]", "x@x.example"]]


def test_a_recording_is_for_its_owner_alone(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("CRMSYNC_RECORD", str(tmp_path / "rec"))
    with serving(lambda seen: told(1)) as url:
        web = Client(url)
        web.get("/")
        web.close()
    (path,) = (tmp_path / "rec").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_got_no_answer_is_recorded_too(tmp_path: Path) -> None:
    with serving(lambda seen: Told(cut=0)) as url:
        web = Client(url, record=tmp_path, attempts=1)
        with pytest.raises(CrmsyncError):
            web.post("/x", form={"a": "Käthe"})
        web.close()
    (pair,) = recorded(tmp_path)
    assert (pair["answer"], pair["request"]["body"]) == (None, [["a", "Xxxxx"]])


def test_a_folder_that_takes_nothing_stops_no_run(tmp_path: Path, caplog: Any) -> None:
    (tmp_path / "rec").write_text("a file")
    with serving(lambda seen: told(1)) as url:
        web = Client(url, record=tmp_path / "rec")
        assert web.get("/").data == 1
        web.close()


def test_what_a_token_endpoint_says_is_not_recorded(tmp_path: Path) -> None:
    def answers(seen: Seen) -> Told:
        grown = {"access_token": "geheim-2", "expires_in": 600}
        return told(grown if seen.path == "/token" else 1)

    with serving(answers) as url:
        auth = ClientCredentials(f"{url}/token", client_id="c", client_secret="geheim-1")
        web = Client(url, auth=auth, record=tmp_path)
        web.get("/")
        web.close()
    (pair,) = recorded(tmp_path)
    assert "geheim" not in json.dumps(pair)


STEMS = ["Straßer", "kaethe.weiss@laden.example", "+49 228 4711", "Am Hof 7b", "Şükrü", "X9-0815"]
planted = st.builds(
    lambda stem, rest: f"{stem}{rest}7", st.sampled_from(STEMS), st.text(max_size=12)
).filter(lambda text: text.isprintable())
secrets = st.text("abcdefghjkmnpqrstuvwyz123456789-_", min_size=20, max_size=40)


def tree(leaf: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(["name", "email", "addresses", "custom_field_1"])
    return st.recursive(
        leaf,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
        max_leaves=6,
    )


class Echo:
    """Answers whatever is put here."""

    def __init__(self) -> None:
        self.answer = told(1)
        self.url = ""

    def __call__(self, seen: Seen) -> Told:
        return self.answer


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    made = Echo()
    with serving(made) as made.url:
        yield made


def _answers(value: Any, text: str, secret: str) -> list[Told]:
    cookie = {"Set-Cookie": f"sid={secret}", "X-Auth-Token": secret, "X-Note": text.encode().hex()}
    keyed = {"k.weiss@laden.example": value, "0228-4711-0815": text}
    lines = f'{{"name": "{text}"}}\nid;{text}\n'.encode()
    return [
        Told(200, json.dumps(value).encode(), {"Content-Type": "application/json", **cookie}),
        Told(422, json.dumps(keyed, ensure_ascii=False).encode(), cookie),
        Told(200, lines, {"Content-Type": "text/csv"}),
        Told(500, f"<p>{text}".encode("latin-1", "replace"), {"Content-Type": "text/html"}),
    ]


@settings(max_examples=60, deadline=None)
@given(value=tree(planted), text=planted, secret=secrets, data=st.data())
def test_nothing_personal_and_no_secret_is_in_a_recording_a_log_or_an_error(
    echo: Echo, value: Any, text: str, secret: str, data: st.DataObject
) -> None:
    echo.answer = data.draw(st.sampled_from(_answers(value, text, secret)))
    auth = data.draw(
        st.sampled_from(
            [Bearer(secret), ApiKey(secret), ApiKey(secret, parameter="key"), Basic("u", secret)]
        )
    )
    asked: Any = data.draw(
        st.sampled_from(
            [{"json": {"to": value}}, {"form": {"q": text}}, {"content": text.encode()}]
        )
    )
    folder = Path(tempfile.mkdtemp())
    said = _Lines()
    logger = logging.getLogger("crmsync.http")
    level, disabled = logger.level, logger.disabled
    logger.addHandler(said)
    logger.setLevel(logging.DEBUG)
    logger.disabled = False
    try:
        web = Client(echo.url, auth=auth, record=folder, attempts=1)
        try:
            web.post("/people/4711-0815", params={"q": text}, **asked)
        except CrmsyncError as error:
            said.lines.append(f"{error!r} {error}")
        web.close()
        written = "\n".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    finally:
        logger.removeHandler(said)
        logger.setLevel(level)
        logger.disabled = disabled
        shutil.rmtree(folder)
    everything = written + "\n".join(said.lines)
    assert '"path"' in written
    assert "/people/*" in everything
    for one in [*_leaves(value), text, secret, "4711", "0815", "k.weiss"]:
        assert one not in everything


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value:
        if not isinstance(value, str):
            yield from _leaves(one)


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@given(st.text())
def test_a_masked_text_has_neither_letters_nor_digits_of_its_own(text: str) -> None:
    left = set(masks.text(text).replace("x@x.example", ""))
    assert not {sign for sign in left if sign.isalnum()} - set("xX0")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_a_masked_tree_has_the_shape_of_the_whole(value: Any) -> None:
    def shape(one: Any) -> Any:
        return [shape(inner) for inner in one] if isinstance(one, list) else type(one)

    assert shape(masks.tree(value)) == shape(value)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("custom_field_1", "custom_field_1"),
        ("@odata.nextLink", "@odata.nextLink"),
        ("k.w@laden.de", "x@x.example"),
        ("K-47110815", "X-00000000"),
        ("0228 4711", "0000 0000"),
        ("Käthe", "Xxxxx"),
    ],
)
def test_a_name_that_is_more_like_a_value_is_masked(name: str, masked: str) -> None:
    assert masks.tree({name: True}) == {masked: True}
    assert masks.parameter(name) == masked


def test_two_names_of_one_shape_stay_two() -> None:
    assert len(masks.tree({"a@x.de": 1, "b@x.de": 2, "c@x.de": 3})) == 3


@pytest.mark.parametrize(
    ("path", "masked"),
    [
        ("/wp-json/wc/v3/orders/17/notes", "/wp-json/wc/v3/orders/*/notes"),
        (
            "/services/data/v59.0/sobjects/Contact/003xx00",
            "/services/data/v59.0/sobjects/Contact/*",
        ),
        ("/api/2.0/customers/5f-0a-41", "/api/2.0/customers/*"),
        ("/api/2026-07/customers", "/api/2026-07/customers"),
        ("/people/k@x.de", "/people/*"),
        ("/crm/Käthe", "/crm/*"),
        ("/api/oauth2/token", "/api/oauth2/token"),
    ],
)
def test_a_path_shows_routes_and_versions_but_no_ids(path: str, masked: str) -> None:
    assert masks.path(path) == masked
