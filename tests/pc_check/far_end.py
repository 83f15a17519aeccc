"""What stands at the other end in these tests: a TLS server with a certificate of our choice, and a
proxy that remembers whom it was asked for."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate_file(folder: Path, days: int) -> Path:
    """Key and certificate of 127.0.0.1 in PEM, ending in so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "far end")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + made.public_bytes(serialization.Encoding.PEM)
    file = folder / f"far-end-{days}.pem"
    file.write_bytes(pem)
    return file


class Door:
    """Takes connections on 127.0.0.1 until the end of the block; `deal` handles each."""

    def __init__(self, deal: Callable[[socket.socket], None]) -> None:
        self._deal = deal
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self.port = self._listener.getsockname()[1]
        self._open = True
        self._thread = threading.Thread(target=self._serve, name="far-end")

    def __enter__(self) -> Door:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._open = False
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while self._open:
            try:
                connection, _address = self._listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(5)
                try:
                    self._deal(connection)
                except OSError:
                    continue


def tls_server(certificate: Path) -> Door:
    """Shakes hands and says no more."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def deal(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1)

    return Door(deal)


def proxy(asked: list[str]) -> Door:
    """Notes the first line of each request, and lets nobody through."""

    def deal(connection: socket.socket) -> None:
        line = connection.recv(4096).split(b"\r\n")[0].decode("ascii", "replace")
        if line:
            asked.append(line)
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    return Door(deal)
