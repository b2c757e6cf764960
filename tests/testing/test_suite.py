"""The suite itself: it catches broken connectors, and shows what is left out."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from crmsync.testing import Broken, FakeBackend, connector_suite
from crmsync.testing._contract import _moved
from crmsync.testing._guard import heard
from crmsync.testing._rules import RULES
from crmsync.testing._suite import prove
from tests.testing.broken import BROKEN, KeepsToTheLimit, Limited
from tests.testing.fake_kontor import FakeKontor
from tests.testing.kontor import Kontor

CASES = [
    pytest.param(rule, kind, fake, id=f"{rule}-{kind.__name__}")
    for rule, found in BROKEN.items()
    for kind, fake in found
]


@pytest.mark.parametrize("rule,kind,fake", CASES)
def test_a_broken_connector_is_caught(
    rule: str, kind: type[Kontor], fake: type[FakeBackend], tmp_path: Path
) -> None:
    broken = type(f"Fake{kind.__name__}", (fake,), {"connector": kind})
    with pytest.raises(Broken):
        prove(RULES[rule], broken, tmp_path)


def test_a_budget_of_the_kit_keeps_to_the_limit_that_is_known(tmp_path: Path) -> None:
    fake = type("FakeKeeps", (Limited,), {"connector": KeepsToTheLimit})
    prove(RULES["the_limit_that_is_known"], fake, tmp_path)


def test_every_rule_has_a_broken_connector() -> None:
    assert set(RULES) == set(BROKEN)


def test_every_rule_says_what_it_asks() -> None:
    assert all(rule.says.endswith(".") for rule in RULES.values())


def test_a_bypass_without_a_reason_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        connector_suite(FakeKontor, bypass={"an_empty_answer": "  "})


def test_a_bypass_of_a_rule_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="no rule 'an_emty_answer'"):
        connector_suite(FakeKontor, bypass={"an_emty_answer": "a typing error"})


def test_only_some_rules_of_a_second_fake() -> None:
    suite = connector_suite(FakeKontor, only=["the_contract", "the_streams"])
    tests = {name for name in vars(suite) if name.startswith("test_")}
    assert tests == {"test_the_contract", "test_the_streams"}
    with pytest.raises(ValueError, match="no rule 'no_such'"):
        connector_suite(FakeKontor, only=["no_such"])


def test_the_score_says_what_was_proven_and_what_was_left_out(tmp_path: Path) -> None:
    kind = connector_suite(FakeKontor, bypass={"the_streams": "for the sake of this test"})
    suite = kind()
    with pytest.raises(pytest.skip.Exception, match="for the sake of this test"):
        suite.test_the_streams(tmp_path)  # type: ignore[attr-defined]
    suite.test_the_contract(tmp_path)  # type: ignore[attr-defined]
    line, reason = str(kind.score).splitlines()
    assert line == "1 proven, 1 bypassed, 0 not applicable, 0 broken"
    assert "the_streams: for the sake of this test" in reason


def test_a_logger_that_was_silenced_is_heard() -> None:
    logger = logging.getLogger("tests.testing.broken")
    logger.disabled = True
    try:
        with heard("tests") as text:
            logger.debug("Muster")
        assert "Muster" in text.getvalue()
        assert logger.disabled
    finally:
        logger.disabled = False


def test_a_url_is_moved_wherever_it_stands() -> None:
    settings = {"tap": "t", "config": {"url": "http://a/b", "more": {"page": 3}}}
    moved = {key: _moved(value, "http://a", "http://c") for key, value in settings.items()}
    assert moved == {"tap": "t", "config": {"url": "http://c/b", "more": {"page": 3}}}
