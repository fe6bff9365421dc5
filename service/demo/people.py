"""The people of the sample history: names from many places, so that searches have work to do."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

REGION: Final = "https://acme.com/region"  # namespaced, as Auth0 asks of custom claims


class Connection(NamedTuple):
    """How somebody signs in."""

    provider: str
    name: str
    social: bool


DATABASE: Final = Connection("auth0", "Username-Password-Authentication", False)
GOOGLE: Final = Connection("google-oauth2", "google-oauth2", True)
GITHUB: Final = Connection("github", "github", True)
COMPANY: Final = Connection("samlp", "globex", False)
TEXT_MESSAGE: Final = Connection("sms", "sms", False)


@dataclass(frozen=True, slots=True)
class Person:
    """A user. profile: as Auth0 sends it, without the times."""

    user_id: str
    profile: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What to call them."""
        return str(self.profile["name"])

    def with_profile(self, **changes: Any) -> "Person":
        """The same person with some of the profile changed."""
        return replace(self, profile={**self.profile, **changes})

    def with_points(self, points: int) -> "Person":
        """The same person with so many points in their app_metadata."""
        return self.with_profile(app_metadata={**self.profile["app_metadata"], "points": points})


def _person(
    name: str,
    email: str | None = None,
    by: Connection = DATABASE,
    *,
    plan: str = "free",
    region: str = "emea",
    also_by: Connection | None = None,
    **fields: Any,
) -> Person:
    """given_name and family_name are the name's halves unless given; `fields` are the profile's."""
    given, _, family = name.partition(" ")
    profile: dict[str, Any] = {
        "name": name,
        "given_name": given,
        "family_name": family,
        "identities": [_identity(by, name)] + ([_identity(also_by, name)] if also_by else []),
        "app_metadata": {"plan": plan, "points": 0, REGION: region},
        "user_metadata": {"locale": "en"},
        **fields,
    }
    if email:
        profile |= {"email": email, "email_verified": by.social, "nickname": email.split("@")[0]}
    return Person(f"{by.provider}|{_identity(by, name)['user_id']}", profile)


def _identity(by: Connection, name: str) -> dict[str, Any]:
    digest = hashlib.sha256(name.encode()).hexdigest()
    number: str | int = digest[:24]
    if by is GITHUB:
        number = int(digest[:6], 16)  # some providers count their users: Auth0 sends the integer
    elif by.social:
        number = str(10**20 + int(digest[:16], 16))
    identity = {"connection": by.name, "provider": by.provider, "user_id": number}
    return {**identity, "isSocial": by.social}


ANN_SMITH: Final = _person(
    "Ann Smith", "ann.smith@acme.com", plan="pro", phone_number="+442079460123", phone_verified=True
)
ANNA_SMITH: Final = _person("Anna Smith", "anna.smith@acme.com", GOOGLE, also_by=DATABASE)
ANNE_SMYTH: Final = _person("Anne Smyth", "anne@smyth.example", region="amer")
ANN_LEE: Final = _person(
    "Ann Lee", "ann.lee@acme.com", plan="pro", region="apac", also_by=GOOGLE, multifactor=["totp"]
)
JOHN_SMITH: Final = _person("John Smith", "john.smith@initech.example", GITHUB, region="amer")
BOB_SMITH: Final = _person(
    "Bob Smith",
    "bob.smith@acme.com",
    phone_number="+15550100042",
    region="amer",
    user_metadata={"locale": "en", "newsletter": True},
)
JOSE: Final = _person(
    "José García Peña", "jose.garcia@acme.com", plan="pro", user_metadata={"locale": "es"}
)
ZOE: Final = _person(
    "Zoë Müller", "zoe.mueller@globex.example", COMPANY, user_metadata={"locale": "de"}
)
LUKASZ: Final = _person("Łukasz Wiśniewski", "lukasz@globex.example", COMPANY, plan="pro")
SOREN: Final = _person("Søren Ødegård", "søren@ødegård.example", phone_number="+4740601234")
SIOBHAN: Final = _person("Siobhán O’Brien", "siobhan@acme.com", username="siobhan")
TARO: Final = _person(
    "山田太郎",
    "taro.yamada@example.jp",
    GOOGLE,
    region="apac",
    given_name="太郎",
    family_name="山田",
    user_metadata={"locale": "ja"},
)
XIAOMING: Final = _person(
    "王小明",
    "xiaoming@example.cn",
    region="apac",
    given_name="小明",
    family_name="王",
)
MINJUN: Final = _person(
    "김민준", "minjun.kim@example.kr", GOOGLE, region="apac", given_name="민준", family_name="김"
)
LAYLA: Final = _person("ليلى حداد", "layla.haddad@example.org", user_metadata={"locale": "ar"})
DMITRI: Final = _person("Дмитрий Соколов", "d.sokolov@example.org", blocked=True)
ELENI: Final = _person("Ελένη Παππά", "eleni@acme.com", plan="pro")
KAI: Final = _person(
    "Kai 🌊 Kealoha", None, TEXT_MESSAGE, region="amer", phone_number="+15550100177"
)
