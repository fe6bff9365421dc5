"""What people are called by those who know them: Bob for Robert. Pure.

Not a dictionary of names: the ones that a support person hears and can't guess from their letters,
for a short name that begins the long one is found anyway. Who is found so has been looked for under
the name that was typed before.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from service.search.query_text import folded_letters

# Each line: names for the same person, as the index folds them.
_GROUPS: Final = """
    robert bob bobby rob robbie roberta bobbie
    william bill billy will willie liam
    richard dick rick ricky rich richie
    james jim jimmy jamie
    john jack johnny jon
    jonathan jon jonny
    edward ed eddie ted teddy ned
    theodore ted teddy theo
    charles charlie chuck chas
    henry harry hank hal
    harold harry hal
    michael mike mick mickey mikey
    anthony tony
    thomas tom tommy
    joseph joe joey
    david dave davey
    daniel dan danny
    andrew andy drew
    lawrence larry
    laurence larry
    gerald gerry jerry
    gerard gerry
    jeremy jerry
    leonard lenny leo
    frederick fred freddie freddy
    alfred alf alfie fred
    francis frank fran
    franklin frank
    gregory greg
    matthew matt matty
    nicholas nick nicky
    nicolas nick nico
    patrick pat paddy
    peter pete
    samuel sam sammy
    samantha sam
    stephen steve stevie
    steven steve stevie
    christopher chris kit topher
    christine chris chrissy tina
    christina chris tina
    kenneth ken kenny
    ronald ron ronnie
    donald don donnie
    timothy tim timmy
    benjamin ben benny
    zachary zach zack
    vincent vince vinny
    eugene gene
    albert al bert bertie
    alexander alex alec sandy xander sasha sascha
    alexandra alex sandra sandy sasha lexi
    aleksandr alex sasha sanya
    aleksandra alex sasha
    elizabeth liz lizzie beth betty betsy eliza libby lisa bess
    elisabeth liz lisa beth elsa lisbeth sissi betty
    margaret maggie meg peggy madge daisy greta rita
    katherine kate katie kathy kitty kay
    catherine kate katie cathy kitty
    kathryn kate katie kathy
    kathleen kathy kate
    victoria vicky tori
    patricia pat patty trish tricia
    susan sue susie suzy
    susanne sue susi
    barbara barb babs
    deborah deb debbie
    dorothy dot dottie dolly
    jennifer jen jenny
    jessica jess jessie
    rebecca becky becca
    rachel rae
    abigail abby gail
    amanda mandy
    mary molly polly mae
    martha marty patty
    sarah sally sadie
    helen nell nellie
    eleanor ellie nell nora
    ellen nell nellie
    virginia ginny
    veronica ronnie vera
    stephanie steph
    theresa terry tess tessa
    terence terry
    natalie nat
    nathan nate
    nathaniel nate nat
    walter walt wally
    phillip phil pip philipp philip filip
    philip phil pip philipp phillip filip
    johannes hans hannes johann
    joachim jochen achim
    friedrich fritz fred
    heinrich heinz heiner
    georg schorsch jorg
    wilhelm willi willy
    ludwig lutz
    sebastian basti bastian
    maximilian max
    jose pepe
    francisco paco pancho curro
    ignacio nacho
    enrique quique kike
    guadalupe lupe
    dolores lola
    concepcion concha
    rosario charo
    giuseppe beppe peppe pino
    luigi gigi
    giovanni gianni
    aleksey alyosha lyosha alex
    alexey alyosha lyosha alex
    dmitry dima mitya
    dmitri dima mitya
    vladimir vova volodya
    mikhail misha
    ivan vanya
    nikolai kolya
    nikolay kolya
    yevgeny zhenya
    evgeny zhenya
    sergei seryozha
    sergey seryozha
    anastasia nastya
    ekaterina katya
    maria masha mª
    natalia natasha
    natalya natasha
    tatiana tanya
    tatyana tanya
    olga olya
    svetlana sveta
    александр саша саня шура
    александра саша шура
    алексей леша алеша
    дмитрий дима митя
    владимир вова володя
    михаил миша
    иван ваня
    николай коля
    евгений женя
    евгения женя
    сергей сережа
    анастасия настя
    екатерина катя
    мария маша
    наталья наташа
    татьяна таня
    ольга оля
    светлана света
    павел паша
    юрий юра
    константин костя
    youssef yusuf yousef yousuf
    junior jr jnr
    senior sr snr
    george giorgos yorgos
    ιωαννης γιαννης
    κωνσταντινος κωστας ντινος
    γεωργιος γιωργος
    δημητριος δημητρης μητσος
    νικολαος νικος
"""


def _by_name() -> Mapping[str, frozenset[str]]:
    """A short name leads to long ones and to their other short ones, a long one to its short."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in _GROUPS.split("\n"):
        names = [folded_letters(name) for name in line.split()]
        for name in names:
            found[name].update(names)
    return {name: frozenset(others - {name}) for name, others in found.items()}


_BY_NAME: Final = _by_name()


def also_called(name: str) -> list[str]:
    """As the index folds them."""
    return sorted(_BY_NAME.get(folded_letters(name), ()))
