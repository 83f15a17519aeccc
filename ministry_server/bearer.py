"""Who asks with a token: `Authorization: Bearer TOKEN`."""

from __future__ import annotations

from ministry_server.questions import refusal
from ministry_server.throttle import Throttle
from ministry_server.tokens import Token, TokenRole, Tokens


class Doorkeeper:
    """Lets in who holds a good token of one of the roles."""

    def __init__(self, tokens: Tokens, throttle: Throttle, roles: tuple[TokenRole, ...]) -> None:
        self._tokens = tokens
        self._throttle = throttle
        self._roles = roles

    def recognise(self, authorization: str, address: str, now: int) -> Token:
        """The token. Raises Refusal(401, 403), and Refusal(429) for who guesses."""
        scheme, _, secret = authorization.partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not secret:
            raise refusal(401, "token.missing")
        found = self._tokens.recognise(secret)
        if found is not None and not found.revoked:
            # Whoever guesses from the same address does not lock this one out.
            if found.role not in self._roles:
                raise refusal(403, "token.other_role")
            return found
        self._throttle.check(address, now)
        self._throttle.count(address, now)
        raise refusal(403, "token.revoked") if found else refusal(401, "token.wrong")
