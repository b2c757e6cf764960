"""The invented people's name lists by origin; common names come first and are drawn more often."""

from __future__ import annotations

from typing import NamedTuple


class Names(NamedTuple):
    """What one origin is called: weights are relative, lists are ordered from common to rare."""

    share: int
    female: tuple[str, ...]
    male: tuple[str, ...]
    family: tuple[str, ...]


def words(text: str) -> tuple[str, ...]:
    """The words of a list written as one text."""
    return tuple(text.split())


GERMAN = Names(
    75,
    words(
        "Anna Sabine Petra Monika Ursula Andrea Susanne Claudia Renate Birgit Julia Katharina "
        "Heike Stefanie Käthe Anneliese Jutta Gisela Bärbel Martina Nicole Silke Christiane "
        "Hannah Lena Leonie Mareike Friederike Ingeborg Roswitha Dörte Wiebke Antje Hedwig "
        "Anne-Marie Eva-Maria Karin Brigitte Elke Gabriele Ilse Johanna Charlotte Mathilde Frauke"
    ),
    words(
        "Thomas Michael Andreas Peter Stefan Wolfgang Klaus Jürgen Martin Frank Bernd Günter "
        "Matthias Uwe Dieter Jörg Rainer Christian Holger Götz Sönke Björn Volker Heinz Werner "
        "Karl-Heinz Hans-Jürgen Lukas Felix Jonas Paul Maximilian Florian Sebastian Detlef Ulrich "
        "Manfred Helmut Hartmut Ekkehard Tobias Philipp Moritz Jakob Konrad"
    ),
    words(
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch "
        "Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann "
        "Hartmann Lange Schmitt Werner Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann "
        "König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert "
        "Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke "
        "Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein "
        "Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas Schreiber Graf Dietrich Ziegler Kuhn "
        "Kühn Pohl Engel Horn Busch Bergmann Thomas Voigt Sauer Arnold Pfeiffer Mayr Wrobel "
        "Kleinschmidt Strauß Öztaler Hölderich Quastenberg Zwirnleitner Tüllmann Grützbach "
        "Ährenfeld Böttcherling Wüstefeld Kräutner Süßmilcher Fährmannsen"
    ),
)
TURKISH = Names(
    8,
    words("Ayşe Fatma Elif Zeynep Emine Hatice Gül Özlem Çiğdem Şule Ipek Dilara"),
    words("Mehmet Mustafa Ahmet Ali Emre Hüseyin Çağrı Ömer Kemal Barış Yusuf İbrahim"),
    words("Yılmaz Kaya Demir Şahin Çelik Yıldız Öztürk Aydın Arslan Doğan Kılıç Çetin Koç Işık"),
)
POLISH = Names(
    7,
    words("Agnieszka Katarzyna Małgorzata Ewa Joanna Magdalena Zofia Łucja Beata Danuta"),
    words("Piotr Krzysztof Andrzej Paweł Łukasz Tomasz Marek Stanisław Michał Wojciech"),
    words("Nowak Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Dąbrowski"),
)
ITALIAN = Names(
    5,
    words("Giulia Francesca Chiara Lucia Paola Nicolò-Maria Rosa Concetta Alessia"),
    words("Giuseppe Marco Antonio Luca Salvatore Niccolò Matteo Davide Pietro"),
    words("Rossi Russo Ferrari Esposito Bianchi Romano Colombo D'Angelo De_Luca Dell'Acqua"),
)
VIETNAMESE = Names(
    3,
    words("Thị_Mai Thị_Hương Thị_Lan Ngọc_Anh Thu_Hà Bích_Ngọc"),
    words("Văn_Hùng Minh_Tuấn Quang_Huy Đức_Anh Hoàng_Long Thanh_Sơn"),
    words("Nguyễn Trần Lê Phạm Hoàng Đặng Vũ Bùi"),
)
ENGLISH = Names(
    2,
    words("Emily Charlotte Fiona Margaret Heather Siobhan Rachel"),
    words("James Oliver Graham Duncan Nigel Patrick Stuart"),
    words("Smith Jones Taylor Brown Wilson O'Connor MacLeod Thompson Hughes"),
)
ORIGINS = {
    "de": GERMAN,
    "tr": TURKISH,
    "pl": POLISH,
    "it": ITALIAN,
    "vi": VIETNAMESE,
    "en": ENGLISH,
}
NEUTRAL = words("Kim Toni Robin Sascha Luca Alex Jona Mika Charlie")
TITLES = ("Dr.", "Dr.", "Dr.", "Dr.", "Prof. Dr.", "Dr. med.", "Dr.-Ing.", "Prof.")
NOBILITY = ("von", "von", "von der", "von und zu", "Freiherr von", "Graf von", "zu")
SEATS = words("Weißenbrück Lüttenrode Hohenquitt Rabenfels Tannenau Falkenmoor Eschwitz Greifenau")
"""Invented seats, so that no noble family of this name is meant."""

FIRM_KINDS = (
    "Restaurant {}",
    "{} & Söhne KG",
    "Weinstube {} GmbH",
    "Catering {} UG",
    "Steuerbüro {} PartG",
    "Café {} e. K.",
    "Tischlerei {} GmbH & Co. KG",
    "Hotel {} GmbH",
)
FIRM_WORDS = words(
    "Quittenhof Zimtstern Goldähre Rebenglück Mohnblüte Kupferkessel Fährhaus Ölmühle Nussbaum "
    "Sonnentor Salzkate Hopfenstern Brotzeit Kirschgarten Rosmarin Steinpilz Honigtopf Tauben"
)
