"""What is kept must not be read from the tables alone: it is sealed with the installation's secret key."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from comptant.ground.refusals import Refusal


def seal(plain: bytes, purpose: str) -> bytes:
    """The bytes, unreadable without the secret key. AES-128-CBC and HMAC-SHA256, by a key of this purpose alone."""
    return _box(purpose).encrypt(plain)


def unseal(sealed: bytes | memoryview[int], purpose: str) -> bytes:
    """What was sealed. Raises Refusal sealed_elsewhere when it was with another secret key."""
    try:
        return _box(purpose).decrypt(bytes(sealed))
    except InvalidToken as error:
        raise Refusal("sealed_elsewhere") from error


def _box(purpose: str) -> Fernet:
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"comptant:{purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(key.derive(settings.SECRET_KEY.encode())))
