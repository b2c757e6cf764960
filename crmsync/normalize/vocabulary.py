"""Lists of words that cleaning needs, written as plain text."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of `text`, parted by blanks."""
    return frozenset(text.split())


PLACEHOLDERS = words(
    """- -- . .. ... ? ?? x xx xxx xxxx n/a n.a. na k.a. k.a ka unbekannt unknown anonym anonymous
    null none (none) nn n.n. - - leer empty keine undefined barverkauf barkunde laufkunde
    laufkundschaft walk-in kassenkunde"""
) - {"null"}
"""What people and programs write where there is no name. Null is a family name; see names.py."""

VIETNAMESE_FAMILIES = words(
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh trinh dao luong"
)
"""The family names of nearly all Vietnamese, folded: there Văn and Thị are names, not particles."""

GIVEN_NAMES = words(
    """achim adam adrian adriana agnes agnieszka ahmed albert alberto aleksandra alessandro alex
    alexander alexandra alfred ali alice alina amelie amir ana anastasia andre andrea andreas
    andrej andrzej angela angelika anita anja anke ann anna annalena anne annegret anneliese
    annemarie annette annika antje anton antonia antonio arne artur astrid axel aylin ayse
    barbara bastian beata beate beatrice ben benedikt benjamin bernd bernhard bettina bianca
    birgit bjoern boguslaw boris bozena brigitte bruno buelent burak burkhard carina carla
    carlos carmen carola carolin caroline carsten catharina cedric celine cem charlotte chiara
    christa christian christiane christina christine christof christoph christopher clara
    claudia claus clemens conny constanze corinna cornelia cristina dagmar daniel daniela
    dariusz david debora denis denise deniz dennis derya detlef diana diego dieter dietmar dirk
    dmitri dominik dora doris dorota dorothea dragan edith eduard ekaterina elena elfriede
    elias elif elisabeth elke ella ellen elsa emil emilia emily emine emma emre enrico erich
    erik erika ernst erwin esra esther eugen eva evelyn ewa fabian fatih fatima fatma felix
    ferdinand finn florian francesca francesco frank franz franziska frauke frederik frieda
    friederike friedhelm friedrich fritz gabi gabriel gabriele georg gerald gerd gerda gerhard
    gerlinde gertrud giovanni gisela giulia giuseppe goekhan goran gregor greta grzegorz gudrun
    guelay guenter guenther guido gunnar gustav hakan halina hanna hannah hannelore hannes hans
    harald hasan hatice hauke hedwig heidi heike heiko heiner heinrich heinz helena helene
    helga helmut hendrik henning henri henry herbert hermann hilde hildegard hilke holger horst
    hubert huelya hueseyin ibrahim ida ilka ilona ilse immanuel ines inga ingeborg ingo ingrid
    irene ireneusz irina iris irmgard isabel isabell isabella isabelle ivan ivana iwona
    jacqueline jakob jan jana janine jannik janusz jaroslaw jasmin javier jean jennifer jens
    jessica jo joachim joanna jochen joerg johann johanna johannes john jolanta jonas jonathan
    jonna jorge jose josef joseph josephine juan judith juergen julia julian juliane jurek
    jutta kaethe kai karen karin karl karla karlheinz karolina karoline karsten katarina
    katarzyna katharina kathrin katja katrin kerstin kevin kim kirsten klara klaus konrad
    konstantin krzysztof kurt lara larisa larissa lars laura lea leah lena leni leo leon
    leonard leonie levin liam liesel lieselotte lilli linda lisa ljiljana lorenz lothar lotte
    louis louise luca lucas lucia ludmila ludwig luigi luis luisa luise lukas lukasz lutz lydia
    magda magdalena maike maja malgorzata malte mandy manfred manuel manuela marc marcel marcin
    marco marcus marek margarete margarethe margit margot margret maria marianne marie marina
    mario marion marius markus marlene marlies marta martha martin martina mary massimo mathias
    mathilda mathilde matthias max maximilian mehmet melanie melina merle mia michael michaela
    michal michelle miguel mika milan milena mina miriam mirko mohamed mohammed monika moritz
    muhammed murat mustafa nadine nadja natalia natalie natalja natascha nele nermin nicholas
    nick nico nicola nicolas nicole niklas nils nina noah nora norbert norman nuria oezlem olaf
    ole oleg olga oliver olivia oskar osman otto ozan pablo paola paolo pascal patricia patrick
    patrik paul paula pauline pavel pawel pedro peter petra philip philipp pia pierre pilar
    piotr rainer ralf ralph ramona raphael rebecca regina regine reiner reinhard reinhold
    renate rene ricarda richard rita robert roberta roberto robin roland rolf roman ronald
    ronny rosa rosemarie rosi roswitha rudi rudolf ruediger ruth sabine sabrina samuel sandra
    sandro sara sarah sascha saskia sebastian selin selina selma sepp sergej serkan sevgi sibel
    sibylle siegfried sieglinde siegrid sigrid silke silvia simon simone sina slobodan snezana
    sofia sofie sonja sophia sophie stefan stefanie steffen steffi stella stephan stephanie
    susan susanne sven svenja svetlana sylvia tamara tanja tatjana thea theo theodor theresa
    therese thies thilo thomas thorsten tijana till tim timo tina tobias tom tomasz toni torben
    torsten traudel traute tuncay ubbo udo ulf uli ulrich ulrike ursel ursula uschi uta ute uwe
    valentin valentina vanessa vera verena veronika vesna victor viktor viktoria vincent volker
    vroni waldemar walter waltraud wanda werner wibke wiebke wilfried wilhelm wilhelmine willi
    wilma winfried wioletta wladimir wolf wolfgang xaver yasemin yasmin yusuf yvonne zeynep
    zofia zoran"""
)
"""Frequent given names in Germany, folded. They tell which end of a free text is the given name;
nothing is ever concluded from them about a person's gender."""
