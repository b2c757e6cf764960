"""Short forms of German given names: who is called Hans may be entered as Johannes."""

from __future__ import annotations

_GROUPS = """
alexander alex sascha xander | alexandra alex sandra | andreas andi andy anderl | andrea andi andy
anton toni | antonia toni | barbara babsi babs bärbel | benjamin ben benni benny | bernhard bernd
bettina tina betti | brigitte gitte gitti biggi | christian chris | christina chris tina christl
christine chris tine christl | christoph chris stoffel | daniel dani danny | daniela dani
dominik domi | eduard edi ede | elisabeth lisbeth liesel liesl elli elsbeth sissi betty lisl
ferdinand ferdi | florian flo flori | franz franzl franzi | franziska franzi fanny
friederike rike fritzi | friedrich fritz frieder | gabriele gabi gaby | georg schorsch girgl
gerhard gerd gert hardy | gertrud gerti trude traudl | gregor gregi | günther günni
hannelore hanne lore | heinrich heinz heiner heini | helena lena leni | helene leni lene
hermann männe | hildegard hilde hilda | ignaz naz | jakob jockel | joachim achim jochen jochem
johann hans hannes hansi | johannes hans hannes hansi | johanna hanna hanni hanne jo | jonathan joni
josef sepp jupp beppo seppl pepi | josefine josi fini | jürgen jürg | karl kalle charly
karoline line caro karo | katharina kathi käthe kati kathrin katrin | kristina kris tina
leonhard leo hartl | leopold leo poldi | ludwig lutz luggi wiggerl | magdalena lena leni magda
manfred manni fred | manuela manu ela | manuel manu | margarete grete gretel margret greta gretl
maria mitzi mariele | marianne nanne | martin marti | martina tina | mathilde tilde hilde
matthias matze hias hiasl mattes | maximilian max maxi | michael michi micha michl mike
michaela michi michaela ela | nikolaus klaus niko nick klas | nicole nicki niki
oliver oli olli | patricia patti | peter pit peterl | philipp phil fips |
rebecca becky | regina gina regi | reinhard hardy | richard richie | robert rob robbie bob bert
roland roli | rosemarie rosi romy | rudolf rudi | sabine bine bini | samuel sam sami
sebastian basti bastian wastl | sigrid siggi sigi | siegfried siggi sigi | sophie soph
stefan steff stef | stefanie steffi stef | susanne susi sanne susann | theodor theo
theresa resi therese resl thesi tessa | thomas tom tommy | timotheus timo tim | tobias tobi
ulrich uli ulli | ulrike uli ulli rike | ursula uschi ursel ulla | valentin vale
veronika vroni vreni moni | viktor vick | viktoria vicky viki | vinzenz zenz
waltraud traudl traudi | werner wernerl | wilhelm willi willy wim | wolfgang wolf wolfi
"""


def groups() -> list[tuple[str, ...]]:
    """Groups of names: the full form first, then what its bearers are also called."""
    found = [group.split() for line in _GROUPS.splitlines() for group in line.split("|")]
    return [tuple(group) for group in found if len(group) > 1]
