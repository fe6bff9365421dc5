"""A directory of a few thousand plausible users in several languages, the same for every run."""

import random
from typing import Any

_PEOPLE: dict[str, tuple[str, str, str]] = {
    "en": (
        "Ann Anna Mary John Jonathan Sean Peter William Emma Olivia Grace Henry",
        "Smith Smithson Jones O'Neil Brown Taylor-Clark Walker Hughes Baker Green",
        "example.co.uk",
    ),
    "de": (
        "Jürgen Hans Günther Käthe Lena Sören Björn Heike Uwe",
        "Müller Schmidt Groß Weiß Jäger Schröder von-der-Heide Köhler",
        "beispiel.de",
    ),
    "es": (
        "José María Íñigo Lucía Sofía Andrés Begoña Jesús",
        "García Muñoz Ibáñez Pérez Núñez Ortega Castaño",
        "ejemplo.es",
    ),
    "pl": ("Łukasz Żaneta Świętosława Paweł Zofia", "Wójcik Dąbrowski Kowalska Żak", "przyklad.pl"),
    "ru": (
        "Дмитрий Ольга Фёдор Наталья Юрий",
        "Иванов Петрова Соловьёв Кузнецова Щукин",
        "primer.ru",
    ),
    "el": ("Γιώργος Ελένη Νίκος Μαρία", "Παπαδόπουλος Νικολάου Γεωργίου", "paradeigma.gr"),
    "zh": ("伟 芳 秀英 敏 建国", "王 李 张 刘 欧阳", "shili.cn"),
    "ja": ("太郎 花子 健一 美咲", "山田 佐藤 鈴木 高橋", "rei.jp"),
    "ar": ("محمد فاطمة أحمد ليلى", "الزهراء حسن العلي", "mithal.ae"),
}
_CONNECTIONS = (
    ("Username-Password-Authentication", "auth0", False),
    ("google-oauth2", "google-oauth2", True),
    ("github", "github", True),
    ("acme-saml", "samlp", False),
)


def directory(count: int, *, seed: int = 7) -> list[dict[str, Any]]:
    """Documents' sources, without what a test adds for itself."""
    draw = random.Random(seed)
    return [_user(draw, number) for number in range(count)]


def _user(draw: random.Random, number: int) -> dict[str, Any]:
    language = draw.choice(list(_PEOPLE))
    given_names, family_names, domain = _PEOPLE[language]
    given, family = draw.choice(given_names.split()), draw.choice(family_names.split())
    name = f"{family}{given}" if language in {"zh", "ja"} else f"{given} {family}"
    connection, provider, social = draw.choice(_CONNECTIONS)
    identity = f"{draw.getrandbits(96):024x}"
    handle = f"{language}{draw.randrange(10_000)}.u{number}"
    plan = draw.choice(("free", "pro", "enterprise"))
    day = f"{draw.randint(2022, 2025)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
    return {
        "user_id": f"{provider}|{identity}",
        "email": f"{handle}@{draw.choice(('mail.', ''))}{domain}",
        "email_verified": draw.random() < 0.8,
        "name": name,
        "given_name": given,
        "family_name": family,
        "nickname": handle,
        "phone_number": f"+4477{draw.randrange(10**8):08}",
        "created_at": f"{day}T08:00:00.000Z",
        "updated_at": "2026-01-01T00:00:00.000Z",
        **({"last_login": f"{day}T09:30:00.000Z"} if draw.random() < 0.7 else {}),
        "logins_count": draw.randrange(500),
        "blocked": draw.random() < 0.05,
        "identities": [
            {
                "connection": connection,
                "provider": provider,
                "user_id": identity,
                "isSocial": social,
            }
        ],
        "app_metadata": {"plan": plan, "seats": number % 50},
        "attributes": [
            "app_metadata",
            "app_metadata.plan",
            f"app_metadata.plan={plan}",
            "app_metadata.seats",
            f"app_metadata.seats={number % 50}",
        ],
        "event": {"id": f"evt_{number}", "type": "user.created", "time": f"{day}T08:00:00.000Z"},
        "indexed_at": "2026-01-01T00:00:00.000Z",
    }


def person(key: str, **fields: Any) -> dict[str, Any]:
    """A document of a user whose id and nickname are the key; of the rest what is given."""
    return {
        "user_id": f"auth0|{key}",
        "event": {"id": f"evt_{key}", "type": "user.created", "time": "2026-01-01T00:00:00Z"},
        "indexed_at": "2026-01-01T00:00:00Z",
        "nickname": key,
        **fields,
    }
