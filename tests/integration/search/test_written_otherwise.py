"""People found however they, or those who search for them, write their names and numbers."""

import pytest

from tests.integration.search.conftest import Api
from tests.integration.search.directory import person

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONG_ID = "a-b." * 120

PEOPLE = [
    person("apart", name="Fergal O Brien", family_name="O Brien"),
    person("together", name="Dervla OBrien"),
    person("mark", name="Oisín O'Brien"),
    person("mc", name="Hamish McDonald"),
    person("mc-apart", name="Morag Mc Allister"),
    person("dutch", name="Joost van der Berg"),
    person("belgian", name="Floor Vandenberghe"),
    person("hyphen", name="Jeanette-Luc Piccard-Moreau"),
    person("arab-apart", name="عبد الغفور الشريف"),
    person("article", name="نظمي الجبرتي"),
    person("no-article", name="سهيل حلواني"),
    person("kana", name="オオツカ ひなこ"),
    person("hamza", name="إسحاق مُرتَضَى"),
    person("stretched", name="عثمـــان"),
    person("persian", name="کیانوش یزدانی"),
    person("short-1", name="Robert Quetzenberg"),
    person("short-2", name="Bob Quetzendorf"),
    person("ukr-1", name="Олексій Ковальчук"),
    person("ukr-2", name="Орися Коваленко-Іванчук"),
    person("ell-1", name="Θεοχάρης Ξανθόπουλος"),
    person("ltn-1", name="Zherar Shtrudel", email="zh@strudel.example"),
    person("thai", name="ประเสริฐ สุขสันต์"),
    person("uzbek", name="O\u02bbtkir Yo\u02bbldoshev"),
    person("ukrainian", name="Дар\u02bcя Мар\u02bcянівна"),
    person("zwhole", name="Anneke Leeuw"),
    person("awhole", name="Anneke Leeuw Smit"),
    person("initial", name="Theodora Quennell"),
    person("traditional", name="陸曉楓"),
    person("simplified", name="谭晓岚"),
    person("guest", name="Guest One", email="guest.one@visitor.example"),
    person("google", name="Google One", email="qgoogle.one@gmail.com"),
    person(
        "zparts",
        name="z1@parts.example",
        email="z1@parts.example",
        given_name="Maria Belén",
        family_name="Quispe",
    ),
    person("aparts", name="Maria Belén Quispe Rojas"),
    person("a-turned", name="Jr Robert Tables"),
    person("suffix", name="Robert Tables Jr."),
    person("a-suffix-and-more", name="Robert Tables Jr Junior"),
    person("a-hyphens", name="Annelie Grethe Zorn Bohl Senior"),
    person("hyphens", name="Annelie-Grethe Zorn-Bohl"),
    person("a-listed", name="Quimby, Lars Ove"),
    person("listed", name="Quimby, Lars"),
    person("suffix-in-parts", name="s@p.example", given_name="Ottilie", family_name="Ufer Sr."),
    person("a-suffix-in-parts", name="Ottilie Ufer Sr Sen"),
    person("umlauts", name="Käthchen Wöhlermann"),
    person("spelt-out", name="Bjoern Foerstner-Strauss"),
    person("a-begins", name="Isolde Tannhoffer"),
    person("z-whole", name="Isolde Tannhoff"),
    person("a-initial", name="Berta Jellinghaus"),
    person("z-own-word", name="Jutta Jellinghaus"),
    person("a-quote", name="Berta O'Qarmody"),
    person("z-quote", name="Qu O'Qarmody"),
    person("a-long", name="Wilfrida Marquesina", given_name="Wilfrida", family_name="Marquesina"),
    person("z-long", name="Marquita Marquesina", given_name="Marquita", family_name="Marquesina"),
    person("b-1", name="Boellmans"),
    person("b-2", name="Boellman"),
    person("b-3", name="Böllman"),
    person("mail", name="Mail Person", nickname="mp", email="mail.person+a@sub.example.org"),
    person("comma", name="Quann Smythe", email="smith,qann@comma.example"),
    person("handle", name="Handled", username="x_handle77"),
    person("z-tagged", name="Tag One", email="tagged+shop@mailbox.example"),
    person("a-tagged", name="Tag Two", email="tagger@mailbox.example"),
    person("untagged", name="Tag None", email="untagged@mailbox.example"),
    person("quann-5", name="Table Line"),
    person("quann-5,Somebody", name="Table Comma"),
    person("trunk", name="Trunk Number", phone_number="+49 (0)171 9988776"),
    person("trunk-wide", name="Wide Number", phone_number="+49 ( 0 ) 172 9988776"),
    person("national", name="National Number", phone_number="06-1234 9876"),
    person("world", name="World Number", phone_number="+31687654321"),
    person("marks-behind", user_id="samlp|he\u0301lori", name="Accent Person"),
    person(
        "glued",
        name="o77@glued.example",
        email="o77@glued.example",
        given_name="Ortrun",
        family_name="Zeisig",
    ),
    person("unfinished", name="Begoña Wojciechowska", email="bego.wojcie@unfinished.example"),
    person("long-id", user_id=f"samlp|{LONG_ID}", name="Long Person"),
    person("abc-1", user_id="google-oauth2|103547991597142817349", name="Goo Gle", nickname="g"),
]


@pytest.mark.parametrize(
    ("q", "first"),
    [
        # together or apart
        ("fergal obrien", "apart"),
        ("fergal o'brien", "apart"),
        ("dervla o'brien", "together"),
        ("dervla o brien", "together"),
        ("hamish mc donald", "mc"),
        ("mc donald hamish", "mc"),
        ("hamish mc-donald", "mc"),
        ("hamish mc dona", "mc"),
        ("morag mcallister", "mc-apart"),
        ("joost vanderberg", "dutch"),
        ("vander berg joost", "dutch"),
        ("vanderb", "dutch"),
        ("floor van den berghe", "belgian"),
        ("jeanetteluc piccard", "hyphen"),
        ("piccardmoreau", "hyphen"),
        ("عبدالغفور", "arab-apart"),
        ("عبدالغفور الشريف", "arab-apart"),
        ("ประเสริฐสุขสันต์", "thai"),
        # Arabic names with and without the article, kana of either kind
        ("نظمي جبرتي", "article"),
        ("جبرتي", "article"),
        ("نظمي الجبرتي", "article"),
        ("الحلواني", "no-article"),
        ("ヒナコ", "kana"),
        ("おおつか ヒナコ", "kana"),
        # letters that keyboards lack
        ("اسحاق مرتضي", "hamza"),
        ("عثمان", "stretched"),
        ("كيانوش يزداني", "persian"),
        ("o'tkir yo'ldoshev", "uzbek"),
        ("yoldosh", "uzbek"),
        ("дар'я мар’ян", "ukrainian"),
        # for short
        ("Bob Quetzenberg", "short-1"),
        ("quetzenberg, bobby", "short-1"),
        ("Robert Quetzendorf", "short-2"),
        ("bob quetz", "short-2"),
        # in another script
        ("oleksiy kovalch", "ukr-1"),
        ("kovaltchouk", "ukr-1"),
        ("Kovalchuk, Oleksii", "ukr-1"),
        ("theocharis xanth", "ell-1"),
        ("Жерар Штрудель", "ltn-1"),
        ("штруд", "ltn-1"),
        ("Kovalenko-Ivanchuk", "ukr-2"),
        ("orysya kovalenko-iva", "ukr-2"),
        # with the keyboard set to the other language
        ("rjdfkmxer", "ukr-1"),
        ("йгуттудд ерущвщкф", "initial"),
        # titles that no name has
        ("Ms. Theodora Quennell", "initial"),
        ("Frau Quennell", "initial"),
        ("Theodora Quennell, Jr.", "initial"),
        ("Herr Prof. Dr. Wöhlermann", "umlauts"),
        # an initial that no name has, and what somebody has
        ("Theodora K. Quennell", "initial"),
        ("Quennell, Theodora K", "initial"),
        ("Quennell's", "initial"),
        ("Theodora Quennell\u2019s", "initial"),
        ("Theodora Quennell's account", "initial"),
        ("Quennell's login", "initial"),
        # what stands around names where they are copied, and logins made of them
        ("Name: Theodora Quennell", "initial"),
        ("First name: Theodora, Last name: Quennell", "initial"),
        ("Vorname: Theodora Nachname: Quennell", "initial"),
        ("Theodora Quennell (she/her)", "initial"),
        ("Theodora Quennell [EXTERNAL]", "initial"),
        ('Theodora "Teddy" Quennell', "initial"),
        ("1. Theodora Quennell", "initial"),
        ("Dr. med. Theodora Quennell, MSc", "initial"),
        ('name:"Theodora Quennell"', "initial"),
        ("login=Quennell", "initial"),
        ("ACME\\Quennell", "initial"),
        ("T.Quennell", "initial"),
        ("tquennell", "initial"),
        ("quennell_t", "initial"),
        ("quennellt", "initial"),
        ("Theodora Quennell, M.A.", "initial"),
        ("Dipl.-Ing. Theodora Quennell", "initial"),
        ('"name": "Theodora Quennell",', "initial"),
        ("given_name:Theodora AND family_name:Quennell", "initial"),
        ("CN=Quennell\\, Theodora,OU=Sales,DC=acme,DC=com", "initial"),
        ("<b>Theodora</b> Quennell", "initial"),
        # a word more than the name
        ("Theodora Quennell Berlin", "initial"),
        ("Theodora Maria Quennell", "initial"),
        ("Theodora Quennell - Sales", "initial"),
        ("Theodora Quennell at Acme", "initial"),
        ("Theodora van der Somebody", ""),
        ("Theodora Quennell Berlin Sales", "initial"),
        # characters simplified or not
        ("陆晓枫", "traditional"),
        ("譚曉嵐", "simplified"),
        # words of which one begins another
        ("J Jellinghaus", "z-own-word"),
        ("jellinghaus, J.", "z-own-word"),
        ("q o'qarmody", "z-quote"),
        ("marq marquesina", "z-long"),
        ("marquesina marq", "z-long"),
        # umlauts spelt out, while they are typed
        ("woehl", "umlauts"),
        ("kaethchen woehlerm", "umlauts"),
        ("wöhl kaeth", "umlauts"),
        ("först", "spelt-out"),
        ("björn först", "spelt-out"),
        ("förstner-str", "spelt-out"),
        # typing errors while a word is unfinished: at its end, within, one too many, one too few
        ("wojciecoh", "unfinished"),
        ("begoña wojceich", "unfinished"),
        ("WOICIECHO begoña", "unfinished"),
        ("wojcciech bego", "unfinished"),
        ("wjciech", "unfinished"),
        ("bego.wojceie@unf", "unfinished"),
        ("bego.wojcie@unfinisehd.exa", "unfinished"),
        # initials, marks at the end, other orders
        ("T. Quennell", "initial"),
        ("Quennell, T.", "initial"),
        ("quenn,", "initial"),
        ("Leeuw, Anneke", "zwhole"),
        ("leeuw anneke", "zwhole"),
        ('"Anneke Leeuw"', "zwhole"),
        ("Anneke Leeuw.", "zwhole"),
        # a whole name, whatever its hyphens, commas and full stops
        ("robert tables jr", "suffix"),
        ("robert tables, jr.", "suffix"),
        ("Robert Tables Jr.", "suffix"),
        ("annelie grethe zorn bohl", "hyphens"),
        ("annelie-grethe zorn bohl", "hyphens"),
        ("quimby lars", "listed"),
        ("lars quimby", "listed"),
        ("ottilie ufer sr", "suffix-in-parts"),
        # no blank between the parts
        ("Zeisig,Ortrun", "glued"),
        ("ortrun.zeisig", "glued"),
        # no name but its parts
        ("maria belen quispe", "zparts"),
        ("quispe maria belen", "zparts"),
        ("Quispe, Maria Belén", "zparts"),
        # what pasting brings along
        ("www.unfinished.example", "unfinished"),
        ("begoña https://www.Unfinished.example/", "unfinished"),
        ("Quen\u00adnell", "initial"),
        ("Quen\u200bnell", "initial"),
        ("Person [mailto:mail.person+a@sub.example.org]", "mail"),
        ("mailto:mail.person%2Ba@sub.example.org?subject=Your%20ticket", "mail"),
        ("`mail.person+a@sub.example.org`", "mail"),
        ("Somebody Else (Sales) <mail.person+a@sub.example.org>", "mail"),
        ("Isolde Tannhoff <private@body.example>", "z-whole"),
        ("login=Tannhoff", "z-whole"),
        ("I.Tannhoff", "z-whole"),
        ('From: "Theodora Quennell" <private@body.example>', "initial"),
        ("Theodora Quennell auth0|of-another-tenant", "initial"),
        ("Theodora Quennell <mail.person+a@sub.example.org>", "mail"),
        ("e-mail: mail.person+a@sub.example.org", "mail"),
        ('{"email":"mail.person+a@sub.example.org"}', "mail"),
        ("Mail Person<mail.person+a@sub.example.org>", "mail"),
        ("no@body.example;mail.person+a@sub.example.org", "mail"),
        ("smith,qann@comma.example", "comma"),
        ("qann@comma.example", "comma"),
        ("GET /api/v2/users/google-oauth2%7C103547991597142817349 200", "103547991597142817349"),
        ("sub=google-oauth2|103547991597142817349", "103547991597142817349"),
        ("user_id: google-oauth2|103547991597142817349", "103547991597142817349"),
        ("@x_handle77", "handle"),
        # addresses of which the beginning is missing, or something is hidden
        ("son+a@sub.example.org", "mail"),
        ("wojcie@unfin", "unfinished"),
        ("ojcie@unfinished.example", "unfinished"),
        ("b***e@unfinished.example", "unfinished"),
        ("bego.w\u2022\u2022\u2022@u\u2022\u2022\u2022.example", "unfinished"),
        ("***@***", ""),
        ("son@unfinished.example", ""),
        # of a guest, and at a provider's other domain
        ("guest.one_visitor.example#EXT#@contoso.onmicrosoft.com", "guest"),
        ("guest.one_visitor.example%23EXT%23@contoso.onmicrosoft.com", "guest"),
        ("qgoogle.one@googlemail.com", "google"),
        # addresses with a tag, with another and without one
        ("tagged@mailbox.example", "z-tagged"),
        ("tagged+other@mailbox.example", "z-tagged"),
        ("untagged+zz@mailbox.example", "untagged"),
        ("untagged+zz@mailb", "untagged"),
        # lines of tables
        ("auth0|quann-5,Somebody,Else,true", "quann-5"),
        ("auth0|quann-5;Somebody;no@body.example", "quann-5"),
        ("auth0|quann-5,no@body.example", "quann-5"),
        ('"auth0|quann-5","Somebody Else","no@body.example"', "quann-5"),
        # numbers
        ("+49 171 9988776", "trunk"),
        ("0049 171 99887", "trunk"),
        ("+49 (0)171 9988776", "trunk"),
        ("0171 9988776", "trunk"),
        ("+49 0171 9988776", "trunk"),
        ('"+49 171 9988776"', "trunk"),
        ("[0171/9988776]", "trunk"),
        ("Tel.: 0171 9988776", "trunk"),
        ("<tel:+49-171-9988776;ext=1>", "trunk"),
        ("0171\u00b79988776", "trunk"),
        ("\uff0b\uff14\uff19 171 9988776", "trunk"),
        ("+491729988776", "trunk-wide"),
        ("+31 6 1234 9876", "national"),
        ("0031612349876", "national"),
        ("number +31612349876", "national"),
        ("***-***-9876", "national"),
        ("0687654321", "world"),
        ("World Number, +31 6 87 65 43 21", "world"),
        ("Phone: +31 (6) 8765 4321", "world"),
        ("+31 6 8765 4321 (mobile)", "world"),
        ("Mobile 06 87 65 43 21", "world"),
        # what looks alike
        ("samlp|hélori", "he\u0301lori"),
        ("samlp|he\u0301lori", "he\u0301lori"),
        # too long to be taken apart
        (f"samlp|{LONG_ID}", LONG_ID),
        (f"samlp%7C{LONG_ID}", LONG_ID),
    ],
)
async def test_first(people: Api, q: str, first: str) -> None:
    found = await people.find(q, highlight="true")
    assert [user["user_id"].split("|")[1] for user in found["users"][:1]] == [first][: bool(first)]


async def test_an_umlaut_spelt_out_is_marked_while_it_is_typed(people: Api) -> None:
    found = await people.find("woehl kaeth", highlight="true")
    assert found["highlights"] == [{"name": "<mark>Käthchen</mark> <mark>Wöhlermann</mark>"}]


async def test_a_name_for_short_is_marked(people: Api) -> None:
    found = await people.find("bob quetzenberg", highlight="true")
    assert found["forgiving"] is True
    assert found["highlights"] == [{"name": "<mark>Robert</mark> <mark>Quetzenberg</mark>"}]


async def test_a_name_in_another_script_is_marked(people: Api) -> None:
    found = await people.find("kovalch oleksiy", highlight="true")
    assert found["forgiving"] is True
    assert found["highlights"] == [{"name": "<mark>Олексій</mark> <mark>Ковальч</mark>ук"}]


async def test_a_mistyped_beginning_is_marked(people: Api) -> None:
    found = await people.find("begoña wojceich", highlight="true")
    assert found["forgiving"] is True
    assert found["highlights"] == [{"name": "<mark>Begoña</mark> <mark>Wojciech</mark>owska"}]


async def test_together_and_apart_at_once(people: Api) -> None:
    """Whoever writes the name as typed stands above who writes it in two words."""
    names = await people.names_of("obrien")
    assert names.index("Dervla OBrien") < names.index("Fergal O Brien")
    assert names.index("Oisín O'Brien") < names.index("Fergal O Brien")


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("boellman", ["Boellman", "Boellmans", "Böllman"]),
        ("böllman", ["Böllman", "Boellman"]),
    ],
)
async def test_umlauts_spelt_out_or_not(people: Api, q: str, expected: list[str]) -> None:
    """Whoever has the name as it was typed stands above who spells it otherwise."""
    found = await people.find(q, highlight="true")
    assert found["forgiving"] is False
    assert [user["name"] for user in found["users"]] == expected
    assert all("name" in marks for marks in found["highlights"])


async def test_a_word_that_tells_nobody_is_not_passed_over(people: Api) -> None:
    assert await people.names_of("Quennell Somebody") == []
    assert await people.names_of("Herr Dr.") == []
    assert await people.names_of('"Theophil" Quennell') == []
    assert await people.names_of("Name: (Theophil)") == []
    assert await people.names_of("Quennell <private@body.example>") == []
    assert await people.names_of("K. Quennell") == []
