"""The sample history: ten steps, from sign-ups to a busy hour in any order; pure, data only.

Every time in it lies between four and one hours before the time given.
"""

import random
from typing import Final

from service.demo import people as who
from service.demo.busy_hour import busy_hour
from service.demo.chronicle import Chronicle
from service.demo.events import Message, of_tenant, user_event
from service.demo.story import Step, sent

_HOUR_US: Final = 3_600_000_000

_FIRST = (
    *(who.ANN_SMITH, who.ANNA_SMITH, who.ANNE_SMYTH, who.ANN_LEE, who.JOHN_SMITH, who.BOB_SMITH),
    *(who.JOSE, who.LUKASZ, who.SOREN, who.SIOBHAN, who.TARO, who.XIAOMING, who.MINJUN),
    *(who.LAYLA, who.DMITRI),
)


def history(now_us: int, seed: int) -> list[Step]:
    """The steps, in order. now_us: µs since the epoch. seed: of the busy hour's order."""
    return _History(now_us, random.Random(seed)).steps()  # noqa: S311 - a shuffle, no secret


class _History:
    def __init__(self, now_us: int, dice: random.Random) -> None:
        self._so_far = Chronicle((now_us - 3 * _HOUR_US) // _HOUR_US * _HOUR_US)
        self._dice = dice

    def steps(self) -> list[Step]:
        return [
            self._sign_ups(),
            self._three_deliveries(),
            self._overtaken(),
            self._old_news(),
            self._one_second(),
            self._deleted(),
            self._back_again(),
            self._not_ours(),
            self._poison(),
            busy_hour(self._so_far, self._dice),
        ]

    def _sign_ups(self) -> Step:
        created = [self._so_far.created(person, minute) for minute, person in enumerate(_FIRST)]
        return Step(
            "Fifteen people sign up",
            "Each event is answered 204 only once it is on disk: from then on Auth0 may forget it.",
            tuple(sent(event.message) for event in created),
            leaves=tuple(created),
            counts={"applied": len(created)},
            confirms="A search finds {count} users, each with all that was sent",
            one_by_one=False,
            names=True,
        )

    def _three_deliveries(self) -> Step:
        verified = self._so_far.updated(
            who.ANN_SMITH, 20.0, "verifies her e-mail address", email_verified=True
        )
        return Step(
            "One change, delivered three times",
            "Auth0 delivers at least once: when an answer is late, it sends the event again.",
            (
                sent(verified.message),
                sent(verified.message, tells="the same again, byte for byte"),
                sent(verified.message, tells="the same again, formatted anew", spaced=True),
            ),
            leaves=(verified,),
            counts={"applied": 1, "duplicate": 2},
            shows={verified.user_id: ("email_verified",)},
        )

    def _overtaken(self) -> Step:
        created = self._so_far.created(who.ZOE, 21)
        married = self._so_far.updated(
            who.ZOE, 22.0, "marries: Zoë Müller-Lang", name="Zoë Müller-Lang"
        )
        return Step(
            "An update overtakes its creation",
            "Every event is a request of its own, and requests race. Written as they come, the "
            "creation would undo the update.",
            (sent(married.message), sent(created.message)),
            leaves=(married,),
            counts={"applied": 1, "stale": 1},
            shows={married.user_id: ("email",)},
        )

    def _old_news(self) -> Step:
        first = self._so_far.updated(who.JOSE, 24.0, "gets pepe@acme.com", email="pepe@acme.com")
        second = self._so_far.updated(
            who.JOSE, 26.0, "gets jose.pena@acme.com", email="jose.pena@acme.com"
        )
        return Step(
            "Old news",
            "The second of two changes arrives first. The first must not win by coming last.",
            (sent(second.message), sent(first.message)),
            leaves=(second,),
            counts={"applied": 1, "stale": 1},
            shows={second.user_id: ("email",)},
        )

    def _one_second(self) -> Step:
        tells = "is siobhan_ob, at :07.120"
        first = self._so_far.updated(who.SIOBHAN, 31 + 7.12 / 60, tells, username="siobhan_ob")
        tells = "is siobhan.ob, at :07.870"
        second = self._so_far.updated(who.SIOBHAN, 31 + 7.87 / 60, tells, username="siobhan.ob")
        return Step(
            "Two changes within one second",
            "An event's time has whole seconds. The profile's updated_at has more digits, and "
            "tells which of the two came last.",
            (sent(second.message), sent(first.message)),
            leaves=(second,),
            counts={"applied": 1, "stale": 1},
            shows={second.user_id: ("username",)},
        )

    def _deleted(self) -> Step:
        late = self._so_far.updated(
            who.BOB_SMITH, 35.0, "has another phone number", phone_number="+15550100043"
        )
        gone = self._so_far.deleted(who.BOB_SMITH, 36.0, "closes his account")
        return Step(
            "Deleted stays deleted",
            "OpenSearch forgets a deletion after a minute; then a late update brings the user "
            "back. So a tombstone stays: who, when, and nothing else. For the proof OpenSearch "
            "is told to forget at once (index.gc_deletes: 0).",
            (sent(gone.message), sent(late.message)),
            leaves=(gone,),
            counts={"applied": 1, "stale": 1},
            shows={gone.user_id: ()},
            gc_deletes="0s",
        )

    def _back_again(self) -> Step:
        gone = self._so_far.deleted(who.TARO, 40.0, "closes his account")
        back = self._so_far.created(who.TARO, 41, "is back, by the same Google account")
        return Step(
            "Gone, and back again",
            "Whoever returns by a Google account has the same user_id as before. The deletion "
            "comes late, and must not take the new account with it.",
            (sent(back.message), sent(gone.message)),
            leaves=(back,),
            counts={"applied": 1, "stale": 1},
            shows={back.user_id: ("created_at",)},
        )

    def _not_ours(self) -> Step:
        at_us = self._so_far.at(45.0)
        ann = self._so_far.latest(who.ANN_SMITH)
        tells = "Ann’s user_id, in acme-staging"
        staged = who.ANN_SMITH.with_profile(name="Staged Ann")
        elsewhere = of_tenant(user_event("updated", staged, at_us, tells, at_us), "acme-staging")
        organization = {"id": "org_9ZsUqYpWb2LxTnKd", "name": "acme-sales"}
        tells = "an organization, not a user"
        test = Message("user.created", at_us, "a test from Auth0’s dashboard", {}, purpose="test")
        return Step(
            "Not for this index",
            "All three are authentic, so Auth0 gets its 204: a 4XX it never sends again, and "
            "errors make it give up the stream. They are counted, and go nowhere.",
            (
                sent(Message("organization.created", at_us, tells, organization)),
                sent(test),
                sent(elsewhere),
            ),
            leaves=(ann,),
            counts={"ignored": 1, "test": 1, "refused": 1},
            shows={ann.user_id: ("event.tenant",)},
        )

    def _poison(self) -> Step:
        eleni, kai = self._so_far.created(who.ELENI, 50), self._so_far.created(who.KAI, 51)
        year_2099_us = 4_070_908_800_000_000
        bomb = user_event(
            "updated",
            who.ANNA_SMITH,
            year_2099_us,
            "Anna Smith, as she will be",
            self._so_far.at(0),
        )
        return Step(
            "Poison in a batch",
            "One event of three claims to be from the year 2099: once indexed, it would outrank "
            "every change until then. Nor may it harm its neighbours.",
            (sent(eleni.message, bomb.message, kai.message),),
            leaves=(eleni, kai, self._so_far.latest(who.ANNA_SMITH)),
            counts={"applied": 2, "dead_letters": 1},
            shows={eleni.user_id: ("email",), kai.user_id: ("phone_number",)},
        )
