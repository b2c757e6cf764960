"""Refuses advertising in texts that call themselves service.

A satisfaction request is advertising even inside an invoice mail (BGH 10.07.2018, VI ZR 225/17);
so are offers, coupons and recommendations. Such a text needs the basis of an advert.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from crmsync.errors import PluginError
from crmsync.model.play import Play
from crmsync.outreach.render import compile_play, source_of

ADVERTISING: dict[str, str] = {
    "an offer": (
        r"\bangebot|\bsonderangebot|\brabatt|\bprozente?\b|\d\s?%|\bsonderpreis|\bpreisvorteil|"
        r"\bverg(?:ü|ue)nstig|\berm(?:ä|ae)ssig|\bnachlass|\bschn(?:ä|ae)ppchen|\bsparen\b|\baktion(?:en)?\b|\bsale\b|"
        r"\bneuheit|\bkollektion|\bgeschenkt\b|\bgratis\b|\boffers?\b|\bdiscount|\bspecial price"
    ),
    "a coupon": r"gutschein|\bcoupon|\bvoucher|\brabattcode|\bpromo-?code|\baktionscode",
    "a rating request": (
        r"bewert(?:e|en|ung|ungen)\b|\bzufrieden|\bumfrage|\bfeedback|\bsterne\b|\brezension|"
        r"\bihre meinung|\bkundenmeinung|\brate us\b|\breviews?\b|\bsurvey|\bsatisfied\b"
    ),
    "a recommendation": r"empf(?:ehl|iehl|ohl)|\brecommend|\bfreunde werben|\brefer a friend",
    "a newsletter": r"\bnewsletter",
}

_PATTERNS = {what: re.compile(words) for what, words in ADVERTISING.items()}
_HIDDEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def advertising_in(text: str) -> list[str]:
    """What in a text is advertising: "an offer", "a rating request" …; empty for none.

    Case, look-alike forms of letters and invisible characters within words do not hide it.
    """
    bare = re.sub(r"\{%|%\}", " ", text).translate(_HIDDEN)
    plain = unicodedata.normalize("NFKC", bare).casefold()
    return [what for what, pattern in _PATTERNS.items() if pattern.search(plain)]


def check_play(play: Play) -> None:
    """Return when a play may be used; PluginError when its service text holds advertising.

    `Play.lint_note`, a recorded reason, overrides the words, and stands in the plan.
    """
    compile_play(play)
    if not play.channels:
        raise PluginError(f"the play '{play.name}' names no channel.")
    if play.message_class != "service" or play.lint_note.strip():
        return
    found = advertising_in(f"{source_of(play)}\n{play.why}")
    if found:
        raise PluginError(
            f"the play '{play.name}' is of class service, but its text holds {', '.join(found)}.",
            hint="Make it an advert, take the words out, or record a reason in lint_note.",
        )


def check_plays(plays: Sequence[Play], audiences: Iterable[str]) -> None:
    """Return when these plays may be planned together; PluginError says which may not."""
    names = [play.name for play in plays]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise PluginError(f"two plays are called '{twice[0]}'.", hint="Rename one of them.")
    known = sorted(audiences)
    for play in plays:
        if play.audience not in known:
            raise PluginError(
                f"the play '{play.name}' names the audience '{play.audience}', which is not there.",
                hint=f"Known: {', '.join(known)}.",
            )
        check_play(play)
