"""Given names that are common in Germany: two of them are two names, not one and a slip.

A selection from public knowledge of what people are called, folded when it is asked; it need not
be complete: of two names that are near, one that is not listed may be the other mistyped.
"""

from __future__ import annotations

from functools import lru_cache

from crmsync.identity.nicknames import groups
from crmsync.normalize.fold import squash

_WOMEN = """
adelheid agata agathe agnes agnieszka aicha aische aleksandra alena alessia alexa alexandra alice
alicia alicja alina aline alma alwina amalia amanda amelie amina ana anastasia andrea anett angela
angelika angelina aniela anita anja anke anna annabell anne annegret annelie anneliese annemarie
annette annika antje antonella antonia anya ariane asli asta astrid aurelia ayla aylin aynur ayse
aysegul aysel azra barbara beata beate beatrice beatrix beatrycze belgin belinda berit berna berta
beste betty betül bianca birgit birgül birsen birte bogna bogumila bozena brigitta brigitte britta
bronislawa bruni buket bärbel büsra canan carina carla carlotta carmela carmen carola carolin
caroline catherine cecilia celina ceren ceyda chantal charlotte chiara christa christel christiane
christin christina christine cigdem claire clara clarissa claudia concetta conny constanze cora
cordula corinna cornelia dagmar damla dana daniela danuta daria debora demet denise deniz derya
desiree diana didem dilara dilek dina dobroslawa dominika dora doreen doris dorit dorota dorothea
dorothee duygu ebrar ebru ece edda edeltraud edith edyta ekaterina ela elanur elena eleonore elif
elisa elisabeth elise eliza elke ella ellen elli elsa else elvira elzbieta emel emilia emily emine
emma erika erna esin esma esra esther eva eveline evelyn ewa ewelina ewgenia fabienne fadime fanny
fatima fatma fatos felicitas feride figen filiz finja fiona flora franca francesca franka franziska
frauke frida frieda friederike funda gabi gabriela gabriele galina gamze genowefa gerda gerlinde
gertraud gertrud gesa gesine giovanna gisela gitta giulia gizem gloria gonca gonül gosia grazyna
greta gudrun gunda gundula gül gülay gülsen gülten hacer halime halina halszka hana hanife hanna
hannah hannelore hatice havva hedwig heide heidemarie heidi heidrun heike helen helena helene
helenka helga henriette henrike hera herta hilal hilda hildegard hilke honorata hülya ida ilka
ilknur ilona ilse imke ina ines inessa inga inge ingeborg ingrid inka insa irena irene irina iris
irma irmgard irmina irmtraud isabel isabell isabella isolde ivana ivonne iwona jacqueline jadwiga
jagoda jana jane janet janina janine janka jannika jara jasmin jeanette jekaterina jella jennifer
jenny jessica jette joana joanna joasia johanna jolanta josefa josefine josephine joyce judith
judyta julia juliana juliane julie juliette julija julita justyna jutta kamila karen karin karina
karla karola karolin karolina karoline katarina katarzyna katharina kathleen kathrin katja katrin
kerstin kim kimberly kinga kira kirsten klara klaudia konstanze kornelia kristin kristina krysia
krystyna ksenia käthe kübra lale lana lara larissa laura lea leila leman lena leni leonie leonore
leyla lia liane lidia lidija lieselotte lilia lilian lilli lina linda lioba lisa lisbeth lisette liv
livia ljuba ljudmila lore lotte louisa louise lucia lucie lucy lucyna ludmila luisa luise luna luzia
lydia madeleine magda magdalena maike maja malgorzata malin malwina mandy manja manuela mara maren
margaret margarete margarethe margit margot margret margrit maria mariam marianne marie mariella
marija marika marina marion marisa marita marlen marlena marlene marlies marta martha martina
martyna mary marzena mathilda mathilde mechthild meike melanie melek melina melissa meltem mercedes
merle merve meryem mia michaela michele michelle mieczyslawa milena mina mine mira miriam mirjam
mona monika monique mukaddes müge nadeschda nadia nadine nadja nadzieja nalan nancy natalia natalie
natascha natasza nathalie nazli necla nele nelli nermin nesrin nevin nicole nihal nike nilgün nina
nora norma nour nuran nuray nurcan nurten odette oksana olesja olga olivia paola patricia patrycja
paula paulina pauline peggy pelin pembe perihan petra pia pinar polina rabea rabia rahel raisa
raissa ramona rana raphaela rebecca rebekka regina regine reinhild renata renate reyhan ria ricarda
rike rimma rita roksana romina romy ronja rosa rosalie rosaria rose rosemarie rosi rosina rosita
roswitha roxana rukiye ruth sabina sabine sabrina sakine saliha salma samira sandra sanem sara sarah
saskia satı sebnem seda seher selin selina selma semiha semra senta serap seray serife sermin sevda
sevgi sevim sibel sibylle sidonie sieglinde siegrid sigrid silja silke silvana silvia simona simone
sina sinaida sinem sofia sofie sofja songül sonja sophia sophie stanislawa stefania stefanie stella
stephanie sultan suna susanna susanne svenja svetlana swetlana sybille sylvia sylvie sylwia tabea
taisia tamara tania tanja tatjana teodora teresa thea thekla theresa therese theresia tilda tina
traute trude tugba tülay tülin türkan ulla ulrike undine ursel ursula urszula uta ute valentina
valerie vanessa vera verena veronika victoria viktoria vildan viola violetta vivian viviane walburga
walentina wally waltraud waltraut wanda wendelin wera weronika wiebke wieslawa wilhelmine wilma
wioletta xenia yagmur yasemin yasmin yeliz yesim yildiz yvette yvonne zahra zdzislawa zehra zeliha
zerrin zeynep zoe zofia zuzanna özlem ümmü
"""

_MEN = """
aaron abdulkadir abdullah abdurrahman achim achmed adalbert adam adem adil adnan adolf adrian ahmed
ahmet alban albert albrecht aleksander aleksy alessandro alex alexander alexei alexej alfons alfred
ali alois alwin amadeus amir anatoli anatolij anders andre andrea andreas andrei andrej andrew
andrzej angelo ansgar anthony anton antonio apolinary aras arend aribert arif arkadij arkadiusz
armin arnd arndt arne arno arnold artem arthur artjom artur arvid august axel aydin aykut aytac
bahri baran baris bariş bartlomiej bartosz bastian bayram bekir bela ben benedikt benjamin benno
berat berkan bernd bernhard bert berthold bertram bilal björn blazej bodo bogdan boguslaw boleslaw
bora boris borys brian bronislaw bruno burak burghard burkhard bülent can carl carlo carlos carsten
cem cemal cengiz cenk cetin cezary charles christian christof christoph christopher cihan claas
claudius claus clemens connor conrad constantin cornelius coskun cyrill czeslaw dag damian daniel
dario dariusz david davide davut dawid denis deniz dennis denny dennys detlef detlev devrim diego
dieter diethelm dietmar dietrich dimitri dimitrij dirk dmitri dogan domenico dominic dominik durmus
edgar edmund eduard edward edwin egbert egon egor ehrenfried eike ekkehard ekrem elias elmar emanuel
emil emin emrah emre engelbert engin enis enno enrico ercan erdal erdem eren ergün erhard eric erich
erik erkan ernst erol ertan ertugrul erwin eryk eugen eugeniusz evren ewald fabian fabio fahri faruk
fatih federico felix ferdi ferdinand ferhat fevzi fikret filip finn fjodor florian francesco francis
franciszek frank franz fred frederic frederik fredrik friedbert frieder friedhelm friedrich fritz
fuat gabriel galip gebhard gennadij georg george georgij gerald gerd gereon gerhard germar gernot
gero gerold gerrit gert giacomo gideon gino giorgio giovanni gisbert giuliano giuseppe gleb gordon
gottfried gottlieb gracjan grant gregor grigorij grzegorz guido gunnar gunter guntram gustav gustaw
gökhan götz günter günther gürkan haci hagen hakan hakki halil hamza hannes hanno hanns hans harald
hardy harry hartmut hartwig hasan hauke haydar hayri heiko heinrich heinz helge hellmut helmar
helmut hendrik henning henri henrik henry henryk herbert heribert hermann hikmet hilmar hilmi
hinnerk hinrich holger horst hubert hubertus hugo hulusi hussein hüseyin ian ibrahim idris ignacy
ignaz igor ilhan ilja ilyas immanuel ingmar ingo ingolf ioannis ireneusz irfan isa isaak ismail
ismet ivan ivo iwan izzet jaan jacek jacob jacques jakob jakub jan janek janis janko jannes jannik
janosch janus jaroslaw jasper jean jens jeremias jerome jerzy jesko jewgenij jim joachim jobst
jochen joel johann johannes john jonas jonathan jordan joscha josef joseph joshua jost jozef juan
julian julius jurek juri jurij justin justus jörg jörn jürgen kacper kadir kai kamil karim karl
karlheinz karol karsten kasimir kaspar kazim kazimierz keanu kemal kenan kenneth kerem kerim kevin
kilian kirill klaas klaudius klaus klemens knut koksal konrad konstantin koray korbinian kornel
kristian kristof krystian krzysztof kuno kurt lambert lars lasse laszlo laurenz laurin leander lech
leif lennard lennart leo leon leonard leonardo leonhard leonid leopold leszek levent levi levin lew
linus lorenz lothar louis luca lucas luciano ludger ludwig luigi luis luka lukas lukasz lutz lütfi
maciej magnus mahir mahmut maik maksim maksymilian malte manfred manuel marc marcel marcin marco
marcus marek marian marinus mario marius mariusz mark marko markus marlon marten martin marvin
massimo mateo mateusz mathias mathis mats matteo matthew matthias matthäus mattis matwej maurice
mauro max maxim maximilian mehmed mehmet meinhard meinolf melih melvin mert mesut metin mevlüt
michael michail michal michel mieczyslaw mike mikhail mikolaj milan milos mirac mirco mirko miroslaw
mithat mohamed mohammed moritz muammer muhammed muhammet muharrem muhsin murat musa mustafa mümtaz
nathan nazim necati nedim neil nevzat nick niclas nico nicola nicolas nihat nikita niklas niko
nikolai nikolaj nikolaus nikos nils noah noel norbert norman nuri oguz okan olaf ole oleg oliver
olli omar omer onur orhan ortwin oscar oskar osman oswald othmar otmar otto ottokar ozan pablo paolo
pascal patrick patrik patryk paul pavel pawel peer per peter philip philipp pierre pietro piotr
pjotr polat przemyslaw quentin quirin radoslaw rafael rafal raimund rainer ralf ralph ramazan ramon
raphael rasim rasmus raul recep refik reiner reinhard reinhold rene resul ricardo riccardo richard
rico rifat robert roberto robin rocco rodrigo roger roland rolf roman romeo ron ronald ronny rouven
rudi rudolf rupert rupprecht ruslan rustam ryszard rüdiger rüstem sabri sadik sahin said salih salim
salvatore sam sami samuel sandor sandro sascha savas sebastian sedat sefa sefer selahattin selami
selcuk selim semih semjon sener sepp serdar sergej sergio serhat serkan severin sevket siegbert
siegfried siegmar siegmund sigurd silas silvio simeon simon sinan slawomir stanislaw stefan stefano
steffen stepan stephan stephen steve steven suat sven swen sylwester szymon sönke sören sükrü
süleyman tadeusz tahir taner tarek tarik tarkan tassilo tayfun taylan temel tevfik theo theobald
theodor thiemo thies thilo thomas thoralf thorben thore thorsten tibor till tilman tilo tim timm
timo timon timothy timur titus tobias tolga tolgahan tom tomas tomasz toni tony toralf torben
torsten tristan tuncay turan turgut turhan tymoteusz udo ufuk ugur ugurcan ulf uli ulrich umit umut
urban urs ursin uwe vahit valentin valentino vedat veit veli victor viktor vincent vincenzo vinzenz
vito vitus vladimir volkan volker volkmar wadim waldemar walerij walter walther wassilij wenzel
werner wieland wieslaw wiktor wilfried wilhelm wilko willem willi william willibald wim winfried
witalij witold wjatscheslaw wladimir wladislaw wlodzimierz wojciech wolf wolfgang wolfram wsewolod
xaver yakup yalcin yannick yannik yannis yasin yavuz yilmaz yunus yusuf zafer zbigniew zdzislaw zeki
zenon ziya zygmunt ömer özcan özgür
"""


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """The given names that are known, squashed; short forms among them."""
    listed = [*f"{_WOMEN} {_MEN}".split(), *(name for group in groups() for name in group)]
    return frozenset(squash(name) for name in listed)
