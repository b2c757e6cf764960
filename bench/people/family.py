"""Family names by origin: the frequent ones as they are, the rare ones put together."""

from __future__ import annotations

from bench.people.draw import Draw, words

_GERMAN = words(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer "
    "Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange "
    "Schmitt Werner Schmitz Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter "
    "Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich "
    "Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon "
    "Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel "
    "Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch "
    "Bergmann Thomas Voigt Sauer Arnold Wolff Pfeiffer Ernst Lindner Hübner Kramer Beyer Hansen "
    "Jansen Nowak Lutz Ritter Kern Paul Peter Schramm Seifert Barth Fiedler Haase Busse Wenzel "
    "Thiel Nagel Hermann Böttcher Stark Riedel Schumann Kirsch Petersen Ott Marx Ullrich Eckert "
    "Bock Bender Stahl Kunz Fritz Kurz Michel Reuter Dietz Heinz Mohr Rudolph Götz Hess Reinhardt "
    "Urban Sander Böhme Fink Moser Naumann Blum Gebhardt Konrad Beckmann Schlüter Kaufmann Rose "
    "Kröger Bayer Wirth Wild Reich Brinkmann Langer Ebert Jahn Lohmann Schenk Bach Rau Heller "
    "Betz Wiese Hein Hermes Popp Harms Stoll Völker Adler Rieger Kohl Renner Pfeifer Hoppe Sturm "
    "Probst Bartsch Wegner Dörr Heck Böhmer Ehlers Zeller Reimann Steiner Strauß Bischoff Brückner "
    "Hennig Karl Kreuzer Noack Opitz Pieper Raabe Schilling Thiele Unger Vetter Wittmann Zander "
    "Ackermann Dörfler Eichhorn Förster Gärtner Hölscher Jürgens Kießling Löffler Münch Nölle"
)
_STEMS = words(
    "Ahl Alten Arn Auer Bären Berg Bill Birk Blanken Boden Born Brand Breit Brink Broch Bruck "
    "Buch Burg Busch Dammer Diel Dill Dorn Dreyer Dürr Ebers Eich Eller Erl Esch Falken Fels "
    "Feuer Finken Fürst Gan Gers Giesen Glas Gold Göll Grab Grün Gund Güt Hagel Hain Hals Hasel "
    "Hatt Heid Hell Herz Hild Hinter Hirsch Hohl Holz Hopf Horst Hör Hüls Ilg Isen Jost Kahl Kalt "
    "Karst Kessel Kief Kirch Klap Kling Knob Koll Korn Kott Krab Kreuz Krumm Kuhl Küp Lach Land "
    "Lauter Leich Lich Lind Lohr Lück Mahl Mark Maß Meer Meil Mitter Moor Moos Mühl Nach Neu "
    "Nieder Nord Ober Öl Ost Pan Pett Pfaff Plat Quer Rade Ram Ratt Rehn Reich Ried Rind Ros Rott "
    "Rüb Sand Sassen Schaf Schell Schil Schlam Schleh Schnee Schön Schütt Schwan See Seil Sieben "
    "Sonn Spitz Stad Stall Stein Stern Stock Strat Süd Tann Teich Thal Tief Torn Traut Trepp Uhl "
    "Ulm Vell Vier Vor Wal Wald Wang Weich Weiden Well Wend Wester Wies Wild Wind Wink Witten Wol "
    "Wüst Zang Zell Zick Zim Zinn Zorn Zwick"
)
_ENDS = words(
    "mann er meier hoff bach berg müller stein hauer ner brock hausen feld kamp bauer horst ler "
    "egger hofer wald ig ke ling hardt schmidt heimer inger becker rath au acker thaler loh graf "
    "huber eder reuter stedt born wig gruber macher rich el busch fuß meister winkel haus dorfer "
    "brink straß eisen holz zahn kötter dreher sen ow in ert old mayr hold sieper heide"
)
_TURKISH = words(
    "Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan "
    "Çetin Kara Koç Kurt Özkan Şimşek Polat Korkmaz Özcan Çakır Erdoğan Yavuz Can Acar Şen Aktaş "
    "Güler Yalçın Güneş Bozkurt Bulut Keskin Ünal Turan Gül Özer Işık Kaplan Avcı Sarı Tekin Taş "
    "Köse Yüksel Ateş Aksoy Karaca Duman Uçar Toprak Bayram Deniz Uysal Çiftçi Gündoğdu Karataş "
    "Akbulut Altun Sönmez"
)
_POLISH = words(
    "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak "
    "Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski Krawczyk Piotrowski Grabowski Nowakowski "
    "Pawłowski Michalski Adamczyk Dudek Zając Wieczorek Jabłoński Król Majewski Olszewski "
    "Jaworski Wróbel Malinowski Stępień Górski Rutkowski Sikora Baran Szewczyk Ostrowski "
    "Tomaszewski Pietrzak Marciniak Wróblewski"
)
_ITALIAN = words(
    "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti "
    "DeLuca Costa Giordano Mancini Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani "
    "Rinaldi Caruso Ferrara Galli Martini Leone Longo Gentile Martinelli Vitale Lombardo Serra "
    "Coppola DeSantis Marchetti Parisi"
)
_RUSSIAN = words(
    "Ivanov Smirnov Kuznezow Popow Wassiljew Petrow Sokolow Michailow Nowikow Fedorow Morosow "
    "Wolkow Alexejew Lebedew Semjonow Jegorow Pawlow Koslow Stepanow Nikolajew Orlow Andrejew "
    "Makarow Nikitin Sacharow Sajzew Solowjow Borissow Jakowlew Grigorjew Romanow Worobjow "
    "Sergejew Kusmin Frolow Dik Wiens Penner Klassen Friesen Dyck Reimer Hildebrandt Epp Janzen"
)
_ENGLISH = words(
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans "
    "Walker White Roberts Green Hall Wood Jackson Clarke Harris Lewis Clark Turner Hill Cooper "
    "Moore Ward Morris King Baker Allen Young Mitchell Campbell Anderson Bennett Cook Shaw Bell "
    "Miller Parker O'Brien O'Connor"
)
_VIETNAMESE = words(
    "Nguyễn Trần Lê Phạm Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đào Mai Trương Lâm"
)


def _together() -> list[str]:
    """The rare German names: thousands, in an order that looks like none."""
    put = {f"{stem}{end}" for stem in _STEMS for end in _ENDS} - set(_GERMAN)
    return sorted(put, key=lambda name: (sum(map(ord, name)) * 7919 % 104729, name))


GERMAN = Draw(_GERMAN, 8)
"""About a third of the people have one of these; Müller is nearly one in a hundred."""
GERMAN_RARE = Draw(_together(), 400)
TURKISH = Draw(_TURKISH, 6)
POLISH = Draw(_POLISH, 5)
ITALIAN = Draw([name.replace("De", "De ") for name in _ITALIAN], 6)
RUSSIAN = Draw(_RUSSIAN, 6)
ENGLISH = Draw(_ENGLISH, 5)
VIETNAMESE = Draw(_VIETNAMESE, 0.6)
NOBILITY = ("von", "von der", "zu", "van den", "Freiherr von", "Graf von", "vom", "van")


def feminine(name: str) -> str:
    """The form that a Polish or Russian woman may have: Kowalska, Ivanova."""
    if name.endswith("ski"):
        return name[:-1] + "a"
    return name + "a" if name.endswith(("ov", "ow", "jew", "tin", "min")) else name
