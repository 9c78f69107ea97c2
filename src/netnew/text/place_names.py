"""The names of countries, regions, states and well-known cities. Hand-written; not complete."""

from __future__ import annotations

# One country a line: code, continent, name / aliases / demonyms (comma-separated).
_COUNTRY_LINES = """
AD EU Andorra//Andorran
AE AS United Arab Emirates/UAE, U.A.E., Emirates/Emirati
AF AS Afghanistan//Afghan
AG NA Antigua and Barbuda//
AL EU Albania//Albanian
AM AS Armenia//Armenian
AO AF Angola//Angolan
AR SA Argentina//Argentine, Argentinian
AT EU Austria/Österreich/Austrian
AU OC Australia//Australian
AZ AS Azerbaijan//Azerbaijani
BA EU Bosnia and Herzegovina/Bosnia/Bosnian
BB NA Barbados//Barbadian
BD AS Bangladesh//Bangladeshi
BE EU Belgium/België, Belgique/Belgian
BF AF Burkina Faso//
BG EU Bulgaria//Bulgarian
BH AS Bahrain//Bahraini
BI AF Burundi//Burundian
BJ AF Benin//Beninese
BN AS Brunei//
BO SA Bolivia//Bolivian
BR SA Brazil/Brasil/Brazilian
BS NA Bahamas/The Bahamas/Bahamian
BT AS Bhutan//Bhutanese
BW AF Botswana//
BY EU Belarus//Belarusian
BZ NA Belize//Belizean
CA NA Canada//Canadian
CD AF DR Congo/Democratic Republic of the Congo, DRC/
CF AF Central African Republic//
CG AF Republic of the Congo/Congo/Congolese
CH EU Switzerland/Schweiz, Suisse/Swiss
CI AF Ivory Coast/Côte d'Ivoire, Cote d'Ivoire/Ivorian
CL SA Chile//Chilean
CM AF Cameroon//Cameroonian
CN AS China/People's Republic of China, PRC/Chinese
CO SA Colombia//Colombian
CR NA Costa Rica//Costa Rican
CU NA Cuba//Cuban
CV AF Cape Verde/Cabo Verde/
CY EU Cyprus//Cypriot
CZ EU Czech Republic/Czechia/Czech
DE EU Germany/Deutschland/German
DJ AF Djibouti//
DK EU Denmark/Danmark/Danish
DM NA Dominica//
DO NA Dominican Republic//
DZ AF Algeria//Algerian
EC SA Ecuador//Ecuadorian
EE EU Estonia//Estonian
EG AF Egypt//Egyptian
ER AF Eritrea//Eritrean
ES EU Spain/España/Spanish
ET AF Ethiopia//Ethiopian
FI EU Finland/Suomi/Finnish
FJ OC Fiji//Fijian
FR EU France//French
GA AF Gabon//Gabonese
GB EU United Kingdom/UK, U.K., Great Britain, Britain, GB, England, Scotland, Wales/British
GD NA Grenada//
GE AS Georgia//Georgian
GH AF Ghana//Ghanaian
GM AF Gambia/The Gambia/Gambian
GN AF Guinea//Guinean
GQ AF Equatorial Guinea//
GR EU Greece//Greek
GT NA Guatemala//Guatemalan
GW AF Guinea-Bissau//
GY SA Guyana//Guyanese
HK AS Hong Kong//
HN NA Honduras//Honduran
HR EU Croatia/Hrvatska/Croatian
HT NA Haiti//Haitian
HU EU Hungary//Hungarian
ID AS Indonesia//Indonesian
IE EU Ireland/Republic of Ireland/Irish
IL AS Israel//Israeli
IN AS India//Indian
IQ AS Iraq//Iraqi
IR AS Iran//Iranian
IS EU Iceland//Icelandic
IT EU Italy/Italia/Italian
JM NA Jamaica//Jamaican
JO AS Jordan//Jordanian
JP AS Japan//Japanese
KE AF Kenya//Kenyan
KG AS Kyrgyzstan//Kyrgyz
KH AS Cambodia//Cambodian
KM AF Comoros//
KP AS North Korea//North Korean
KR AS South Korea/Korea, Republic of Korea/South Korean, Korean
KW AS Kuwait//Kuwaiti
KY NA Cayman Islands//
KZ AS Kazakhstan//Kazakh
LA AS Laos//Laotian
LB AS Lebanon//Lebanese
LC NA Saint Lucia//
LI EU Liechtenstein//
LK AS Sri Lanka//Sri Lankan
LR AF Liberia//Liberian
LS AF Lesotho//
LT EU Lithuania//Lithuanian
LU EU Luxembourg//Luxembourgish
LV EU Latvia//Latvian
LY AF Libya//Libyan
MA AF Morocco//Moroccan
MC EU Monaco//
MD EU Moldova//Moldovan
ME EU Montenegro//Montenegrin
MG AF Madagascar//Malagasy
MK EU North Macedonia/Macedonia/Macedonian
ML AF Mali//Malian
MM AS Myanmar/Burma/Burmese
MN AS Mongolia//Mongolian
MO AS Macau/Macao/
MR AF Mauritania//Mauritanian
MT EU Malta//Maltese
MU AF Mauritius//Mauritian
MV AS Maldives//Maldivian
MW AF Malawi//Malawian
MX NA Mexico/México/Mexican
MY AS Malaysia//Malaysian
MZ AF Mozambique//Mozambican
NA AF Namibia//Namibian
NE AF Niger//
NG AF Nigeria//Nigerian
NI NA Nicaragua//Nicaraguan
NL EU Netherlands/The Netherlands, Holland, Nederland/Dutch
NO EU Norway/Norge/Norwegian
NP AS Nepal//Nepali, Nepalese
NZ OC New Zealand/Aotearoa/
OM AS Oman//Omani
PA NA Panama//Panamanian
PE SA Peru/Perú/Peruvian
PG OC Papua New Guinea//
PH AS Philippines/The Philippines/Filipino, Philippine
PK AS Pakistan//Pakistani
PL EU Poland/Polska/Polish
PR NA Puerto Rico//Puerto Rican
PS AS Palestine//Palestinian
PT EU Portugal//Portuguese
PY SA Paraguay//Paraguayan
QA AS Qatar//Qatari
RO EU Romania//Romanian
RS EU Serbia//Serbian
RU EU Russia/Russian Federation/Russian
RW AF Rwanda//Rwandan
SA AS Saudi Arabia/KSA/Saudi
SC AF Seychelles//
SD AF Sudan//Sudanese
SE EU Sweden/Sverige/Swedish
SG AS Singapore//Singaporean
SI EU Slovenia//Slovenian, Slovene
SK EU Slovakia//Slovak
SL AF Sierra Leone//
SM EU San Marino//
SN AF Senegal//Senegalese
SO AF Somalia//Somali
SR SA Suriname//Surinamese
SS AF South Sudan//
SV NA El Salvador//Salvadoran
SY AS Syria//Syrian
SZ AF Eswatini/Swaziland/
TD AF Chad//Chadian
TG AF Togo//Togolese
TH AS Thailand//Thai
TJ AS Tajikistan//Tajik
TL AS Timor-Leste/East Timor/
TM AS Turkmenistan//Turkmen
TN AF Tunisia//Tunisian
TR AS Turkey/Türkiye/Turkish
TT NA Trinidad and Tobago//Trinidadian
TW AS Taiwan//Taiwanese
TZ AF Tanzania//Tanzanian
UA EU Ukraine//Ukrainian
UG AF Uganda//Ugandan
US NA United States/USA, US, U.S., U.S.A., United States of America, America/American
UY SA Uruguay//Uruguayan
UZ AS Uzbekistan//Uzbek
VA EU Vatican City/Holy See, Vatican/
VE SA Venezuela//Venezuelan
VN AS Vietnam/Viet Nam/Vietnamese
XK EU Kosovo//Kosovar
YE AS Yemen//Yemeni
ZA AF South Africa//South African
ZM AF Zambia//Zambian
ZW AF Zimbabwe//Zimbabwean
"""

COUNTRIES: dict[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]] = {}
"""Code → (continent code, name, aliases, demonyms)."""
for _line in _COUNTRY_LINES.strip().splitlines():
    _code, _continent, _rest = _line.split(" ", 2)
    _name, _aliases, _demonyms = _rest.split("/")
    COUNTRIES[_code] = (
        _continent,
        _name,
        tuple(a.strip() for a in _aliases.split(",") if a.strip()),
        tuple(d.strip() for d in _demonyms.split(",") if d.strip()),
    )

# The parts of the United Kingdom are read as the country; 'Northern Ireland' would read as Ireland.
_britain = COUNTRIES["GB"]
COUNTRIES["GB"] = (
    *_britain[:2],
    (*_britain[2], "Northern Ireland"),
    (*_britain[3], "English", "Scottish", "Welsh", "Northern Irish"),
)


def _on_continent(code: str) -> str:
    return " ".join(c for c, row in COUNTRIES.items() if row[0] == code)


_CENTRAL_AMERICA = "BZ CR SV GT HN NI PA"
_CARIBBEAN = "AG BS BB CU DM DO GD HT JM KY LC PR TT"
_LATIN = _on_continent("SA") + f" MX CU DO HT PR {_CENTRAL_AMERICA}"
_MIDDLE_EAST = "AE BH CY EG IL IQ IR JO KW LB OM PS QA SA SY TR YE"
_NORTH_AFRICA = "DZ EG LY MA SD TN"
_SOUTHEAST_ASIA = "BN KH ID LA MM MY PH SG TH TL VN"
_SOUTH_ASIA = "AF BD BT IN LK MV NP PK"
_EAST_ASIA = "CN HK JP KP KR MN MO TW"
_EU = "AT BE BG HR CY CZ DE DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"

# Region name / other names / its countries' codes. Russia and Cyprus count for Europe and for Asia.
_REGION_LINES = (
    ("Europe", "European", _on_continent("EU")),
    ("European Union", "EU, E.U.", _EU),
    (
        "Eurozone",
        "euro area",
        _EU.replace("BG ", "")
        .replace("CZ ", "")
        .replace("DK ", "")
        .replace("HU ", "")
        .replace("PL ", "")
        .replace("RO ", "")
        .replace("SE ", ""),
    ),
    ("European Economic Area", "EEA", _EU + " IS LI NO"),
    ("Asia", "Asian", _on_continent("AS") + " RU CY"),
    ("Africa", "African", _on_continent("AF")),
    ("North America", "North American", _on_continent("NA")),
    ("South America", "South American", _on_continent("SA")),
    ("Oceania", "Australasia", _on_continent("OC")),
    ("Latin America", "LatAm, LATAM, Latin American, Latin America and the Caribbean", _LATIN),
    ("Central America", "Central American", _CENTRAL_AMERICA),
    ("Caribbean", "the Caribbean", _CARIBBEAN),
    ("Middle East", "Middle Eastern, Near East", _MIDDLE_EAST),
    ("MENA", "Middle East and North Africa", f"{_MIDDLE_EAST} {_NORTH_AFRICA}"),
    ("North Africa", "Northern Africa", _NORTH_AFRICA),
    ("West Africa", "Western Africa", "BF BJ CI CV GH GM GN GW LR ML MR NE NG SL SN TG"),
    ("East Africa", "Eastern Africa", "BI DJ ER ET KE KM MG MU MW MZ RW SC SO SS TZ UG"),
    ("Southern Africa", "", "AO BW LS MW MZ NA SZ ZA ZM ZW"),
    ("Southeast Asia", "South East Asia, South-East Asia, Southeast Asian, ASEAN", _SOUTHEAST_ASIA),
    ("South Asia", "Southern Asia, South Asian", _SOUTH_ASIA),
    ("East Asia", "Eastern Asia, East Asian", _EAST_ASIA),
    ("Central Asia", "Central Asian", "KG KZ TJ TM UZ"),
    (
        "Asia-Pacific",
        "APAC, Asia Pacific",
        f"{_SOUTHEAST_ASIA} {_SOUTH_ASIA} {_EAST_ASIA} AU NZ FJ PG",
    ),
    ("Nordics", "Nordic countries, Nordic region, Nordic", "DK FI IS NO SE"),
    ("Scandinavia", "Scandinavian", "DK NO SE"),
    ("Baltics", "Baltic states, Baltic countries, Baltic", "EE LT LV"),
    ("Balkans", "Balkan, Western Balkans", "AL BA BG GR HR ME MK RO RS SI XK"),
    ("DACH", "German-speaking countries", "DE AT CH"),
    ("Benelux", "", "BE NL LU"),
    ("Iberia", "Iberian Peninsula", "ES PT"),
    ("British Isles", "", "GB IE"),
    ("Western Europe", "Western European", "AT BE CH DE FR GB IE LI LU MC NL"),
    ("Eastern Europe", "Eastern European", "BG BY CZ HU MD PL RO RU SK UA"),
    ("Central Europe", "Central European", "AT CH CZ DE HU LI PL SI SK"),
    ("Southern Europe", "Southern European", "AD AL BA CY ES GR HR IT ME MK MT PT RS SI SM VA"),
    ("Northern Europe", "Northern European", "DK EE FI GB IE IS LT LV NO SE"),
    ("Gulf states", "GCC, Gulf countries", "AE BH KW OM QA SA"),
    ("Anglosphere", "", "AU CA GB IE NZ US"),
)
REGIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    name: (tuple(a.strip() for a in aliases.split(",") if a.strip()), tuple(codes.split()))
    for name, aliases, codes in _REGION_LINES
}
"""Name → (aliases, country codes)."""

_US_STATES = """AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,
CT Connecticut,DE Delaware,
FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,
KY Kentucky,LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,
MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,
NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,
PA Pennsylvania,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,
VT Vermont,VA Virginia,WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming,
DC District of Columbia"""
_PROVINCES = """AB Alberta,BC British Columbia,MB Manitoba,NB New Brunswick,
NL Newfoundland and Labrador,NS Nova Scotia,NT Northwest Territories,NU Nunavut,ON Ontario,
PE Prince Edward Island,QC Quebec,SK Saskatchewan,YT Yukon"""
_OTHER_STATES = """AU NSW New South Wales,AU VIC Victoria,AU QLD Queensland,AU TAS Tasmania,
DE BY Bavaria,DE HE Hesse,DE NW North Rhine-Westphalia,DE SN Saxony,ES CT Catalonia,ES AN Andalusia,
IN KA Karnataka,IN MH Maharashtra,IN TN Tamil Nadu,IN KL Kerala,IN GJ Gujarat,IN TG Telangana,
IT LO Lombardy,IT TO Tuscany,FR BR Brittany,FR NO Normandy,CH ZH Canton of Zurich,CN GD Guangdong,
AT TI Tyrol,MX JA Jalisco,CN ZJ Zhejiang,CN SI Sichuan,RU SB Siberia"""


def _states(lines: str, country: str) -> dict[tuple[str, str], str]:
    rows = (row.strip().split(" ", 1) for row in lines.split(","))
    return {(country, code): name for code, name in rows}


STATES = _states(_US_STATES, "US") | _states(_PROVINCES, "CA")
STATES |= {(c, s): n for c, s, n in (row.strip().split(" ", 2) for row in _OTHER_STATES.split(","))}
"""(Country code, state code) → name."""

# Country, or country-state, then its well-known cities ('/' parts other spellings).
_CITY_LINES = """
US-CA San Francisco/SF,Los Angeles,San Diego,San Jose,Oakland,Palo Alto,Mountain View,Berkeley
US-CA Menlo Park,Sunnyvale,Sacramento,Santa Monica,Cupertino,Redwood City,Santa Clara,Irvine
US-CA San Mateo,Fremont,Long Beach,Santa Barbara,Pasadena,Silicon Valley
US-CA San Francisco Bay Area/Bay Area
US-NY New York City/NYC,Brooklyn,Manhattan,Buffalo,Rochester,Queens
US-WA Seattle,Redmond,Bellevue,Spokane
US-MA Boston,Cambridge MA/Cambridge Massachusetts,Somerville,Worcester
US-TX Austin,Houston,Dallas,San Antonio,Fort Worth,El Paso
US-IL Chicago
US-CO Denver,Boulder
US-FL Miami,Orlando,Tampa,Jacksonville
US-GA Atlanta,Savannah
US-PA Philadelphia,Pittsburgh
US-DC Washington DC/Washington D.C.
US-MI Detroit,Ann Arbor
US-UT Salt Lake City,Provo
US-AZ Phoenix,Tucson
US-OR Eugene
US-NV Las Vegas,Reno
US-NC Raleigh,Charlotte
US-TN Nashville,Memphis
US-MN Minneapolis
US-OH Cleveland,Cincinnati
US-WI Milwaukee,Madison WI
US-MO St. Louis/Saint Louis
US-LA New Orleans
US-IN Indianapolis
US-MD Baltimore
US-HI Honolulu
US-AK Anchorage
CA-ON Toronto,Ottawa,Waterloo Ontario,Mississauga
CA-QC Montreal/Montréal,Quebec City
CA-BC Vancouver
CA-AB Calgary,Edmonton
CA-MB Winnipeg
CA-NS Halifax
GB London,Manchester,Edinburgh,Glasgow,Bristol,Oxford,Leeds,Liverpool,Cardiff,Belfast,Sheffield
GB Nottingham,Newcastle upon Tyne
IE Dublin,Galway
FR Paris,Lyon,Marseille,Toulouse,Bordeaux,Lille,Strasbourg,Nantes,Grenoble,Montpellier,Rennes
DE Berlin,Munich/München,Hamburg,Frankfurt,Cologne/Köln,Stuttgart,Düsseldorf/Dusseldorf,Leipzig
DE Dresden,Heidelberg,Karlsruhe,Nuremberg/Nürnberg,Bonn,Hanover/Hannover,Freiburg,Göttingen
DE Tübingen
AT Vienna/Wien,Graz,Salzburg,Innsbruck,Linz
CH Zurich/Zürich,Geneva/Genève,Basel,Bern,Lausanne,Lugano
NL Amsterdam,Rotterdam,The Hague/Den Haag,Utrecht,Eindhoven,Delft,Leiden,Groningen
BE Brussels/Bruxelles,Antwerp/Antwerpen,Ghent,Leuven
LU Luxembourg City
ES Madrid,Barcelona,Valencia,Seville/Sevilla,Bilbao,Málaga/Malaga,Granada
PT Lisbon/Lisboa,Porto,Coimbra
IT Rome/Roma,Milan/Milano,Turin/Torino,Florence/Firenze,Naples/Napoli,Venice/Venezia,Bologna
IT Genoa,Palermo,Pisa,Verona,Trieste
SE Stockholm,Gothenburg/Göteborg,Malmö/Malmo,Uppsala,Lund
NO Oslo,Bergen,Trondheim
DK Copenhagen/København,Aarhus,Odense
FI Helsinki,Espoo,Tampere,Turku
IS Reykjavik/Reykjavík
EE Tallinn,Tartu
LV Riga
LT Vilnius,Kaunas
PL Warsaw/Warszawa,Kraków/Krakow/Cracow,Wrocław/Wroclaw,Gdańsk/Gdansk,Poznań/Poznan,Łódź/Lodz
CZ Prague/Praha,Brno
SK Bratislava
HU Budapest
RO Bucharest/București,Cluj-Napoca,Iași
BG Sofia,Plovdiv
GR Athens,Thessaloniki
HR Zagreb
SI Ljubljana
RS Belgrade
UA Kyiv/Kiev,Lviv,Odesa/Odessa,Kharkiv
RU Moscow,Saint Petersburg/St. Petersburg,Novosibirsk
BY Minsk
TR Istanbul,Ankara,Izmir
IL Tel Aviv/Tel Aviv-Yafo,Jerusalem,Haifa
AE Dubai,Abu Dhabi
SA Riyadh,Jeddah
QA Doha
EG Cairo,Alexandria
JO Amman
LB Beirut
IR Tehran
IQ Baghdad
KW Kuwait City
MA Casablanca,Rabat,Marrakesh/Marrakech
TN Tunis
DZ Algiers
NG Lagos,Abuja,Ibadan
GH Accra
KE Nairobi,Mombasa
ZA Cape Town,Johannesburg,Durban,Pretoria
ET Addis Ababa
RW Kigali
UG Kampala
TZ Dar es Salaam
SN Dakar
CI Abidjan
ZW Harare
ZM Lusaka
IN Bengaluru/Bangalore,Mumbai/Bombay,New Delhi,Delhi,Hyderabad,Chennai/Madras,Pune
IN Kolkata/Calcutta,Gurgaon/Gurugram,Noida,Ahmedabad,Jaipur,Kochi
PK Karachi,Lahore,Islamabad
BD Dhaka
LK Colombo
NP Kathmandu
CN Beijing,Shanghai,Shenzhen,Guangzhou,Hangzhou,Chengdu,Wuhan,Nanjing,Tianjin,Xi'an
TW Taipei,Hsinchu
JP Tokyo,Osaka,Kyoto,Yokohama,Nagoya,Fukuoka,Sapporo,Kobe,Hiroshima
KR Seoul,Busan,Daejeon,Incheon
SG Singapore City
MY Kuala Lumpur,Penang
TH Bangkok,Chiang Mai
VN Ho Chi Minh City/Saigon,Hanoi,Da Nang
ID Jakarta,Bandung,Bali,Surabaya
PH Manila,Cebu,Makati,Quezon City
KH Phnom Penh
MM Yangon
KZ Almaty,Astana
UZ Tashkent
AM Yerevan
GE Tbilisi
AZ Baku
AU-NSW Sydney
AU-VIC Melbourne
AU-QLD Brisbane
AU Canberra,Perth,Adelaide,Hobart
NZ Auckland,Wellington,Christchurch
MX Mexico City/Ciudad de México/CDMX,Guadalajara,Monterrey,Tijuana
BR São Paulo/Sao Paulo,Rio de Janeiro,Brasília/Brasilia,Belo Horizonte,Curitiba,Porto Alegre
BR Recife,Florianópolis,Salvador
AR Buenos Aires,Córdoba,Rosario,Mendoza
CL Santiago de Chile,Valparaíso,Santiago
CO Bogotá/Bogota,Medellín/Medellin,Cali
PE Lima,Cusco
UY Montevideo
VE Caracas
EC Quito,Guayaquil
BO La Paz
PY Asunción
CR San José
PA Panama City
DO Santo Domingo
CU Havana
PR San Juan
MT Valletta
CY Nicosia,Limassol
MC Monte Carlo
"""
CITIES: dict[str, tuple[str, str, str]] = {}
"""City name or spelling → (its usual name, country code, state code or '')."""
for _line in _CITY_LINES.strip().splitlines():
    _where, _names = _line.split(" ", 1)
    _country, _, _state = _where.partition("-")
    for _spellings in _names.split(","):
        _all = _spellings.split("/")
        for _spelling in _all:
            CITIES[_spelling] = (_all[0], _country, _state)
