"""Passkeys (WebAuthn): a challenge goes out, what a device signed comes back. A key is password and second step in one.

The library checks challenge, site, signature and counter; here is what is asked for and what is kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import webauthn
from django.db import transaction
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from comptant.ground.access.models import Passkey
from comptant.ground.firms.models import User, look_up_hash
from comptant.ground.refusals import Refusal

MOST = 20
"""Keys of one person."""
VERIFIED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class Site:
    """Whom a key is for: the name of the site, and where its pages come from."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser is handed, and the challenge its answer must bear."""

    options: dict[str, Any]
    challenge: str


def ask_for_a_new_key(user: User, site: Site) -> Asked:
    """What a device needs to make a key. Raises Refusal too_many_passkeys."""
    known = list(Passkey.objects.filter(user=user).values_list("credential_id", flat=True))
    if len(known) >= MOST:
        raise Refusal("too_many_passkeys", most=MOST)
    return _asked(
        webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name="Comptant",
            user_id=look_up_hash("passkey", str(user.pk)),
            user_name=user.email,
            user_display_name=str(user),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=bytes(one)) for one in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
            ),
        )
    )


def ask_who_it_is(site: Site) -> Asked:
    """What a device needs to say whose key it holds."""
    return _asked(webauthn.generate_authentication_options(rp_id=site.host, user_verification=VERIFIED))


def _asked(options: Any) -> Asked:
    said = json.loads(options_to_json(options))
    return Asked(said, said["challenge"])


def add(user: User, answer: dict[str, Any], name: str, challenge: str, site: Site, *, at: datetime) -> Passkey:
    """The key that the device has made is the person's. Raises Refusal passkey_refused."""
    try:
        made = webauthn.verify_registration_response(
            credential=answer, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=site.host,
            expected_origin=site.origin, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal("passkey_refused") from error
    if Passkey.objects.filter(credential_id=made.credential_id).exists():
        raise Refusal("passkey_refused")
    return Passkey.objects.create(
        user=user, name=name, credential_id=made.credential_id, public_key=made.credential_public_key,
        sign_count=made.sign_count, made_at=at,
    )  # fmt: skip


@transaction.atomic
def who_is_it(answer: dict[str, Any], challenge: str, site: Site, *, at: datetime) -> User:
    """Whose key signed the challenge. Raises Refusal passkey_refused, also for a key that was removed."""
    try:
        credential_id = base64url_to_bytes(str(answer["id"]))
        keys = Passkey.objects.select_for_update(of=("self",)).select_related("user")
        key = keys.filter(credential_id=credential_id).first()
        if key is None or not key.user.is_active:
            raise Refusal("passkey_refused")
        seen = webauthn.verify_authentication_response(
            credential=answer, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=site.host,
            expected_origin=site.origin, credential_public_key=bytes(key.public_key),
            credential_current_sign_count=key.sign_count, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal("passkey_refused") from error
    Passkey.objects.filter(id=key.id).update(sign_count=seen.new_sign_count, used_at=at)
    return key.user
