"""A PostgreSQL for tests: the one that OPERATOR117_TEST_POSTGRES names, else one of our own in a
temporary folder, on loopback, gone at the end. `missing()` says why there is none.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from build.postgres import account, programs

VARIABLE = "OPERATOR117_TEST_POSTGRES"
_SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
# A test that is interrupted loses nothing worth keeping.
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
shared_buffers = 64MB
"""


def missing() -> str:
    """Why there is no PostgreSQL here; "" when there is."""
    if os.environ.get(VARIABLE) or programs() is not None:
        return ""
    return f"no PostgreSQL: neither its programs are here nor {VARIABLE} is set"


@contextmanager
def cluster() -> Iterator[URL]:
    """The address of a server on which databases may be made."""
    if given := os.environ.get(VARIABLE):
        yield make_url(given)
        return
    found = programs()
    assert found is not None
    # Not below pytest's own folder: that is closed to the account the server runs under.
    folder = Path(tempfile.mkdtemp(prefix="operator117-postgres-"))
    owner = account()
    if owner:
        shutil.chown(folder, owner)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [found / program, *arguments],
            check=True,
            user=owner,
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )

    try:
        run("initdb", "-D", str(data), "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync")
        port = _free_port()
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS.format(port=port))
        run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "-t", "60", "start")
        try:
            yield URL.create(
                "postgresql+psycopg",
                username="test",
                host="127.0.0.1",
                port=port,
                database="postgres",
            )
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server: URL) -> URL:
    """The URL of a new, empty database."""
    name = f"test_{uuid.uuid4().hex}"
    _run(server, f'CREATE DATABASE "{name}"')
    return server.set(database=name)


def drop_database(server: URL, url: URL) -> None:
    """What was in it is gone."""
    _run(server, f'DROP DATABASE "{url.database}" WITH (FORCE)')


def clear_database(url: URL) -> None:
    """Empty it: much quicker than another one."""
    _run(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")


def _run(server: URL, statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for statement in statements.split("; "):
            connection.execute(text(statement))
    engine.dispose()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
