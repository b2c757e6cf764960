"""A retailer's consent is asked for with what Lightspeed wants in the link."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from crmsync_lightspeed_x import Lightspeed
from crmsync_lightspeed_x.settings import LightspeedSettings

from crmsync.errors import ConfigError, CredentialsError
from crmsync.model.stream import Connection


def _lightspeed(folder: Path, **own: str) -> Lightspeed:
    settings = LightspeedSettings.model_validate({"url": "http://127.0.0.1:9", **own})
    return Lightspeed(settings, Connection(name="kasse", controller="laden", base=str(folder)))


def test_the_link_names_application_scopes_and_state(tmp_path: Path) -> None:
    one = _lightspeed(
        tmp_path, client_id="c", client_secret="g", redirect_url="https://laden.example/zurueck"
    )
    link = urlsplit(one.authorize_link("st"))
    asked = {name: values[0] for name, values in parse_qs(link.query).items()}
    assert (
        f"{link.scheme}://{link.netloc}{link.path}"
        == "https://secure.retail.lightspeed.app/connect"
    )
    assert asked["client_id"] == "c"
    assert asked["state"] == "st"
    assert "customers:read" in asked["scope"].split()
    with pytest.raises(CredentialsError, match="authorize"):
        one.check()
    one.close()


def test_a_token_of_the_settings_needs_no_consent(tmp_path: Path) -> None:
    one = _lightspeed(tmp_path, token="t")
    with pytest.raises(ConfigError, match="token in its settings"):
        one.authorize_link("st")
    one.close()
