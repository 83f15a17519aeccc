"""Directly to the ministry's server over HTTPS.

`requests` with the certificates of the operating system (truststore) and its proxies; the address
is pinned and no redirect is followed. Imported only when first used: it costs 64 ms.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from operator_app import __version__
from operator_app.domain.policy import DIRECT
from operator_app.domain.server_url import is_loopback, read_server_url
from operator_app.errors import BadInput, Fault, NetworkProblem
from operator_app.sync.carriers.base import MOST_ANSWER_BYTES, Answer

if TYPE_CHECKING:
    import requests

CONNECT_SECONDS = 10.0
READ_SECONDS = 25.0
SLOWEST_BYTES_PER_SECOND = 5_000
SPARE = 1.5
KEPT_HEADERS = ("content-type", "content-range", "retry-after", "date", "etag")
NOT_MODIFIED = 304


class HttpExchange:
    """One keep-alive session to one address: requests out, whole answers or one NetworkProblem back."""

    def __init__(
        self,
        address: str,
        open_session: Callable[[], requests.Session],
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        """`open_session` is called before the first request, and again after `close`."""
        self._address = address
        self._open_session = open_session
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._session: requests.Session | None = None

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        etag: str = "",
        headers: Mapping[str, str] | None = None,
        kept: Sequence[str] = KEPT_HEADERS,
    ) -> Answer:
        """Send and wait. `kept`: the headers of the answer that are wanted, in lower case.

        The whole answer must be there within the time its size allows. Raises as `Carrier` says.
        """
        import requests
        import urllib3

        session = self._session = self._session or self._open_session()
        given = {**(headers or {}), **({"Content-Type": "application/json"} if body else {})}
        if etag:
            given["If-None-Match"] = etag
        patience = self._patience(len(body))
        try:
            with session.request(
                method,
                self._address + path,
                data=body or None,
                headers=given,
                timeout=(self._connect_seconds, patience),
                allow_redirects=False,
                stream=True,
            ) as response:
                found = {k: response.headers[k] for k in kept if k in response.headers}
                if response.is_redirect or response.status_code == NOT_MODIFIED:
                    # Not followed; and what is not modified has no body, nor a length of one.
                    return Answer(response.status_code, found)
                content = self._read(response, patience)
                return Answer(response.status_code, found, content)
        except requests.exceptions.ProxyError as error:
            raise NetworkProblem("net.proxy") from error
        except requests.exceptions.SSLError as error:
            raise NetworkProblem(_tls_code(error)) from error
        except requests.exceptions.Timeout as error:
            connecting = isinstance(error, requests.exceptions.ConnectTimeout)
            raise NetworkProblem("net.unreachable" if connecting else "net.timeout") from error
        except requests.exceptions.ConnectionError as error:
            raise NetworkProblem(_connection_code(error)) from error
        except urllib3.exceptions.ReadTimeoutError as error:
            raise NetworkProblem("net.timeout") from error
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            raise NetworkProblem("net.cut") from error

    def close(self) -> None:
        """Close the session's connections."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _patience(self, size: int) -> float:
        return self._read_seconds + SPARE * size / SLOWEST_BYTES_PER_SECOND

    def _read(self, response: requests.Response, patience: float) -> bytes:
        # A read timeout is per piece; a server that drips bytes must not hold us for ever.
        begun = time.monotonic()
        content = bytearray()
        while piece := response.raw.read1(65_536, decode_content=False):
            content += piece
            if len(content) > MOST_ANSWER_BYTES:
                raise NetworkProblem("net.answer_too_large")
            if time.monotonic() - begun > patience + self._patience(len(content)):
                raise NetworkProblem("net.timeout")
        # Without a length and without content it was cut before or inside the headers.
        announced = response.headers.get("Content-Length", str(len(content) or "none"))
        if announced != str(len(content)):
            raise NetworkProblem("net.cut")
        return bytes(content)


class HttpsCarrier:
    """Straight to the ministry's server."""

    name = "https"

    def __init__(
        self,
        url: str,
        *,
        proxy: str = "",
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        """`proxy`: "http://host:port", "direct" for none, "" for the system's.

        Raises BadInput("server.url_wrong"). Does not connect yet.
        """
        address = read_server_url(url)
        if address is None:
            raise BadInput("server.url_wrong", [Fault("server_url", "server.url_wrong")])
        self._way = HttpExchange(
            address,
            lambda: trusting_session(address, proxy),
            connect_seconds=connect_seconds,
            read_seconds=read_seconds,
        )

    def exchange(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        etag: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """See Carrier."""
        return self._way.send(method, path, body, etag=etag, headers=headers)

    def close(self) -> None:
        """Close the connections."""
        self._way.close()


def plain_session() -> requests.Session:
    """A session that sends our headers and no password of a .netrc file."""
    import requests

    session = requests.Session()
    session.headers.clear()
    session.headers.update(
        {
            "User-Agent": f"117-operator/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
    )
    # An authentication of our own that does nothing: else a .netrc file would be consulted.
    session.auth = lambda request: request
    return session


def trusting_context() -> ssl.SSLContext:
    """Certificates as the operating system judges them."""
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def system_proxy(url: str) -> str:
    """The proxy that the system says for an address, as "http://host:port"; "" for none.

    A password in it is left out.
    """
    from requests.utils import get_environ_proxies, select_proxy

    found = select_proxy(url, get_environ_proxies(url))
    parts = urlsplit(found if "://" in (found or "") else f"http://{found}") if found else None
    try:
        return f"http://{parts.hostname}:{parts.port or 80}" if parts and parts.hostname else ""
    except ValueError:
        return ""


def trusting_session(url: str, proxy: str = "", *, past_proxies: bool = False) -> requests.Session:
    """A session that trusts whom the system trusts. It goes through `proxy`, or through what the
    system says where there is none, or `past_proxies`."""
    from requests.adapters import HTTPAdapter

    class SystemTrust(HTTPAdapter):
        """Certificates as the operating system judges them; no bundle of our own is added."""

        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            """Every direct connection uses the system's judgement."""
            super().init_poolmanager(*args, **kwargs, ssl_context=trusting_context())

        def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
            """So does every connection through a proxy."""
            return super().proxy_manager_for(proxy, **kwargs, ssl_context=trusting_context())

        def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
            """Leave out the bundle that `requests` would add to what the system trusts."""
            conn.cert_reqs = "CERT_REQUIRED"

    session = plain_session()
    near = is_loopback(urlsplit(url).hostname or "")
    if near or past_proxies:
        session.trust_env = False
    if not near:
        session.mount("https://", SystemTrust())
        if proxy:
            # What the environment says would stand above ours.
            session.trust_env = False
            session.proxies = {} if proxy == DIRECT else {"http": proxy, "https": proxy}
    return session


def _tls_code(error: BaseException) -> str:
    words = str(error).lower()
    return "net.certificate_time" if "expired" in words or "not yet valid" in words else "net.tls"


def _connection_code(error: BaseException) -> str:
    import urllib3

    cause: Any = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    never_connected = (
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
    )
    if isinstance(reason, never_connected):
        return "net.unreachable"
    if isinstance(reason, urllib3.exceptions.ReadTimeoutError):
        return "net.timeout"
    return "net.cut"
