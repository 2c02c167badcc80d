"""The second step: six digits from an authenticator after the password, or a recovery code."""

from __future__ import annotations

import secrets
from datetime import datetime

import pyotp
from django.db import transaction

from comptant.ground.access.models import RecoveryCode, SecondStep
from comptant.ground.access.sealing import seal, unseal
from comptant.ground.firms.models import User, look_up_hash
from comptant.ground.refusals import Refusal

PERIOD = 30
EITHER_SIDE = 1
"""Periods by which a clock may be wrong, before and after."""
RECOVERY_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Those that nobody mistakes for others on paper."""
PURPOSE = "second step"


def is_asked(user: User) -> bool:
    """Whether the password of this person is not enough."""
    return SecondStep.objects.filter(user=user, confirmed_at__isnull=False).exists()


def begin(user: User, *, at: datetime) -> str:
    """A secret for the authenticator, in base 32. Not asked for until one of its codes confirms it.

    The same while it waits, so that the picture already scanned stays good. Raises Refusal second_step_on.
    """
    held = SecondStep.objects.filter(user=user).first()
    if held is not None and held.confirmed_at is not None:
        raise Refusal("second_step_on")
    if held is None:
        held, _ = SecondStep.objects.get_or_create(
            user=user, defaults={"secret": seal(pyotp.random_base32().encode(), PURPOSE), "begun_at": at}
        )
    return unseal(held.secret, PURPOSE).decode()


def address_for(user: User, secret: str) -> str:
    """The address that an authenticator reads from a picture (``otpauth://``)."""
    return pyotp.TOTP(secret, interval=PERIOD).provisioning_uri(name=user.email, issuer_name="Comptant")


@transaction.atomic
def confirm(user: User, code: str, *, at: datetime) -> list[str]:
    """The second step is on; its recovery codes come back, told once. Raises Refusal wrong_code, second_step_on."""
    held = SecondStep.objects.select_for_update().filter(user=user).first()
    if held is None:
        raise Refusal("wrong_code")
    if held.confirmed_at is not None:
        raise Refusal("second_step_on")
    _take(held, code, at)
    SecondStep.objects.filter(user=user).update(confirmed_at=at)
    return new_recovery_codes(user)


@transaction.atomic
def check(user: User, code: str, *, at: datetime) -> None:
    """The code is right, and is used up. Raises Refusal wrong_code, also for one that was used."""
    held = SecondStep.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
    if held is None:
        raise Refusal("wrong_code")
    typed = "".join(code.lower().split()).replace("-", "")
    if typed.isdecimal() and len(typed) == 6:
        _take(held, typed, at)
    elif not RecoveryCode.objects.filter(user=user, code_hash=_hash(user, typed), used_at=None).update(used_at=at):
        raise Refusal("wrong_code")


def _take(held: SecondStep, code: str, at: datetime) -> None:
    """Use up the code of a period that is newer than the last one taken."""
    totp = pyotp.TOTP(unseal(held.secret, PURPOSE).decode(), interval=PERIOD)
    typed = "".join(code.split())
    now = int(at.timestamp()) // PERIOD
    for counter in range(now - EITHER_SIDE, now + EITHER_SIDE + 1):
        if counter > held.last_counter and secrets.compare_digest(
            totp.generate_otp(counter), typed.encode("ascii", "replace").decode()
        ):
            SecondStep.objects.filter(user=held.user).update(last_counter=counter)
            return
    raise Refusal("wrong_code")


@transaction.atomic
def new_recovery_codes(user: User) -> list[str]:
    """Ten codes, told this once; those before are void."""
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code_hash=_hash(user, code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def codes_left(user: User) -> int:
    """Recovery codes not used yet."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


@transaction.atomic
def end(user: User) -> None:
    """The password is enough again; recovery codes are void."""
    RecoveryCode.objects.filter(user=user).delete()
    SecondStep.objects.filter(user=user).delete()


def _hash(user: User, code: str) -> bytes:
    return look_up_hash("recovery", f"{user.pk}:{code}")
