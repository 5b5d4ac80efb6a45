"""Keys derived from the one master secret, and sealing of small secrets at rest."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE: Final = 12


class UnsealError(Exception):
    """Sealed bytes were made with another key or were changed."""


class Keyring:
    """Derives a key per purpose (HKDF-SHA256, RFC 5869) from the master secret."""

    def __init__(self, master: str) -> None:
        self._master = master.encode()

    def key(self, purpose: str, size: int = 32) -> bytes:
        """The key of a purpose; the same every time."""
        return HKDF(algorithm=SHA256(), length=size, salt=b"kerben", info=purpose.encode()).derive(self._master)

    def signing_key(self, purpose: str) -> Ed25519PrivateKey:
        """An Ed25519 key of a purpose."""
        return Ed25519PrivateKey.from_private_bytes(self.key(purpose))

    def mac(self, purpose: str, text: str, size: int = 16) -> str:
        """A short hex tag that proves a text came from us."""
        return hmac.new(self.key(purpose), text.encode(), hashlib.sha256).hexdigest()[: size * 2]

    def seal(self, purpose: str, plain: bytes) -> bytes:
        """Encrypt a small secret (AES-256-GCM) for storage."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self.key(purpose)).encrypt(nonce, plain, None)

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        """Decrypt what `seal` made; UnsealError when it is not ours."""
        try:
            return AESGCM(self.key(purpose)).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except InvalidTag as error:
            raise UnsealError("sealed with another key") from error


def token_hash(token: str) -> bytes:
    """What is stored of a random token: SHA-256, enough because the token itself is random and long."""
    return hashlib.sha256(token.encode()).digest()
