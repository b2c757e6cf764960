"""Invented people of many origins, and what somebody types who looks for them.

The frequencies fall as those of names do (Zipf); rare surnames are put together from parts. How a
name is misspelt comes from a table of its own, not from the search's code.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Sequence
from itertools import accumulate
from random import Random
from typing import NamedTuple

from crmsync.identity.search.words import Parts


class Origin(NamedTuple):
    """Names of one origin, the frequent ones first; `share` of the people have it."""

    share: float
    given: str
    family: str
    heads: str
    tails: str
    rare: float = 0.0


GERMAN = Origin(
    0.76,
    """Peter Michael Thomas Andreas Wolfgang Klaus Jürgen Günter Stefan Christian Uwe Werner Horst
    Frank Dieter Manfred Gerhard Hans Bernd Thorsten Mathias Helmut Walter Heinz Martin Jörg
    Rolf Jens Sven Alexander Jan Rainer Holger Karl Dirk Joachim Ralf Carsten Herbert Oliver
    Wilhelm Kurt Markus Heinrich Harald Paul Hermann Olaf Marcel Felix Lukas Jonas Leon Finn
    Elias Noah Luis Ben Maximilian Moritz Philipp Tobias Sebastian Daniel Florian Benjamin Simon
    Fabian Jannik Niklas Maria Ursula Monika Petra Elisabeth Sabine Renate Helga Karin Brigitte
    Ingrid Erika Andrea Gisela Claudia Susanne Gabriele Christa Christine Hildegard Anna Birgit
    Barbara Gertrud Heike Marianne Elke Martina Angelika Irmgard Inge Ute Elfriede Doris Marion
    Ruth Ulrike Hannelore Jutta Silke Margarete Anja Kerstin Kathrin Katharina Christina Nicole
    Stefanie Julia Sandra Melanie Sarah Lisa Laura Lena Lea Hannah Mia Emma Emilia Lina Marie
    Sophie Johanna Clara Charlotte Frieda Ida Greta Mathilda Käthe Grete Bärbel Björn Götz
    Volker Detlef Eckhard Reinhold Siegfried Theodor Otto Emil Anton Jakob Johann Georg
    Friedrich August Gustav Konrad Rudolf Norbert Hubert Egon Ottilie Adelheid Edeltraud
    Waltraud Roswitha Gudrun Heidrun Sigrid Ilse Else Hedwig Margot Eva Karl-Heinz Hans-Peter
    Anna-Lena Marie-Luise Klaus-Dieter Hans-Jürgen Ann-Kathrin Eva-Maria Annika Maike Wiebke
    Antje Swantje Imke Frauke Ole Torben Lasse Malte Hauke Sönke Tjark""",
    """Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch
    Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann
    Lange Schmitt Werner Schmitz Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König
    Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel
    Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht
    Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto
    Sommer Groß Seidel Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn
    Pohl Engel Horn Busch Bergmann Thomas Voigt Sauer Arnold Wolff Pfeiffer Ritter Mohr Seifert
    Lindner Ernst Hübner Kramer Franz Beyer Wolter Nagel Jansen Kern Barth Wenzel Hermann Ott
    Paul Riedel Wilhelm Hansen Nowak Paulsen Grimm Lenz Ulrich Steiner Langer Kunz Bauer-Schmidt
    Ebert Rose Kirchner Löffler Engelhardt Thiele Schilling Bender Pfeifer Kraft Marx Bachmann
    Sander Reuter Hein Naumann Eckert Böttcher Schramm Förster Rudolph Stahl Gärtner Ackermann
    Kaufmann Rieger Fritz Zander Buchholz Kessler Blum Thiel Baier Bayer Dittrich Janssen Wendt
    Reinhardt Brinkmann Freitag Hesse Burger Frey Ullrich Moser Wirth Adam Fink Siebert Götz
    Hauser Wild Stark Conrad Konrad Mertens Rath Erdmann Sturm Neubauer Jakob Kolb Gebhardt
    Haupt Heck Funk Metzger Giese Decker Menzel Westphal Steffen Opitz""",
    """Acker Alten Apfel Auen Bach Bären Bauern Baum Berg Bieder Birken Bitter Blau Blumen Boden
    Brand Breit Brenn Brink Buch Burg Busch Butter Dach Damm Diester Dorn Drei Dürr Eber Eck
    Edel Eichen Eisen Ellen Engel Erlen Eschen Falken Fass Feder Feld Fenster Fichten Finken
    Flach Forst Frank Frei Freuden Fried Fuchs Gabel Garten Geiß Gersten Glas Gold Gott Grab
    Gras Grau Grün Gut Haber Hagen Hahnen Halb Hammer Hart Hasel Haus Hecht Heide Heiden Heim
    Hell Herbst Herz Heuser Himmel Hinter Hirsch Hoch Hof Hohen Holl Holz Honig Hopfen Horn
    Hütten Jung Kalk Kalt Kamp Kapp Kegel Kersten Kessel Kies Kirch Kirsch Klee Klein Klingen
    Kloster Knapp Kohl Koll Königs Korn Kraft Krähen Kreuz Krumm Kuchen Küchen Kupfer Lachen
    Lamm Land Lang Laub Lauter Leder Lehn Leuchten Licht Liebe Linden Loh Lorch Löwen Lücken
    Mahl Mandel Markt Mattes Mauer Mehl Messer Mittel Mohn Moos Morgen Mühl Münch Nadel Nagel
    Neben Neu Nieder Nord Nuss Ober Ochsen Oster Öster Pech Pfann Pfeffer Pilz Platz Quer Raben
    Rau Reb Regen Reh Reichen Reif Rein Ried Ries Rinder Ritters Rock Roggen Rosen Rot Ruben
    Rück Saal Sand Sauer Schaden Schäd Schall Scharf Schatten Schell Schiefer Schild Schim
    Schlot Schmal Schnell Schön Schuh Schwan Schwarz See Seil Sieben Silber Sommer Sonn Spann
    Spiegel Spitz Stahl Stamm Stau Stein Stern Stock Stolz Strauch Streu Stroh Stuben Süß Tal
    Tannen Tauben Teich Thal Tief Tisch Trauben Trocken Uhl Unter Vogel Voll Vorder Wachs Wald
    Wall Wasser Weber Weg Weich Weiden Wein Weiß Wende Wester Wetter Wiesen Wild Wind Winkel
    Winter Wolken Wunder Zahn Zapf Zeit Ziegel Zimmer Zucker Zwick""",
    """ach acker aich auer bach bacher bauer baum beck becker berg berger bichler blum born brand
    brecht brink bruch brück brunn brunner buch burg burger busch dorf dörfer ecker eder egger
    eisen feld felder feldt fels fink fischer garten geld glanz graf graben gruber haas hagen
    hahn halm hammer hand hardt hart haus hausen häuser heim heimer hofer hoff hold holz horn
    huber hut huth inger jahn kamp kemper kind klee kopf kötter kraut lage land lander laub
    lechner leitner lich lieb linger loch loh lund macher mann mayer maier meier meister meyer
    moser mühl müller nagel ner ofen ohl pold pfennig rain rath rauch reich reiter reuter
    richter ried rieder ritz rock roth ruf sack schein schlag schmid schmidt schmitt schneider
    schuh schütz schwab see seher sen sing sohn stadt staedt städter stätter steg stein steiner
    stetter stock stolz strasser strauch straub thal thaler traut tritt trunk vogel vogt wald
    walder walter wart wasser weber weg weiler wein weger welt werk werth wetter wieser wind
    winkel winkler wirth wohl wolf wurm wurst zahn zahl zorn zweig""",
    0.55,
)
TURKISH = Origin(
    0.07,
    """Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim İsmail Osman Yusuf Murat Ömer Ramazan Halil
    Süleyman Emre Can Burak Kerem Efe Deniz Kemal Orhan Tuğba Fatma Ayşe Emine Hatice Zeynep
    Elif Meryem Şerife Sultan Hanife Merve Zehra Özlem Gülay Sevgi Aylin Ebru Selin Dilara
    Çiğdem Pınar Gökhan Şükrü Cem Tolga Serkan Volkan Büşra Esra Nur Leyla""",
    """Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan
    Çetin Kara Koç Kurt Özkan Şimşek Polat Korkmaz Çakır Erdoğan Güneş Aksoy Bulut Keskin Ünal
    Turan Avcı Işık Özer Tekin Taş Köse Yavuz Karaca Duman Acar Ateş Sönmez Gül Söğüt Tunç
    Bozkurt Uçar Coşkun""",
    "Ak Kara Öz Er Gök Demir Taş Altın Yıl Güç Bal Say Can Tan Sarı Kızıl Koca Uzun",
    "oğlu soy kan tekin er taş bay han gül dağ su tepe dere yurt lı demir can kaya türk men",
    0.3,
)
POLISH = Origin(
    0.06,
    """Piotr Krzysztof Andrzej Tomasz Paweł Jan Michał Marcin Jakub Adam Stanisław Marek Łukasz
    Grzegorz Wojciech Mariusz Dariusz Zbigniew Jerzy Rafał Anna Maria Katarzyna Małgorzata
    Agnieszka Barbara Ewa Krystyna Elżbieta Magdalena Joanna Aleksandra Zofia Teresa Danuta
    Beata Dorota Jolanta Iwona Grażyna Bożena Wiesława""",
    """Nowak Kowalski Kowalska Wiśniewski Wiśniewska Wójcik Kowalczyk Kamiński Kamińska Lewandowski
    Lewandowska Zieliński Zielińska Szymański Szymańska Woźniak Dąbrowski Dąbrowska Kozłowski
    Kozłowska Jankowski Mazur Wojciechowski Kwiatkowska Krawczyk Kaczmarek Piotrowska Grabowski
    Zając Pawłowska Michalski Król Wieczorek Jabłońska Wróbel Nowakowski Majewska Stępień
    Olszewski Malinowska Jaworski Górski Dudek Adamczyk""",
    """Bor Brzez Czarn Dobr Gór Grab Jab Jezior Kalin Kras Lip Mal Mil Ostr Rak Sosn Star Wilcz
    Zawad Żuk""",
    "owski owska ewski ewska iński ińska ański ańska ek ak czyk icz czak aszek",
    0.3,
)
VIETNAMESE = Origin(
    0.02,
    """Anh Minh Hương Lan Linh Hùng Dũng Tuấn Hoa Mai Thảo Trang Hà Tú Nam Long Sơn Phương Thu Vân
    Quang Đức Hải Bình Yến Ngọc Thanh Huyền Khánh Việt Tâm Hạnh""",
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý",
    "",
    "",
)
ITALIAN = Origin(
    0.04,
    """Giuseppe Giovanni Antonio Mario Luigi Francesco Angelo Vincenzo Pietro Salvatore Marco
    Matteo Luca Alessandro Giulia Chiara Francesca Sara Martina Valentina Alessia Elena Rosa
    Carmela Lucia Concetta Assunta""",
    """Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti
    De_Luca Costa Giordano Mancini Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani
    Rinaldi Caruso Ferrara Galli Martini Leone Longo Gentile Martinelli Vitale Lo_Presti
    D'Angelo Di_Stefano""",
    "Bell Bon Cast Cavall Ferr Font Gall Mont Pell Rom Sant Torr Vall",
    "ini etti otti ardi elli one ucci aro ato ieri igno ante",
    0.3,
)
ENGLISH = Origin(
    0.05,
    """James John Robert David William Richard Joseph Charles Christopher Matthew Mark Steven
    Andrew Kevin Brian Mary Patricia Jennifer Linda Susan Jessica Karen Nancy Margaret Betty
    Ashley Emily Amanda Deborah Rachel Ahmed Mohammed Omar Fatima Aisha Yusuf Sofia Ivan Olga
    Natalia Dmitri Igor José Carlos Luis Ana Carmen""",
    """Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson
    Thompson White Harris Clark Lewis Robinson Walker Young Hall O'Connor O'Brien McDonald
    Ivanov Petrov Popescu Horvat Kovač Nguyen García Fernández López Martínez Hernández Silva
    Santos Oliveira Ibrahim Hussein Khan Singh Kumar Patel""",
    """Ash Black Brad Brook Clay Cross Ed Fair Green Hamp Hard Kings Lang Nor Rad South Stan Thorn
    Wood""",
    "ton ham ley ford well worth field wood man son by shaw",
    0.3,
)
ORIGINS = (GERMAN, TURKISH, POLISH, VIETNAMESE, ITALIAN, ENGLISH)
PARTICLES = (
    "von",
    "von der",
    "von",
    "zu",
    "van den",
    "de",
    "von und zu",
    "Freiherr von",
    "Graf von",
)


class Names:
    """Draws names of one origin, the first of each list most often."""

    def __init__(self, origin: Origin, random: Random) -> None:
        self.origin, self.random = origin, random
        self.givens, self.families = origin.given.split(), origin.family.split()
        self.rare = [head + tail for head in origin.heads.split() for tail in origin.tails.split()]
        random.shuffle(self.rare)
        self.given = self._falling(len(self.givens), 0.7)
        self.family = self._falling(len(self.families), 0.8)
        self.tail = self._falling(len(self.rare), 0.55)

    def _falling(self, count: int, power: float) -> list[float]:
        return list(accumulate((rank + 3) ** -power for rank in range(count)))

    def _draw(self, names: Sequence[str], weights: Sequence[float]) -> str:
        return names[bisect(weights, self.random.random() * weights[-1])].replace("_", " ")

    def a_given(self) -> str:
        """A given name, now and then two."""
        one = self._draw(self.givens, self.given)
        if self.random.random() < 0.06:
            return f"{one} {self._draw(self.givens, self.given)}"
        return one

    def a_family(self) -> str:
        """A surname: a frequent one, or a rare one."""
        if self.random.random() < self.origin.rare:
            return self._draw(self.rare, self.tail)
        return self._draw(self.families, self.family)

    def name(self) -> Parts:
        """A whole name of this origin."""
        chance = self.random.random()
        if self.origin is VIETNAMESE:
            middle = self.random.choice(("Văn ", "Thị ", "Vân ", "Hoàng ", ""))
            return Parts(middle + self.a_given(), "", self.a_family(), family_first=chance < 0.5)
        family = self.a_family()
        if self.origin is GERMAN and chance < 0.03:
            return Parts(self.a_given(), self.random.choice(PARTICLES), family)
        if chance < 0.07:
            family = f"{family}-{self.a_family()}"
        return Parts(self.a_given(), "", family)


def people(count: int, seed: int) -> list[Parts]:
    """`count` invented people."""
    random = Random(seed)
    names = [Names(origin, random) for origin in ORIGINS]
    shares = list(accumulate(origin.share for origin in ORIGINS))
    return [names[bisect(shares, random.random() * shares[-1])].name() for _ in range(count)]


def full(parts: Parts) -> str:
    """The name as it is written."""
    surname = f"{parts.particles} {parts.family}".strip()
    if parts.family_first:
        return f"{surname} {parts.given}".strip()
    return f"{parts.given} {surname}".strip()


UMLAUTS = (
    str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}),
    str.maketrans("äöüÄÖÜßıİşŞğĞçÇłŁńśźżąęóéàè", "aouAOUsiIsSgGcClLnszzaeoeae"),
)


def umlaut(name: str, random: Random) -> str:
    """The name without its umlauts and accents, in one of two ways."""
    return name.translate(random.choice(UMLAUTS))


VARIANTS = [
    ("meier", "maier"), ("meier", "meyer"), ("maier", "mayer"), ("mayer", "meier"),
    ("meyer", "maier"), ("meyer", "mayer"), ("schmidt", "schmitt"), ("schmidt", "schmid"),
    ("schmitt", "schmidt"), ("schmid", "schmidt"), ("ai", "ei"), ("ay", "ei"), ("ei", "ai"),
    ("ey", "ei"), ("th", "t"), ("t", "th"), ("ph", "f"), ("f", "ph"), ("ie", "ih"), ("ih", "ie"),
    ("dt", "t"), ("dt", "d"), ("tt", "dt"), ("ck", "k"), ("k", "ck"), ("y", "i"), ("i", "y"),
    ("v", "f"), ("f", "v"), ("ff", "f"), ("ll", "l"), ("nn", "n"), ("mm", "m"), ("ss", "s"),
    ("tz", "z"), ("z", "tz"), ("c", "k"), ("k", "c"), ("ah", "a"), ("eh", "e"), ("oh", "o"),
    ("mann", "man"), ("d$", "t"), ("sz", "s"), ("chr", "kr"), ("eu", "oi"), ("ä", "e"), ("j", "y"),
]  # fmt: skip
"""How names of one sound are written in German: one way, another way."""
_ONLY_INSIDE = {"t", "f", "k", "z", "i", "v", "c", "d$", "j"}


def phonetic(name: str, random: Random) -> str:
    """The name with one word written as it sounds; unchanged where no variant fits."""
    found = []
    for one, other in VARIANTS:
        for match in re.finditer(one, name, re.IGNORECASE):
            if one in ("t", "k", "z") and not _softly(name, match.start()):
                continue
            found.append((match.start(), match.end(), other))
    if not found:
        return name
    start, end, other = random.choice(found)
    other = other.capitalize() if name[start].isupper() else other
    return name[:start] + other + name[end:]


def _softly(name: str, at: int) -> bool:
    """Whether th, ck, tz may stand here: behind a vowel or l, n, r, and not before a consonant."""
    before, after = name[at - 1 : at].lower(), name[at + 1 : at + 2].lower()
    return bool(before) and before in "aeioulnr" and (not after or after in "aeiou")


def swapped(name: str, random: Random) -> str:
    """The surname first."""
    words = name.split()
    cut = random.randrange(1, len(words)) if len(words) > 2 else 1
    return " ".join([*words[cut:], *words[:cut]])


LETTERS = "abcdefghijklmnopqrstuvwxyz"


def typo(name: str, random: Random) -> str:
    """The name with one letter inserted, deleted, substituted or swapped, anywhere in a word."""
    places = [at for at, sign in enumerate(name) if sign.isalpha()]
    at = random.choice(places)
    kind = random.randrange(4)
    if kind == 0:
        return name[:at] + random.choice(LETTERS) + name[at:]
    if kind == 1:
        return name[:at] + name[at + 1 :]
    if kind == 2:
        return name[:at] + random.choice(LETTERS) + name[at + 1 :]
    if at + 1 < len(name) and name[at + 1].isalpha():
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return typo(name, random)


KINDS: dict[str, Callable[[str, Random], str]] = {
    "exact": lambda name, _: name,
    "umlaut": umlaut,
    "phonetic": phonetic,
    "swapped": swapped,
    "one typo": typo,
    "two typos": lambda name, random: typo(typo(name, random), random),
}
"""How a name is typed, by kind."""
