"""Names typed in another script than they are written in: Ivanov for Иванов, and the reverse. Pure.

There are many ways to write the letters of one script in another, and no analyser of the engine
knows them all: a word is turned into an expression for each of them. The index needs nothing for
it, and nothing is searched for so until nobody is found otherwise.
"""

import re
from collections.abc import Mapping
from typing import Final

from service.search.pattern import LONGEST
from service.search.query_text import folded_letters

# With fewer letters too many begin so.
_LEAST_CHARS: Final = 3
# What follows tells little, and the ways to read a text grow with each letter that may be none.
_MOST_CHARS: Final = 20
_NO_NAME: Final = re.compile(r"(.)\1\1")

_Table = Mapping[str, str]


def _table(text: str) -> _Table:
    """Letters, and an expression for what may be written for them; `-` is nothing at all."""
    pairs = (entry.split("=") for entry in text.split())
    return {letters: f"({ways.replace(',', '|').replace('-', '()')})" for letters, ways in pairs}


_TO_CYRILLIC: Final = _table(
    "a=а,я,ъ b=б c=к,ц,с d=д e=е,э,є f=ф,в g=г,ґ h=х,г,ґ i=и,і,ї,й,ий,ый j=й,ј,ж,ь,дж k=к l=л m=м "
    "n=н o=о,е p=п q=к r=р s=с t=т u=у,ю,ъ v=в w=в,у x=кс,х y=й,ы,и,і,у,ий,ый,ій z=з,ц shch=щ,шч "
    "sch=ш,щ,сх tsch=ч tch=ч sht=щ,шт dzh=дж sh=ш,сх ch=ч,х zh=ж kh=х,кх ts=ц,тс tz=ц ck=к ph=ф "
    "th=т,ф ff=в,фф cz=ч,ц sz=ш dj=дж,ж ks=кс er=ер,р,эр ei=ей,еи,эй yo=е,йо,ьо,ио jo=е,йо,ьо,ио "
    "io=ио,е,ьо yu=ю,йу ju=ю,йу iu=ю,иу ya=я,йа,ья ja=я,йа iya=ия ia=я,ия,иа,ья ye=е,є,ые,ье "
    "je=е,є,ье ie=е,ие,є,ье yi=ї,ый,ий ou=у,оу oo=у ksh=кш ksch=кщ kshch=кщ tsh=тш,ч szh=сж"
)
_TO_GREEK: Final = _table(
    "a=α b=μπ,β c=κ,σ d=δ,ντ e=ε,αι,η f=φ,υ g=γ,γκ h=χ,η,- i=ι,η,υ,ει,οι j=γι,τζ k=κ l=λ m=μ n=ν "
    "o=ο,ω p=π q=κ r=ρ s=σ,ς,ζ t=τ u=ου,υ v=β,υ w=ω x=ξ,χ y=υ,ι,η,γι,ει,οι z=ζ th=θ,τθ ps=ψ ks=ξ "
    "ch=χ,τσ kh=χ ph=φ mp=μπ mb=μπ nt=ντ,νδ nd=ντ,νδ ng=γγ,γκ,νγ gk=γκ gh=γ ou=ου,οου oo=ου ei=ει "
    "ai=αι,αη oi=οι tz=τζ ts=τσ,τζ ya=για,ια gi=γι,γη,γει,γυ dh=δ ee=η,εε nth=νθ ngh=γχ,γγ"
)
_FROM_CYRILLIC: Final = _table(
    "а=a б=b в=v,w,ff,f г=g,h ґ=g д=d е=e,ye,je,ie,yo,jo,io,o є=ye,ie,je,e ж=zh,j,z,g з=z,s "
    "и=i,y,iy і=i,y ї=yi,i,ji ј=j,y ћ=c,ch ђ=dj,d џ=dz,dj љ=lj,l њ=nj,n ў=u,w й=y,i,j,- к=k,c,ck "
    "л=l м=m н=n о=o,a п=p р=r,er с=s,ss,c т=t,th у=u,ou,oo,y,w ф=f,ph,th х=kh,h,ch,x "
    "ц=ts,tz,c,z,cz ч=ch,tch,tsch,c,cz ш=sh,sch,s,ch,sz щ=shch,sch,sh,sht ъ=a,u,- ы=y,i ь=-,i,y,j "
    "э=e ю=yu,iu,ju,u я=ya,ia,ja,a кс=ks,x дж=j,dzh,dj,g ий=iy,ij,yi,ii,yy,y,i ый=iy,ij,yi,yy,y,i "
    "ие=ie,iye,ije,e ия=ia,iya,ija,ya"
)
_FROM_GREEK: Final = _table(
    "α=a β=v,b γ=g,y,gh δ=d,dh ε=e ζ=z,s η=i,e,h,y θ=th,t ι=i,y,j κ=k,c λ=l μ=m ν=n ξ=x,ks ο=o "
    "π=p ρ=r,rh σ=s ς=s τ=t υ=y,i,u,v,f φ=f,ph χ=ch,h,x,kh ψ=ps ω=o,w αι=ai,e,ae αυ=av,af,au "
    "γγ=ng,gg γκ=gk,g,nk,ng,k γι=gi,y,j,yi,i ει=ei,i,e ευ=ev,ef,eu μπ=b,mp,mb ντ=d,nt,nd οι=oi,i "
    "ου=ou,u,oo τζ=tz,j,ts τσ=ts,tz,ch,c"
)
# A soft sign behind a consonant is in few other spellings.
_SOFT: Final = "ь?"
_VOWELS: Final = frozenset("aeiouy")


def is_latin(typed: str) -> bool:
    """Whether all its letters are."""
    return set(folded_letters(typed)) <= _TO_CYRILLIC.keys()


def otherwise_written(typed: str) -> list[str]:
    """Expressions for what begins so in other scripts, as Lucene and Python read them."""
    folded = folded_letters(typed)[:_MOST_CHARS]
    if len(folded) < _LEAST_CHARS or _NO_NAME.search(folded):
        return []
    if is_latin(folded):
        tables = [_TO_CYRILLIC, _TO_GREEK]
    else:
        tables = [one for one in (_FROM_CYRILLIC, _FROM_GREEK) if set(folded) <= one.keys()]
    patterns = [_pattern(folded, table) for table in tables]
    return [pattern for pattern in patterns if len(pattern) <= LONGEST]


def _pattern(folded: str, table: _Table) -> str:
    longest = max(map(len, table))
    soft = _SOFT if table is _TO_CYRILLIC else ""
    pattern = ""
    at = 0
    while at < len(folded):
        if table_rest := _begun(folded[at:], table):
            return pattern + table_rest
        length = next(n for n in range(longest, 0, -1) if folded[at : at + n] in table)
        letters = folded[at : at + length]
        pattern += table[letters] + ("" if letters[0] in _VOWELS else soft)
        at += length
    return pattern


def _begun(rest: str, table: _Table) -> str | None:
    """For the last letters, also what they may become while more is typed: the s of sh."""
    longer = [
        ways for letters, ways in table.items() if letters.startswith(rest) and letters != rest
    ]
    if not longer:
        return None
    alone = [table[rest]] if rest in table else []
    apart = _pattern(rest[:-1], table) + table[rest[-1]] if len(rest) > 1 else ""
    return f"({'|'.join(filter(None, [*alone, apart, *longer]))})"
