"""Given names that are common in Germany: two of them are two names, not one and a slip.

A selection from public knowledge of what people are called, folded when it is asked; it need not
be complete: of two names that are near, one that is not listed may be the other mistyped.
"""

from __future__ import annotations

from functools import lru_cache

from crmsync.identity.nicknames import groups
from crmsync.normalize.fold import squash

_WOMEN = """
adelheid agata agathe agnes agnieszka aicha aische alena alessia alexa alexandra alice alicia
alina aline alma alwina amalia amanda amelie amina ana anastasia andrea anett angela angelika
angelina anita anja anke anna annabell anne annegret annelie anneliese annemarie annette annika
antje antonia antonella anya ariane asli asta astrid aurelia ayla aylin ayse aysel aysegul aynur
barbara bärbel beata beate beatrice beatrix belinda berit berta betty betül bianca birgit birte
bozena brigitta brigitte britta bruni büsra canan carina carla carlotta carmela carmen carola
carolin caroline catherine cecilia celina chantal charlotte chiara christa christel christiane
christin christina christine cigdem claire clara clarissa claudia concetta conny constanze cora
cordula corinna cornelia dagmar damla dana daniela danuta daria debora denise derya desiree diana
dilara dilek dina dominika dora doreen doris dorit dorota dorothea dorothee ebru ece edda
edeltraud edith ekaterina ela elena eleonore elif elisa elisabeth elise elke ella ellen elli elsa
else elvira elzbieta emel emilia emily emine emma erika erna esma esra esther eva eveline evelyn
ewa fabienne fanny fatima fatma fatos felicitas filiz finja fiona flora franca francesca franka
franziska frauke frida frieda friederike gabi gabriela gabriele galina gerda gerlinde gertraud
gertrud gesa gesine giovanna gisela gitta giulia gloria grazyna greta gudrun gül gülay gülsen
gülten gunda gundula hacer halina halime hana hanife hanna hannah hannelore hatice havva hedwig
heide heidemarie heidi heidrun heike helen helena helene helga henriette henrike hera herta hilda
hildegard hilke hülya ida ilka ilona ilse imke ina ines inga inge ingeborg ingrid inka insa irena
irene irina iris irma irmgard irmtraud isabel isabell isabella isolde ivana ivonne iwona
jacqueline jadwiga jana jane janet janina janine jannika jara jasmin jeanette jella jennifer jenny
jessica jette joana joanna johanna jolanta josefa josefine josephine joyce judith julia juliana
juliane julie juliette justyna jutta karen karin karina karla karola karolin karolina karoline
katarina katarzyna katharina käthe kathleen kathrin katja katrin kerstin kim kimberly kira kirsten
klara klaudia konstanze kornelia kristin kristina krystyna lale lana lara larissa laura lea leila
lena leni leonie leonore leyla lia liane lidia lieselotte lilia lilian lilli lina linda lioba lisa
lisbeth lisette liv livia lore lotte louisa louise lucia lucie lucy ludmila luise luisa luna luzia
lydia madeleine magda magdalena maike maja malgorzata malin mandy manja manuela mara maren
margaret margarete margarethe margit margot margret margrit maria mariam marianne marie mariella
marija marika marina marion marisa marita marlen marlene marlies marta martha martina mary
mathilda mathilde mechthild meike melanie melek melina melissa mercedes merle merve meryem mia
michaela michele michelle mina mine mira miriam mirjam mona monika monique müge nadia nadine nadja
nancy natalia natalie natascha nathalie nele nelli nermin nesrin nicole nihal nike nilgün nina
nora norma nour nuran nurcan nuray odette olga olivia oksana özlem paola patricia paula pauline
peggy petra pia pinar rabea rabia rahel raissa ramona rana raphaela rebecca rebekka regina regine
reinhild renata renate ria ricarda rike rita romina romy ronja rosa rosalie rosaria rose rosemarie
rosi rosina rosita roswitha roxana ruth sabina sabine sabrina salma samira sandra sara sarah
saskia seda selina selma selin semra senta seray serife sevda sevgi sevim sibel sibylle sidonie
siegrid sieglinde sigrid silja silke silvana silvia simona simone sina sinem sofia sofie songül
sonja sophia sophie stefania stefanie stella stephanie sultan susanna susanne svenja svetlana
swetlana sybille sylvia sylvie tabea tamara tania tanja tatjana teresa thea thekla theresa therese
theresia tilda tina traute trude tugba türkan ulla ulrike undine ursel ursula urszula uta ute
valentina valerie vanessa vera verena veronika victoria viktoria viola violetta vivian viviane
wally walburga waltraud waltraut wanda wendelin weronika wiebke wilhelmine wilma yasemin yasmin
yeliz yildiz yvette yvonne zahra zehra zeliha zeynep zofia zoe zuzanna
"""

_MEN = """
aaron abdullah achim achmed adalbert adam adem adil adnan adolf adrian ahmed ahmet albert alban
albrecht aleksander alessandro alex alexander alexej alfons alfred ali alois alwin amadeus amir
anatoli anders andre andrea andreas andrei andrej andrew andrzej angelo ansgar anthony anton
antonio aras arend aribert arif armin arnd arndt arne arno arnold artem artur arthur arvid august
axel aydin aykut bariş baris bartosz bastian baran bela ben benedikt benjamin benno berat berkan
bernd bernhard bert berthold bertram bilal björn bodo bogdan boris brian bruno burak burghard
burkhard can carl carlo carlos carsten cem cemal cengiz cenk cetin charles christian christof
christoph christopher claas claudius claus clemens connor conrad constantin cornelius cyrill dag
damian daniel dariusz dario david davide dawid deniz dennis denny detlef detlev dennys diego
diethelm dieter dietmar dietrich dimitri dirk dmitri dogan domenico dominic dominik edgar edmund
eduard edward edwin egbert egon ehrenfried eike ekkehard elias elmar emanuel emil emin emre
engelbert enis enno enrico ercan erdal erdem eren ergün erhard eric erich erik erkan ernst ertan
ertugrul erwin eugen ewald fabian fabio faruk fatih federico felix ferdi ferdinand ferhat fikret
filip finn florian francesco francis frank franz fred frederic frederik fredrik friedbert
friedhelm friedrich frieder fritz gabriel gebhard georg george gerald gerd gereon gerhard germar
gernot gero gerold gerrit gert giacomo gideon gino giorgio giovanni gisbert giuliano giuseppe
gökhan gordon götz gottfried gottlieb grant gregor grzegorz guido günter günther gunnar gunter
guntram gustav hagen hakan halil hamza hanno hanns hannes hans harald hardy harry hartmut hartwig
hasan hauke haydar heiko heinrich heinz helge hellmut helmar helmut hendrik henning henri henrik
henry herbert heribert hermann hilmar hinrich hinnerk holger horst hubert hubertus hugo hussein
hüseyin ian ibrahim ignaz igor ilhan ilja ilyas immanuel ingmar ingo ingolf ioannis isa isaak
ismail ismet ivan ivo jaan jacob jacques jakob jakub jan janek janis janko jannes jannik janosch
janus jaroslaw jasper jean jens jeremias jerzy jerome jesko jim joachim jobst jochen joel johann
johannes john jonas jonathan jordan jörg jörn josef joseph joscha joshua jost jozef juan julian
julius jürgen jurek juri justin justus kadir kai kamil karim karl karlheinz karsten kasimir kaspar
keanu kemal kenan kenneth kerem kevin kilian klaas klaudius klaus klemens knut koray konrad
konstantin korbinian kristian kristof krzysztof kuno kurt lambert lars lasse laszlo laurenz laurin
leander lech leif lennard lennart leo leon leonard leonardo leonhard leopold levent levi levin
linus lorenz lothar louis luca lucas luciano ludger ludwig luigi luis luka lukas lutz maciej
magnus mahmut maik malte manfred manuel marc marcel marcin marco marcus marek marian marinus mario
marius mark marko markus marlon marten martin marvin massimo mateo mateusz mathias mathis mats
matteo matthäus matthew matthias mattis maurice mauro max maxim maximilian mehmet melih melvin
mert mesut metin meinhard meinolf michael michail michal michel mike mikhail milan milos mirco
mirko mohamed mohammed moritz muhammed muhammet murat musa mustafa nathan neil nick niclas nico
nicola nicolas nihat nikita niklas niko nikolai nikolaus nikos nils noah noel norbert norman oguz
okan olaf ole oleg oliver olli omar omer ömer onur oscar oskar osman ortwin oswald othmar otmar
otto ottokar özcan özgür pablo paolo pascal patrick patrik paul pavel pawel peer per peter philip
philipp pierre pietro piotr quentin quirin rafael rafal raimund rainer ralf ralph ramazan ramon
raphael rasmus raul recep reiner reinhard reinhold rene ricardo riccardo richard rico robert
roberto robin rocco rodrigo roger roland rolf roman romeo ron ronald ronny rouven rüdiger rudi
rudolf rupert rupprecht rustam sahin said salih salvatore sam sami samuel sandor sandro sascha
savas sebastian sefa selcuk selim semih sener sepp serdar sergej sergio serkan severin siegbert
siegfried siegmar siegmund sigurd silas silvio simeon simon sinan slawomir sönke sören stanislaw
stefan stefano steffen stephan stephen steve steven süleyman sven swen tahir tarek tarik tassilo
taylan temel theo theobald theodor thies thiemo thilo thomas thorben thoralf thore thorsten tibor
till tilman tilo tim timm timo timon timothy timur titus tobias tolga tom tomas tomasz toni tony
torben torsten toralf tristan tuncay udo ufuk ugur ulf uli ulrich umut urban urs ursin uwe
valentin valentino veit victor viktor vincent vincenzo vinzenz vito vitus vladimir volkan volker
volkmar waldemar walter walther wenzel werner wieland wilfried wilhelm wilko willem willi william
willibald wim winfried witold wladimir wojciech wolf wolfgang wolfram xaver yannick yannik yannis
yasin yilmaz yunus yusuf zafer zbigniew
"""


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """The given names that are known, squashed; short forms among them."""
    listed = [*f"{_WOMEN} {_MEN}".split(), *(name for group in groups() for name in group)]
    return frozenset(squash(name) for name in listed)
