"""Given names by origin, sex and, for German ones, age; the most frequent first."""

from __future__ import annotations

from typing import NamedTuple

from bench.people.draw import Draw


class Given(NamedTuple):
    """The given names of one origin: of women and of men."""

    women: Draw[str]
    men: Draw[str]


def _given(women: str, men: str, flat: float = 8) -> Given:
    return Given(Draw(women.split(), flat), Draw(men.split(), flat))


GERMAN_OLD = _given(
    "Maria Ursula Monika Petra Elisabeth Sabine Renate Helga Karin Brigitte Ingrid Erika Andrea "
    "Gisela Claudia Susanne Gabriele Christa Christine Hildegard Anna Birgit Barbara Gerda Martina "
    "Ruth Ute Angelika Heike Irmgard Angela Margarete Cornelia Christiane Anke Ilse Beate "
    "Marianne Elke Edith Gertrud Silke Annette Rita Jutta Johanna Doris Kerstin Anja Eva Bettina "
    "Heidi Käthe Rosemarie Waltraud Regina Hannelore Lieselotte Margot Anneliese Irene Ulrike "
    "Hannah Dagmar Dorothea Katharina Marlies Sigrid Inge Gudrun Ingeborg Charlotte Magdalena "
    "Annegret Frieda Hedwig Theresia Walburga Roswitha Heidemarie Elfriede Wilhelmine Bärbel",
    "Peter Michael Thomas Wolfgang Klaus Andreas Werner Jürgen Hans Manfred Frank Uwe Helmut "
    "Günter Stefan Bernd Dieter Horst Heinz Gerhard Walter Karl Martin Josef Rolf Rainer Jörg "
    "Matthias Herbert Ralf Norbert Holger Ulrich Georg Kurt Joachim Heinrich Christian Siegfried "
    "Franz Reinhard Detlef Johannes Friedrich Wilhelm Alfred Volker Rudolf Harald Dirk Torsten "
    "Erich Otto Robert Hermann Günther Karl-Heinz Bernhard Hans-Jürgen Willi Lothar Ludwig Erwin "
    "Paul Gustav Axel Ernst Anton Alois Eberhard Hartmut Winfried Bruno Götz Käspar Jochen Theodor "
    "Hans-Peter Klaus-Dieter Ewald August Egon Konrad Leopold Eckhard Burkhard Armin Leonhard",
)
GERMAN_YOUNG = _given(
    "Julia Anna Sarah Laura Lisa Katharina Stefanie Nicole Melanie Christina Sandra Nadine Jana "
    "Lena Katrin Vanessa Jessica Franziska Anne Johanna Marie Sophie Theresa Michelle Jennifer "
    "Nina Sabrina Kathrin Alexandra Daniela Tanja Sonja Anja Yvonne Carolin Maike Svenja "
    "Jasmin Isabell Charlotte Hannah Mia Emma Leonie Lea Luisa Clara Paula Emily Greta Frieda Ida "
    "Mathilda Pia Antonia Miriam Verena Judith Rebecca Eva Simone Kristin Anke Wiebke Silvia "
    "Marlene Elisabeth Helene Romy Amelie Magdalena Josephine Bianca Denise Maren Birte Ronja "
    "Annika Janina Friederike Viktoria Elena Ricarda Merle Finja Änne Margarete Zoë Saskia",
    "Christian Daniel Sebastian Alexander Stefan Jan Tobias Florian Philipp Markus Michael David "
    "Matthias Benjamin Andreas Patrick Marcel Dennis Thomas Tim Lukas Jonas Felix Maximilian Simon "
    "Fabian Kevin Nico Moritz Niklas Leon Paul Finn Luca Julian Marvin Dominik Timo Sven Björn "
    "Lars Oliver Marco Thorsten Robert Johannes Martin Jens Nils Erik Kai Sören Hendrik Malte "
    "Henrik Jannik Till Mats Emil Anton Friedrich Karl Jakob Oskar Theo Vincent Elias Noah Ben "
    "Konstantin Leonard Georg Raphael Samuel Joshua René André Jörn Marius Pascal Robin Steffen "
    "Christoph Frederik Josef Arne Ole Torben Henning Kilian Valentin Gregor Ferdinand Hannes",
)
TURKISH = _given(
    "Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Zehra Sultan Hanife Merve Özlem Esra "
    "Yasemin Hülya Gül Sevgi Büşra Songül Derya Aylin Dilek Gülşen Nurcan Selin İrem Ebru Çiğdem "
    "Tuğba",
    "Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim İsmail Murat Ömer Yusuf Osman Emre Halil Fatih "
    "Süleyman Kemal Serkan Hakan Burak Cem Kadir Volkan Tolga Uğur Onur Deniz Erdoğan Özgür Şahin",
)
POLISH = _given(
    "Anna Katarzyna Maria Małgorzata Agnieszka Barbara Ewa Krystyna Magdalena Elżbieta Joanna "
    "Aleksandra Monika Zofia Teresa Danuta Justyna Karolina Dorota Bożena Beata Paulina Iwona "
    "Halina Grażyna Jolanta Natalia Weronika",
    "Piotr Krzysztof Andrzej Tomasz Jan Paweł Michał Marcin Jakub Adam Marek Łukasz Grzegorz "
    "Stanisław Wojciech Mateusz Dariusz Mariusz Rafał Zbigniew Jerzy Maciej Kamil Józef Dawid "
    "Sławomir Przemysław Bartosz",
)
ITALIAN = _given(
    "Maria Anna Giulia Francesca Rosa Angela Giovanna Teresa Lucia Carmela Antonietta Chiara Paola "
    "Laura Sara Valentina Elena Concetta Alessia Silvia Rosaria Martina",
    "Giuseppe Antonio Giovanni Francesco Luigi Andrea Vincenzo Salvatore Marco Mario Roberto Luca "
    "Domenico Angelo Alessandro Matteo Stefano Pietro Davide Carmelo Michele Nicolò",
)
RUSSIAN = _given(
    "Elena Olga Natalia Tatjana Irina Svetlana Anna Maria Ljudmila Galina Ekaterina Valentina Nina "
    "Larissa Oksana Anastasia Julia Marina Vera Nadeschda Ksenia Darja",
    "Alexander Sergej Vladimir Andrej Alexej Dmitri Viktor Nikolai Igor Jurij Oleg Michail Evgenij "
    "Ivan Anatolij Waldemar Eugen Pavel Maxim Artjom Boris Konstantin Wladislaw",
)
ENGLISH = _given(
    "Mary Susan Margaret Sarah Emma Elizabeth Jennifer Karen Laura Rebecca Helen Emily Catherine "
    "Amanda Victoria Charlotte Jessica Deborah Patricia Rachel",
    "John David Michael James Robert William Richard Andrew Christopher Matthew Thomas Stephen "
    "Daniel Anthony Edward Benjamin Jonathan Steven Kenneth Patrick",
)
VIETNAMESE = _given(
    "Thị-Lan Thị-Hương Thị-Mai Thị-Hoa Thị-Thu Ngọc-Anh Thùy-Linh Kim-Anh Thanh-Hà Minh-Châu "
    "Thị-Vân Bích-Ngọc Phương-Thảo",
    "Văn-Hùng Văn-Tú Minh-Tuấn Đức-Anh Quang-Huy Văn-Nam Hoàng-Long Thanh-Sơn Xuân-Trường "
    "Quốc-Bảo Anh-Dũng Văn-Minh",
    4,
)
VARIANTS: dict[str, tuple[str, ...]] = {
    name: tuple(forms.split())
    for name, forms in {
        "Johannes": "Hans Hannes Jo", "Katharina": "Käthe Kathi Kathrin Katja",
        "Elisabeth": "Lisa Elli Betty Liesel Else", "Alexander": "Alex Sascha",
        "Alexandra": "Alex", "Maximilian": "Max Maxi", "Friedrich": "Fritz Fred",
        "Wilhelm": "Willi Willy", "Margarete": "Grete Greta Gretel Gitta Marga",
        "Josef": "Sepp Jupp Jo", "Heinrich": "Heinz", "Franziska": "Franzi", "Christian": "Chris",
        "Michael": "Michi Micha Mike Michel", "Thomas": "Tom Tommy", "Andreas": "Andi Andy",
        "Susanne": "Susi Sanne", "Gabriele": "Gabi", "Ulrike": "Uli Ulli", "Ulrich": "Uli Ulli",
        "Barbara": "Bärbel Babsi", "Klaus": "Claus", "Joachim": "Jochen Achim", "Günter": "Günni",
        "Stefan": "Steff", "Stefanie": "Steffi", "Sebastian": "Basti Bastian",
        "Benjamin": "Ben Benni", "Daniel": "Dani", "Manfred": "Manni", "Daniela": "Dani",
        "Nicole": "Nicki Nico", "Melanie": "Melli", "Christina": "Tina Chris", "Martina": "Tina",
        "Bettina": "Tina Betty", "Christine": "Christel Tine", "Jennifer": "Jenny",
        "Jessica": "Jessi", "Johanna": "Hanna Jojo", "Theresa": "Resi Tessa", "Theresia": "Resi",
        "Magdalena": "Lena Magda Leni", "Helene": "Lene Leni", "Rosemarie": "Rosi",
        "Charlotte": "Lotte Charly Lotti", "Lieselotte": "Lilo Lotte", "Hannelore": "Hanne Lore",
        "Annegret": "Anne", "Waltraud": "Traudel", "Gertrud": "Trude Gerti", "Hildegard": "Hilde",
        "Irmgard": "Irmi", "Brigitte": "Gitte Biggi", "Ingeborg": "Inge", "Angelika": "Geli Angi",
        "Cornelia": "Conny Nelly", "Heidemarie": "Heidi", "Dorothea": "Dora Thea",
        "Ursula": "Uschi", "Wolfgang": "Wolf Wolle", "Bernhard": "Bernd Hardy", "Ludwig": "Lutz",
        "Matthias": "Matze Hias", "Philipp": "Phil", "Florian": "Flo", "Tobias": "Tobi",
        "Robert": "Bob", "Markus": "Mark Marki", "Dominik": "Dom Nick",
        "Konstantin": "Tino Konsti", "Anton": "Toni", "Antonia": "Toni", "Georg": "Schorsch Jörg",
        "Karl": "Charly Kalle", "Rudolf": "Rudi", "Siegfried": "Sigi", "Franz": "Franzl",
        "Leonard": "Leo", "Leonhard": "Leo Hartl", "Friederike": "Rike Fritzi",
        "Josephine": "Josi", "Viktoria": "Vicky", "Isabell": "Isa Bella", "Rebecca": "Becky",
        "Samuel": "Sam Sammy", "Karl-Heinz": "Kalle Karl Heinz Karlheinz",
        "Hans-Peter": "Hape Hans Peter", "Hans-Jürgen": "Hajo Jürgen",
        "Klaus-Dieter": "Klaus Dieter", "Mehmet": "Memo", "Mustafa": "Musti", "Süleyman": "Sülo",
        "Hüseyin": "Hüso", "İbrahim": "Ibo", "Katarzyna": "Kasia", "Małgorzata": "Gosia",
        "Aleksandra": "Ola", "Agnieszka": "Aga", "Krzysztof": "Krzysiek", "Tomasz": "Tomek",
        "Stanisław": "Staszek", "Giuseppe": "Peppe Pino", "Salvatore": "Totò Turi",
        "Antonio": "Toni", "Francesco": "Franco Ciccio", "Domenico": "Mimmo",
        "Giovanni": "Gianni", "Natalia": "Natascha", "Ekaterina": "Katja", "Elena": "Lena",
        "Tatjana": "Tanja", "Dmitri": "Dima", "Sergej": "Serjoscha", "Vladimir": "Wladimir Wowa",
        "Michail": "Mischa", "Evgenij": "Eugen", "Anastasia": "Nastja", "William": "Bill Will",
        "Elizabeth": "Liz Beth Betty", "Margaret": "Peggy Maggie", "Richard": "Dick Rick",
        "James": "Jim Jamie", "Catherine": "Kate Cathy", "Edward": "Ted Ed",
        "Patricia": "Pat Trish", "Anthony": "Tony", "Deborah": "Debbie", "Kenneth": "Ken",
        "Matthew": "Matt", "Andrew": "Andy Drew", "Christopher": "Chris Kit",
        "John": "Jack Johnny",
    }.items()
}  # fmt: skip
"""What somebody is called beside what stands in the passport."""
