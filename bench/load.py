"""The load: seeded CloudEvents of about 1.2 kB, all distinct, as Auth0 sends them.

60 % created, 35 % updated, 5 % deleted, each about any of the users, a millisecond apart.
"""

import random
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

USERS: Final = 30_000
TENANT: Final = "bench"

_START: Final = datetime(2026, 1, 1, tzinfo=UTC)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_GIVEN: Final = _words(
    "Ann Anna Beatriz Björn Carlos Chloé Daniel Dmitri Elena Emre Fatima Finn Giulia Grace "
    "Hana Henrik Ines Ivan Jack Jana Jürgen Kaito Karin Léa Liam Lucía Mads Maria Mehmet Mia "
    "Nadia Noah Olga Oskar Paula Pedro Quinn Rahul Rosa Sean Sofía Søren Tariq Tomás Ulla Uwe "
    "Vera Viktor Wanda Wei Xenia Yara Yusuf Zoë Łukasz Ágnes Ömer Øyvind Šimon Žofia"
)
_FAMILY: Final = _words(
    "Almeida Andersson Bauer Becker Brown Çelik Costa Dahl Dubois Dvořák Eriksen Fernández "
    "Fischer García Grün Haddad Hansen Horvát Ivanov Jansen Jensen Jones Kaya Keller Kim "
    "Kowalski Larsen Lefèvre Li López Meyer Moreau Müller Nagy Nguyen Novák O'Brien Öztürk "
    "Patel Petrov Popescu Quist Reyes Rossi Santos Sato Schmidt Silva Singh Smith Søgaard "
    "Tanaka Taylor Torres Ueda Vogel Weber Wójcik Yamada Yılmaz Zhang Zimmermann"
)
_DOMAINS: Final = ("acme.com", "example.org", "mail.example.net", "contoso.example", "beispiel.de")
_PLANS: Final = ("free", "starter", "pro", "enterprise")
_CITIES: Final = ("Lisboa", "Zürich", "Austin", "Osaka", "Kraków", "São Paulo", "Nairobi", "Oslo")
_TYPES: Final = ("user.created", "user.updated", "user.deleted")
_WEIGHTS: Final = (60, 95, 100)


class Load:
    """An endless history; the same seed gives the same one, and what is taken never comes again."""

    def __init__(self, seed: int, users: int = USERS) -> None:
        self._random = random.Random(seed)  # noqa: S311
        self._seed = seed
        self._users = users
        self._number = 0

    def take(self, number: int) -> Iterator[bytes]:
        """The next events."""
        choose = self._random
        for _ in range(number):
            user = choose.randrange(self._users)
            yield self._event(choose.choices(_TYPES, cum_weights=_WEIGHTS)[0], user)

    def everybody(self) -> Iterator[bytes]:
        """One `user.created` for each user, in order."""
        for user in range(self._users):
            yield self._event("user.created", user)

    def event(self, event_type: str, user: int) -> tuple[str, bytes]:
        """The next event as asked for, with its id."""
        event_id = self._next_id()
        return event_id, self._event(event_type, user)

    def _next_id(self) -> str:
        return f"evt_{self._seed:04x}{self._number:016x}"

    def _event(self, event_type: str, user: int) -> bytes:
        body = cloud_event(
            self._next_id(), event_type, user, _START + timedelta(milliseconds=self._number)
        )
        self._number += 1
        return body


def user_id(user: int) -> str:
    """The user's id, as long as Auth0's."""
    return f"auth0|{user:024x}"


def cloud_event(event_id: str, event_type: str, user: int, at: datetime) -> bytes:
    """One structured CloudEvent about a user whose properties follow from its number."""
    mixed = user * 2654435761 % 2**32
    given = _GIVEN[mixed % len(_GIVEN)]
    family = _FAMILY[mixed // 64 % len(_FAMILY)]
    email = f"{given.lower()}.{family.lower().replace(' ', '')}{user}@{_DOMAINS[mixed % 5]}"
    time = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
    deleted = f'"deleted_at":"{time}",' if event_type == "user.deleted" else ""
    return (
        f'{{"specversion":"1.0","id":"{event_id}","source":"urn:auth0:{TENANT}.users",'
        f'"type":"{event_type}","time":"{time}","datacontenttype":"application/json",'
        f'"a0tenant":"{TENANT}","a0stream":"est_bench","data":{{"object":{{'
        f'"user_id":"{user_id(user)}","email":"{email}","email_verified":{_json(mixed & 1)},'
        f'"name":"{given} {family}","given_name":"{given}","family_name":"{family}",'
        f'"username":"{given.lower()}_{user:06d}","multifactor":["guardian","webauthn-roaming"],'
        f'"nickname":"{given.lower()}{user % 1000}","phone_number":"+49 151 {mixed % 10**8:08d}",'
        f'"phone_verified":{_json(mixed & 2)},'
        f'"picture":"https://cdn.example.com/avatars/{user:08x}.png",'
        f'"created_at":"2025-06-{1 + user % 30:02d}T08:30:00.000Z","updated_at":"{time}",{deleted}'
        f'"last_login":"{time}","last_ip":"203.0.113.{user % 256}",'
        f'"logins_count":{mixed % 900},"blocked":{_json(user % 50 == 0)},'
        f'"identities":[{{"connection":"Username-Password-Authentication","provider":"auth0",'
        f'"user_id":"{user:024x}","isSocial":false}}],'
        f'"app_metadata":{{"plan":"{_PLANS[mixed % 4]}",'
        f'"roles":["member","team-{mixed % 40}"],'
        f'"organisation":{{"id":"org_{mixed % 3000:05d}","seats":{mixed % 90}}},'
        f'"risk":0.{user % 9}}},'
        f'"user_metadata":{{"city":"{_CITIES[mixed % 8]}","language":"en","newsletter":'
        f'{_json(mixed & 4)},"onboarding":{{"step":{mixed % 6},"finished":{_json(mixed & 8)}}}}}'
        f"}}}}}}"
    ).encode()


def _json(value: int) -> str:
    return "true" if value else "false"


def typed_texts(chance: random.Random, number: int) -> list[str]:
    """What people have typed so far: the beginnings of names, one or two words."""
    texts: list[str] = []
    for _ in range(number):
        given, family = chance.choice(_GIVEN), chance.choice(_FAMILY)
        if chance.random() < 0.5:
            texts.append(given[: chance.randint(2, 6)])
        else:
            texts.append(f"{given[: chance.randint(2, 6)]} {family[: chance.randint(1, 4)]}")
    return texts


def write_bodies(path: Path, bodies: Iterator[bytes]) -> int:
    """Write bodies as the generator reads them; returns how many there were."""
    number = 0
    with path.open("wb", buffering=1 << 20) as file:
        for body in bodies:
            file.write(struct.pack("<I", len(body)))
            file.write(body)
            number += 1
    return number
