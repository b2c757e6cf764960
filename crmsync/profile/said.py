"""The rules of survivorship in German and English."""

from __future__ import annotations

_RULES = {
    "only": ("nur dieser Datensatz sagt etwas dazu", "no other record tells it"),
    "agreed": ("alle Datensätze sagen dasselbe", "all records tell the same"),
    "owner": (
        "dieses Feld gehört laut Konfiguration dieser Verbindung",
        "the configuration names this connection as the owner of the field",
    ),
    "cleared": ("der Eigentümer des Felds sagt: leer", "the owner of the field says: empty"),
    "sure": (
        "der Name kam in Teilen, anderswo als ein Text",
        "the name was told in parts, elsewhere as one text",
    ),
    "verified": (
        "die Quelle hat einen Kontakt dieser Person geprüft",
        "the backend has proved a contact of this person",
    ),
    "registered": (
        "ein Konto zählt mehr als ein Gastkauf", "an account beats one guest purchase"
    ),
    "newest": ("zuletzt geändert", "changed last"),
    "preferred": (
        "die Verbindung steht in der Konfiguration weiter vorn",
        "the connection stands earlier in the configuration",
    ),
    "longest": ("der ausführlichste Wert", "the longest value"),
    "ref": (
        "gleichwertig; der kleinere Datensatzname entscheidet",
        "equal in all; the smaller record name decides",
    ),
    "with the name": ("kommt mit dem Namen", "comes with the name"),
    "earliest": ("der früheste bekannte Tag", "the earliest day known"),
    "any": ("einer sagt es, und das genügt", "one says so, and that is enough"),
}  # fmt: skip
_TOLD = ("{} Datensätze sagen es", "{} records tell it")


def say_why(rule: str) -> dict[str, str]:
    """What a rule of a profile's provenance means, as "de" and "en"."""
    german, english = _RULES.get(rule, _TOLD)
    count = rule.rpartition(" ")[2]
    return {"de": german.format(count), "en": english.format(count)}
