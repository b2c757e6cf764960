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

EASTERN_FAMILIES = VIETNAMESE_FAMILIES | words(
    """wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng
    liang xie song tang deng feng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng
    wei su lu ding ren shen yao wong chan cheung lau tse kim lee park choi jung kang cho yoon
    jang lim shin nagy kovacs toth szabo horvath varga kiss molnar nemeth farkas balogh papp
    takacs juhasz lakatos meszaros simon racz fekete szilagyi torok feher gal kocsis pinter
    szucs orosz fodor sipos suzuki tanaka watanabe ito yamamoto nakamura kobayashi kato yoshida
    yamada sasaki yamaguchi"""
)
"""Frequent family names of languages that put them first, folded."""

IBERIAN_FAMILIES = words(
    """garcia rodriguez gonzalez fernandez lopez martinez sanchez perez gomez martin jimenez ruiz
    hernandez diaz moreno munoz alvarez romero alonso gutierrez navarro torres dominguez vazquez
    ramos gil ramirez serrano blanco molina morales suarez ortega delgado castro ortiz rubio
    marin sanz nunez iglesias medina garrido cortes castillo santos lozano guerrero cano prieto
    mendez cruz calvo gallego vidal leon marquez herrera flores cabrera campos vega fuentes
    carrasco diez caballero reyes nieto aguilar pascual santana herrero lorenzo montero hidalgo
    gimenez ibanez ferrer duran vargas rojas soto contreras silva sepulveda mendoza chavez
    rivera juarez guzman salazar espinoza acosta figueroa pena velasquez velazquez ferreira
    pereira oliveira costa rodrigues martins fernandes gomes lopes marques alves almeida ribeiro
    pinto carvalho teixeira moreira correia mendes nunes soares vieira monteiro cardoso rocha
    neves coelho cunha pires sousa souza barbosa araujo cavalcanti nascimento"""
)
IBERIAN_GIVEN_NAMES = words(
    """alejandro alvaro ana andres angel antonio antonia beatriz camila carlos carmen catalina
    cesar concepcion cristina daniel david diego dolores eduardo elena emilio enrique ernesto
    esteban eugenia eva federico felipe fernanda fernando francisca francisco gabriel gabriela
    gloria gonzalo guadalupe guillermo gustavo hector ignacio ines inmaculada isabel ivan jaime
    javier jesus joao joaquin jorge jose josefa juan juana julia julio laura leticia lourdes
    lucas lucia luis luisa luz manuel manuela marcos margarita maria mariana mario marta mateo
    mercedes miguel monica natalia nuria pablo patricia paula paulo pedro pilar rafael ramon
    raquel raul ricardo roberto rocio rodrigo rosa rosario ruben salvador santiago sara
    sebastian sergio silvia sofia susana teresa thiago tomas valentina vicente victor victoria
    ximena"""
)
"""Frequent Spanish and Portuguese names, folded: they tell one given name from two."""

GIVEN_NAMES = words(
    """abdullah achim adam adem adrian adriana agata agnes agnieszka ahmed ahmet albert alberto
    aleksandra alessandro alessia alex alexander alexandra aleyna alfred ali alice alina amelie
    amir ana anastasia andre andrea andreas andrej andrzej aneta angela angelika anil anita anja
    anke ann anna annalena anne annegret anneliese annemarie annette annika antje anton antonia
    antonio arda arne artur asli astrid axel ayhan aylin aynur ayse aysel aysun ayten barbara
    bartosz bastian beata beate beatrice ben benedikt benjamin bernd bernhard bettina beyza
    bianca birgit bjoern boguslaw boris bozena brigitte bruno buelent burak burcu burkhard busra
    can canan carina carla carlos carmen carola carolin caroline carsten catharina cedric celine
    cem cemal cemile charlotte chiara christa christian christiane christina christine christof
    christoph christopher clara claudia claus clemens conny constanze corinna cornelia cristina
    dagmar daniel daniela dariusz david debora denis denise deniz dennis derya detlef diana
    diego dieter dietmar dilara dilek dirk dmitri dominik dominika dora doris dorota dorothea
    dragan ebru ece ecem edith eduard ekaterina elena elfriede elias elif elisabeth elke ella
    ellen elsa emel emil emilia emily emine emir emma emrah emre enrico erdal erich erik erika
    erkan ernst erol erwin esra esther eugen eva evelyn ewa ewelina fabian fadime faruk fatih
    fatima fatma felix ferdinand ferhat filiz finn florian francesca francesco francisco frank
    franz franziska frauke frederik frieda friederike friedhelm friedrich fritz gabi gabriel
    gabriele gamze georg gerald gerd gerda gerhard gerlinde gertrud giovanni gisela giulia
    giuseppe gizem goekhan goran gregor greta grzegorz gudrun guel guelay guelsen guenter
    guenther guido gulsen gunnar gustav hakan halina hamza hanife hanna hannah hannelore hannes
    hans harald harun hasan hassan hatice hauke hedwig heidi heike heiko heiner heinrich heinz
    helena helene helga helmut hendrik henning henri henry herbert hermann hilde hildegard hilke
    holger horst hubert huelya hueseyin hulya huseyin ibrahim ida ilayda ilhan ilka ilona ilse
    immanuel ines inga ingeborg ingo ingrid irem irene ireneusz irina iris irmgard isabel
    isabell isabella isabelle ismail ivan ivana iwona jacqueline jakob jan jana janine jannik
    janusz jaroslaw jasmin javier jean jennifer jens jerzy jessica jo joachim joanna jochen
    joerg johann johanna johannes john jolanta jonas jonathan jonna jorge jose josef joseph
    josephine juan judith juergen julia julian juliane jurek jutta kacper kadir kaethe kai kamil
    karen karim karin karl karla karlheinz karolina karoline karsten katarina katarzyna
    katharina kathrin katja katrin kemal kerstin kevin khalid kim kirsten klara klaus konrad
    konstantin koray krzysztof kurt lara larisa larissa lars laura layla lea leah leila lena
    leni leo leon leonard leonie levin liam liesel lieselotte lilli linda lisa ljiljana lorenz
    lorenzo lothar lotte louis louise luca lucas lucia ludmila ludwig luigi luis luisa luise
    lukas lukasz lutz lydia maciej magda magdalena maike maja malgorzata malik malte mandy
    manfred manuel manuela marc marcel marcin marco marcus marek margarete margarethe margit
    margot margret maria marianne marie marina mario marion marius mariusz markus marlene
    marlies marta martha martin martina mary marzena massimo mathias mathilda mathilde matthias
    max maximilian mehmet melanie melek melike melina meltem merle merve mesut metin mia michael
    michaela michal michelle miguel mika milan milena mina miriam mirko mohamed mohammad
    mohammed monika moritz muhammed murat mustafa nadia nadine nadja nalan natalia natalie
    natalja natascha natasza nele nermin nesrin nicholas nick nico nicola nicolas nicole niklas
    nils nina noah nora norbert norman nurcan nuri nuria oemer oezge oezlem olaf ole oleg olga
    oliver olivia omar omer onur orhan oskar osman otto ozan ozge pablo paola paolo pascal
    patricia patrick patrik patrycja paul paula pauline pavel pawel pedro perihan peter petra
    philip philipp pia pierre pilar piotr rabia radoslaw rainer ralf ralph ramazan ramona rana
    raphael rebecca recep regina regine reiner reinhard reinhold renate rene ricarda richard
    ridvan rita robert roberta roberto robin roland rolf roman ronald ronny rosa rosemarie rosi
    roswitha rudi rudolf ruediger ruth sabine sabrina salih samuel sandra sandro sanja sara
    sarah sascha saskia sebahat sebastian seda selcuk selim selin selina selma semih sepp serap
    serdar sergej serkan sevda sevgi seyma sibel sibylle siegfried sieglinde siegrid sigrid
    silke silvia simon simone sina sinan slawomir slobodan snezana sofia sofie soner songul
    sonja sophia sophie stanislaw stefan stefanie steffen steffi stella stephan stephanie
    suekrue sueleyman sukru suleyman sultan susan susanne sven svenja svetlana sylvia szymon
    tamara taner tanja tarik tatjana teresa thea theo theodor theresa therese thies thilo thomas
    thorsten tijana till tim timo tina tobias tolga tom tomas tomasz toni torben torsten traudel
    traute tuelay tugba tugce tulay tuncay turan turgut ubbo udo uemit ugur ulf uli ulrich
    ulrike umit umut ursel ursula urszula uschi uta ute uwe valentin valentina vanessa vera
    verena veronika vesna victor viktor viktoria vincent volkan volker vroni waldemar walter
    waltraud wanda werner wibke wiebke wieslaw wilfried wilhelm wilhelmine willi wilma winfried
    wioletta wladimir wojciech wolf wolfgang xaver yasar yasemin yasin yasmin yavuz yuksel yunus
    yusuf yvonne zbigniew zehra zeki zeynep zofia zoran zuzanna"""
)
"""Frequent given names in Germany, folded. They tell which end of a free text is the given name;
nothing is ever concluded from them about a person's gender."""
