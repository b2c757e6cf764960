"""Countries: their names in German and English and their codes, to ISO 3166-1 alpha-2."""

from __future__ import annotations

from functools import lru_cache

from crmsync.normalize.fold import fold, squash
from crmsync.normalize.remembered import remembered

_TABLE = """\
AD AND Andorra
AE ARE United Arab Emirates|Vereinigte Arabische Emirate
AF AFG Afghanistan
AG ATG Antigua & Barbuda|Antigua und Barbuda
AI AIA Anguilla
AL ALB Albania|Albanien
AM ARM Armenia|Armenien
AO AGO Angola
AQ ATA Antarctica|Antarktis
AR ARG Argentina|Argentinien
AS ASM American Samoa|Amerikanisch-Samoa
AT AUT Austria|Österreich|A|Oesterr|Autriche
AU AUS Australia|Australien
AW ABW Aruba
AX ALA Åland Islands|Ålandinseln
AZ AZE Azerbaijan|Aserbaidschan
BA BIH Bosnia & Herzegovina|Bosnien und Herzegowina
BB BRB Barbados
BD BGD Bangladesh|Bangladesch
BE BEL Belgium|Belgien|B|Belgique|België
BF BFA Burkina Faso
BG BGR Bulgaria|Bulgarien
BH BHR Bahrain
BI BDI Burundi
BJ BEN Benin
BL BLM St. Barthélemy
BM BMU Bermuda
BN BRN Brunei|Brunei Darussalam
BO BOL Bolivia|Bolivien
BQ BES Caribbean Netherlands|Karibische Niederlande
BR BRA Brazil|Brasilien
BS BHS Bahamas
BT BTN Bhutan
BV BVT Bouvet Island|Bouvetinsel
BW BWA Botswana|Botsuana
BY BLR Belarus|Weißrussland
BZ BLZ Belize
CA CAN Canada|Kanada
CC CCK Cocos (Keeling) Islands|Kokosinseln
CD COD Democratic Republic of the Congo|Demokratische Republik Kongo
CF CAF Central African Republic|Zentralafrikanische Republik
CG COG Congo|Kongo
CH CHE Switzerland|Schweiz|Suisse|Svizzera|Schweizerische Eidgenossenschaft
CI CIV Ivory Coast|Elfenbeinküste|Côte d'Ivoire
CK COK Cook Islands|Cookinseln
CL CHL Chile
CM CMR Cameroon|Kamerun
CN CHN China
CO COL Colombia|Kolumbien
CR CRI Costa Rica
CU CUB Cuba|Kuba
CV CPV Cape Verde|Cabo Verde|Kap Verde
CW CUW Curaçao
CX CXR Christmas Island|Weihnachtsinsel
CY CYP Cyprus|Zypern
CZ CZE Czechia|Tschechien|Czech Republic|Tschechische Republik
DE DEU Germany|Deutschland|BRD|Deutschl|D|Bundesrepublik Deutschland|Allemagne
DJ DJI Djibouti|Dschibuti
DK DNK Denmark|Dänemark|Danmark
DM DMA Dominica
DO DOM Dominican Republic|Dominikanische Republik
DZ DZA Algeria|Algerien
EC ECU Ecuador
EE EST Estonia|Estland
EG EGY Egypt|Ägypten
EH ESH Western Sahara|Westsahara
ER ERI Eritrea
ES ESP Spain|Spanien|E|España
ET ETH Ethiopia|Äthiopien
FI FIN Finland|Finnland|Suomi
FJ FJI Fiji|Fidschi
FK FLK Falkland Islands|Falklandinseln
FM FSM Micronesia|Mikronesien
FO FRO Faroe Islands|Färöer
FR FRA France|Frankreich|F
GA GAB Gabon|Gabun
GB GBR United Kingdom|Vereinigtes Königreich|UK|Great Britain|Großbritannien|England
GD GRD Grenada
GE GEO Georgia|Georgien
GF GUF French Guiana|Französisch-Guayana
GG GGY Guernsey
GH GHA Ghana
GI GIB Gibraltar
GL GRL Greenland|Grönland
GM GMB Gambia
GN GIN Guinea
GP GLP Guadeloupe
GQ GNQ Equatorial Guinea|Äquatorialguinea
GR GRC Greece|Griechenland
GS SGS South Georgia & South Sandwich Islands|Südgeorgien und die Südlichen Sandwichinseln
GT GTM Guatemala
GU GUM Guam
GW GNB Guinea-Bissau
GY GUY Guyana
HK HKG Hong Kong|Hongkong
HM HMD Heard & McDonald Islands|Heard und McDonaldinseln
HN HND Honduras
HR HRV Croatia|Kroatien|Hrvatska
HT HTI Haiti
HU HUN Hungary|Ungarn|Magyarország
ID IDN Indonesia|Indonesien
IE IRL Ireland|Irland|Republic of Ireland
IL ISR Israel
IM IMN Isle of Man
IN IND India|Indien
IO IOT British Indian Ocean Territory|Britisches Territorium im Indischen Ozean
IQ IRQ Iraq|Irak
IR IRN Iran
IS ISL Iceland|Island
IT ITA Italy|Italien|I|Italia
JE JEY Jersey
JM JAM Jamaica|Jamaika
JO JOR Jordan|Jordanien
JP JPN Japan
KE KEN Kenya|Kenia
KG KGZ Kyrgyzstan|Kirgisistan
KH KHM Cambodia|Kambodscha
KI KIR Kiribati
KM COM Comoros|Komoren
KN KNA St. Kitts & Nevis|St. Kitts und Nevis
KP PRK North Korea|Nordkorea
KR KOR South Korea|Südkorea|Korea
KW KWT Kuwait
KY CYM Cayman Islands|Kaimaninseln
KZ KAZ Kazakhstan|Kasachstan
LA LAO Laos
LB LBN Lebanon|Libanon
LC LCA St. Lucia
LI LIE Liechtenstein|FL
LK LKA Sri Lanka
LR LBR Liberia
LS LSO Lesotho
LT LTU Lithuania|Litauen
LU LUX Luxembourg|Luxemburg|L
LV LVA Latvia|Lettland
LY LBY Libya|Libyen
MA MAR Morocco|Marokko
MC MCO Monaco
MD MDA Moldova|Republik Moldau|Moldawien
ME MNE Montenegro
MF MAF St. Martin
MG MDG Madagascar|Madagaskar
MH MHL Marshall Islands|Marshallinseln
MK MKD North Macedonia|Nordmazedonien|Macedonia|Mazedonien
ML MLI Mali
MM MMR Myanmar|Birma|Burma
MN MNG Mongolia|Mongolei
MO MAC Macao|Macau
MP MNP Northern Mariana Islands|Nördliche Marianen
MQ MTQ Martinique
MR MRT Mauritania|Mauretanien
MS MSR Montserrat
MT MLT Malta
MU MUS Mauritius
MV MDV Maldives|Malediven
MW MWI Malawi
MX MEX Mexico|Mexiko
MY MYS Malaysia
MZ MOZ Mozambique|Mosambik
NA NAM Namibia
NC NCL New Caledonia|Neukaledonien
NE NER Niger
NF NFK Norfolk Island|Norfolkinsel
NG NGA Nigeria
NI NIC Nicaragua
NL NLD Netherlands|Niederlande|Holland|The Netherlands|Nederland
NO NOR Norway|Norwegen|Norge
NP NPL Nepal
NR NRU Nauru
NU NIU Niue
NZ NZL New Zealand|Neuseeland
OM OMN Oman
PA PAN Panama
PE PER Peru
PF PYF French Polynesia|Französisch-Polynesien
PG PNG Papua New Guinea|Papua-Neuguinea
PH PHL Philippines|Philippinen
PK PAK Pakistan
PL POL Poland|Polen|Polska
PM SPM St. Pierre & Miquelon|St. Pierre und Miquelon
PN PCN Pitcairn Islands|Pitcairninseln
PR PRI Puerto Rico
PS PSE Palestine|Palästina
PT PRT Portugal
PW PLW Palau
PY PRY Paraguay
QA QAT Qatar|Katar
RE REU Réunion
RO ROU Romania|Rumänien
RS SRB Serbia|Serbien
RU RUS Russia|Russland|Russian Federation|Russische Föderation
RW RWA Rwanda|Ruanda
SA SAU Saudi Arabia|Saudi-Arabien
SB SLB Solomon Islands|Salomonen
SC SYC Seychelles|Seychellen
SD SDN Sudan
SE SWE Sweden|Schweden|Sverige
SG SGP Singapore|Singapur
SH SHN St. Helena
SI SVN Slovenia|Slowenien|Slovenija
SJ SJM Svalbard & Jan Mayen|Spitzbergen und Jan Mayen
SK SVK Slovakia|Slowakei|Slovak Republic|Slowakische Republik
SL SLE Sierra Leone
SM SMR San Marino
SN SEN Senegal
SO SOM Somalia
SR SUR Suriname
SS SSD South Sudan|Südsudan
ST STP São Tomé & Príncipe|São Tomé und Príncipe
SV SLV El Salvador
SX SXM Sint Maarten
SY SYR Syria|Syrien
SZ SWZ Eswatini|Swasiland
TC TCA Turks & Caicos Islands|Turks- und Caicosinseln
TD TCD Chad|Tschad
TF ATF French Southern Territories|Französische Süd- und Antarktisgebiete
TG TGO Togo
TH THA Thailand
TJ TJK Tajikistan|Tadschikistan
TK TKL Tokelau
TL TLS Timor-Leste|Osttimor|East Timor
TM TKM Turkmenistan
TN TUN Tunisia|Tunesien
TO TON Tonga
TR TUR Turkey|Türkei|Türkiye|Turkiye
TT TTO Trinidad & Tobago|Trinidad und Tobago
TV TUV Tuvalu
TW TWN Taiwan
TZ TZA Tanzania|Tansania
UA UKR Ukraine
UG UGA Uganda
UM UMI U.S. Outlying Islands|Amerikanische Überseeinseln
US USA United States|Vereinigte Staaten|USA|United States of America|Amerika
UY URY Uruguay
UZ UZB Uzbekistan|Usbekistan
VA VAT Vatican City|Vatikanstadt
VC VCT St. Vincent & Grenadines|St. Vincent und die Grenadinen
VE VEN Venezuela
VG VGB British Virgin Islands|Britische Jungferninseln
VI VIR U.S. Virgin Islands|Amerikanische Jungferninseln
VN VNM Vietnam|Viet Nam
VU VUT Vanuatu
WF WLF Wallis & Futuna|Wallis und Futuna
WS WSM Samoa
XK XKK Kosovo
YE YEM Yemen|Jemen
YT MYT Mayotte
ZA ZAF South Africa|Südafrika
ZM ZMB Zambia|Sambia
ZW ZWE Zimbabwe|Simbabwe
"""
"""A line a country: alpha-2, alpha-3, names (ISO 3166-1; English and German names as in CLDR 48),
and what people write for the common ones."""

_IDLE = frozenset(("and", "und", "the"))


def _key(text: str) -> str:
    """A spelling as it compares; Osterreich is Österreich, but AE is not the A of Austria."""
    folded = fold(text)
    if len(folded) > 3:
        folded = squash(folded)
    return " ".join(word for word in folded.split() if word not in _IDLE) or folded


@lru_cache(maxsize=1)
def known_countries() -> dict[str, str]:
    """Every known spelling, folded, and its alpha-2 code."""
    known: dict[str, str] = {}
    for line in _TABLE.splitlines():
        alpha2, alpha3, names = line.split(" ", 2)
        known |= dict.fromkeys(map(_key, (alpha2, alpha3, *names.split("|"))), alpha2)
    return known


@remembered(1024)
def country_code(text: str) -> str:
    """The ISO 3166-1 alpha-2 code of a country's name or code, '' when it is unknown."""
    return known_countries().get(_key(text), "")
