"""Search at the till: 20,000 cards, every shape of query, beside a plain indexed select.

`python -m bench.till [CARDS]` builds the cards through the feed and the till file through `build`,
then asks each shape 300 times. Every figure has its ratio to the floor: one row by its key out of
the same file, without reading the card in it. Times are CPU times: the machine may be busy.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from crmsync.model.customer import Address, ContactPoint, Profile, SourceCustomer
from crmsync.model.document import write_document
from crmsync.model.name import PersonName
from crmsync.store import Store, open_store, tables
from crmsync.till.build import build
from crmsync.till.feed import TillFeed
from crmsync.till.settings import TillSettings
from crmsync.till.tillfile import Now, TillFile

WORDS = {
    "given": "Anna Käthe Jürgen Jörg Ursula Søren Ayşe Mehmet Małgorzata Łukasz Lan Emma Günther "
    "Björn Renate Klaus Petra Hans Peter Sabine Andreas Claudia Ömer Zeynep Paweł Giulia Chiara",
    "common": "Müller Schmidt Schneider Fischer Weber Meyer Maier Mayer Wagner Becker Schulz Koch "
    "Hoffmann Schäfer Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger "
    "Hofmann Lange Weiß Groß Jäger Yılmaz Söğüt Nguyễn Kowalski Wiśniewska Rossi",
    "head": "Acker Berg Brand Dorn Eich Feld Grün Hart Kalt Linden Neu Ober Rosen Stein Wald",
    "tail": "auer bach berger brück dörfer eder felder hauser huber kamp lechner mann meier wirth",
}
NAMES = {kind: words.split() for kind, words in WORDS.items()}
SHAPES = 300


def customer(random: Random, number: int) -> SourceCustomer:
    """An invented customer; the common surnames are common."""
    rare = f"{random.choice(NAMES['head'])}{random.choice(NAMES['tail'])}"
    family = random.choice(NAMES["common"]) if random.random() < 0.4 else rare
    if random.random() < 0.05:
        family = f"{family}-{random.choice(NAMES['common'])}"
    phone = f"+4917{random.randrange(10**8):08d}"
    return SourceCustomer(
        name=PersonName(
            random.choice(("frau", "herr")), (), random.choice(NAMES["given"]), family=family
        ),
        loyalty_card=f"29{number:010d}",
        addresses=(Address(city="Köln", postal_code=f"{random.randrange(50_000, 54_000)}"),),
        contacts=(
            ContactPoint("mobile", phone, phone, verified=True),
            ContactPoint("email", f"k{number}@example.org", verified=True),
        ),
        since="2019-04-01",
    )


def fill(store: Store, people: Sequence[SourceCustomer]) -> float:
    """Write the profiles and run the feed over them; gives the feed's seconds."""
    feed = TillFeed({"k": TillSettings(basis="contract")})
    spent = 0.0
    for start in range(0, len(people), 5000):
        with store.work() as work:
            ids = [f"{number:08d}" for number in range(start, min(start + 5000, len(people)))]
            rows = [(name, "k", "alive", None) for name in ids]
            work.upsert(tables.customer, rows)
            docs = [
                write_document(
                    Profile(name, "k", people[int(name)], (f"crm/c/{name}",), {})
                ).decode()
                for name in ids
            ]
            work.upsert(
                tables.profile, [(n, "k", b"", doc) for n, doc in zip(ids, docs, strict=True)]
            )
            work.log_customers("profile", ids)
        with store.work() as work:
            changes = work.changes(feed.name, feed.topics, 5000)
            began = time.thread_time()
            feed.take(work, changes, as_of="2026-11-21")
            spent += time.thread_time() - began
            work.advance(feed.name, changes[-1].seq)
    return spent


def typo(random: Random, word: str) -> str:
    """The word with one typo."""
    place = random.randrange(1, len(word))
    kind = random.randrange(3)
    if kind == 0:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + random.choice("aeinrst") + word[place:]
    return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]


def shapes(random: Random) -> dict[str, Callable[[SourceCustomer], str]]:
    """What a clerk types to find a customer, by the name of its shape."""

    def name(one: SourceCustomer) -> PersonName:
        assert one.name is not None
        return one.name

    umlauts = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ğ": "g"})
    sounds = str.maketrans({"y": "i", "i": "y", "d": "t", "v": "f"})
    return {
        "card number": lambda one: one.loyalty_card,
        "phone": lambda one: "0" + one.contacts[0].value[3:],
        "e-mail": lambda one: one.contacts[1].value,
        "phone, last four": lambda one: one.contacts[0].value[-4:],
        "2 letters": lambda one: name(one).family[:2],
        "3 letters": lambda one: name(one).family[:3],
        "surname": lambda one: name(one).family,
        "first 3 + surname 3": lambda one: f"{name(one).given[:3]} {name(one).family[:3]}",
        "first + surname": lambda one: f"{name(one).given} {name(one).family}",
        "surname + postal code": lambda one: f"{name(one).family} {one.addresses[0].postal_code}",
        "umlauts spelt out": lambda one: f"{name(one).given} {name(one).family}".translate(umlauts),
        "by sound": lambda one: f"{name(one).given} {name(one).family.lower().translate(sounds)}",
        "one typo": lambda one: f"{name(one).given} {typo(random, name(one).family)}",
        "no such name": lambda one: f"qx{name(one).given}wzk",
    }


def percentile(spent: list[float], share: float) -> float:
    """The value below which `share` of the measurements lie, in microseconds."""
    return sorted(spent)[min(int(len(spent) * share), len(spent) - 1)] * 1e6


def floor(path: Path, random: Random, cards: int) -> list[float]:
    """Seconds of one row by its key, for as many rows as each shape has queries."""
    file = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    spent = []
    for _ in range(SHAPES * 5):
        key = random.randrange(1, cards + 1)
        began = time.thread_time()
        file.execute("SELECT doc FROM card WHERE rank = ?", (key,)).fetchone()
        spent.append(time.thread_time() - began)
    file.close()
    return spent


def report(till: TillFile, people: Sequence[SourceCustomer], base: float, random: Random) -> None:
    """Print each shape's figures: p50, p99, ratio to the floor, hits, found in the first five."""
    print(f"{'shape':24}{'p50 µs':>9}{'p99 µs':>9}{'ratio':>7}{'hits':>6}{'in top 5':>10}")
    for shape, ask in shapes(random).items():
        spent, hits, first = [], 0, 0
        for one in random.sample(people, SHAPES):
            text = ask(one)
            began = time.thread_time()
            found = till.search(text)
            spent.append(time.thread_time() - began)
            hits += len(found)
            wanted = one.name.full if one.name else ""
            first += any(hit.card.n == wanted for hit in found[:5])
        p50, p99 = percentile(spent, 0.5), percentile(spent, 0.99)
        print(f"{shape:24}{p50:9.0f}{p99:9.0f}{p50 / base:7.0f}{hits / SHAPES:6.1f}"
              f"{first / SHAPES:10.1%}")  # fmt: skip


def main(count: int) -> None:
    """Build and ask."""
    random = Random(2026)
    people = [customer(random, number) for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "till.db")
        store = open_store(f"sqlite:///{folder}/store.db")
        feeding = fill(store, people)
        began = time.thread_time()
        counts = build(store, path, built_at="2026-11-21T06:00:00Z", expires_on="2026-11-24")
        building = time.thread_time() - began
        print(f"{counts.cards} cards: feed {feeding:.1f} s, build {building:.1f} s,"
              f" {counts.bytes / counts.cards:.0f} bytes a card with all indexes")  # fmt: skip
        store.close()
        spent = floor(path, random, counts.cards)
        base = percentile(spent, 0.5)
        print(f"floor: one row by key p50 {base:.1f} µs, p99 {percentile(spent, 0.99):.1f} µs")
        with TillFile(path, clock=lambda: Now("2026-11-21", 12)) as till:
            report(till, people, base, random)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
