"""Who may ask: TLS, client certificates, and a token."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import NoReturn

import grpc

from posenet3d.errors import ConfigError
from posenet3d.serving.config import ServerConfig


def read(path: str, what: str) -> bytes:
    """The content of a file of certificates, a key or a token.

    Raises:
      ConfigError: If it cannot be read, or is empty.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"{what}: cannot read {path}: {error.strerror}.") from error
    if not content.strip():
        raise ConfigError(f"{what}: {path} is empty.")
    return content


def token_of(config: ServerConfig) -> bytes | None:
    """The token that clients must send; None: they need none.

    Raises:
      ConfigError: If its file cannot be read, or holds what no header can.
    """
    if not config.token_file:
        return None
    token = read(config.token_file, "token_file").strip()
    if not (token.isascii() and token.decode().isprintable()):
        raise ConfigError(f"token_file: {config.token_file} must hold printable ASCII alone.")
    return token


def server_credentials(config: ServerConfig) -> grpc.ServerCredentials | None:
    """The server's certificate, and whether clients must show theirs; None: no encryption.

    Raises:
      ConfigError: If a file cannot be read or is none of the kind.
    """
    if not config.tls_certificate:
        return None
    key = read(config.tls_key, "tls_key")
    certificate = read(config.tls_certificate, "tls_certificate")
    authority = read(config.tls_client_ca, "tls_client_ca") if config.tls_client_ca else None
    for what, content in (("tls_key", key), ("tls_certificate", certificate)):
        if b"-----BEGIN" not in content:
            raise ConfigError(f"{what}: {getattr(config, what)} is not a PEM file.")
    return grpc.ssl_server_credentials(
        [(key, certificate)], authority, require_client_auth=authority is not None
    )


def tls_context(config: ServerConfig) -> ssl.SSLContext | None:
    """The same for HTTP.

    Raises:
      ConfigError: If a file is none of the kind, or certificate and key do not fit.
    """
    if server_credentials(config) is None:
        return None

    def refuse() -> NoReturn:  # else OpenSSL asks on the terminal
        raise ConfigError(f"tls_key: {config.tls_key} is encrypted; give a key without password.")

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(config.tls_certificate, config.tls_key, refuse)
        if config.tls_client_ca:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(config.tls_client_ca)
    except ssl.SSLError as error:
        raise ConfigError(
            f"The certificate {config.tls_certificate}, its key or tls_client_ca is damaged, or "
            f"they do not fit: {error.reason}."
        ) from error
    return context
