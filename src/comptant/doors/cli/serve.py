"""Start Comptant: database, tables, pages and nightly work, until Ctrl-C."""

from __future__ import annotations

import argparse
import errno
import logging
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from comptant.doors.cli import readiness
from comptant.ground.database.embedded import Embedded
from comptant.ground.database.failures import Unable
from comptant.ground.database.place import is_embedded

NEEDS = "nothing"
log = logging.getLogger("comptant.serve")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and with how many processes."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
    parser.add_argument(
        "--workers", type=int, default=min(4, os.cpu_count() or 1), help="processes that answer (default: %(default)s)"
    )
    parser.add_argument(
        "--no-demo", action="store_true", help="do not create the demonstration firm at the first start"
    )
    parser.add_argument("--no-work", action="store_true", help="leave the nightly work to “comptant work”")
    parser.add_argument("--reload", action="store_true", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Everything in its order, and everything stopped in the reverse order."""
    refuse_taken_port(options.host, options.port)
    with ExitStack() as stack:
        server = stack.enter_context(readiness.database())
        readiness.ensure_tables()
        sign_in = None if options.no_demo else first_demonstration()
        if server is not None:
            stack.enter_context(kept_alive(server))
        if not options.no_work:
            stack.enter_context(working())
        say_where(options, sign_in)
        answer_requests(options)
    print(_("Comptant has stopped."))
    return 0


def refuse_taken_port(host: str, port: int) -> None:
    """Raises Unable when we could not listen there: better said before anything starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Unable("port_taken", host=host, port=port, other=port + 1) from error
            raise Unable("port_refused", host=host, port=port, reason=error.strerror) from error
        except OverflowError as error:
            raise Unable("port_refused", host=host, port=port, reason="0-65535") from error


def first_demonstration() -> tuple[str, str] | None:
    """In an empty data folder, the demonstration firm: how to sign in to it. Otherwise None."""
    from comptant.ground.firms.queries import OPERATOR, memberships_of

    if not is_embedded() or memberships_of(OPERATOR):
        return None
    from comptant.doors.demo import create_demo

    print(_("First start: creating the demonstration firm."), flush=True)
    return create_demo()


def say_where(options: argparse.Namespace, sign_in: tuple[str, str] | None) -> None:
    """The address; on the first start how to sign in; until someone has an account, the link that makes it."""
    from comptant.doors import founding

    host = "localhost" if options.host in ("127.0.0.1", "0.0.0.0", "::", "::1") else options.host  # noqa: S104
    print(_("Comptant answers at http://{host}:{port}/").format(host=host, port=options.port))
    if sign_in:
        print(_("Sign in as {email} with the password {password}").format(email=sign_in[0], password=sign_in[1]))
    if founding.is_house_open():
        link = f"http://{host}:{options.port}/welcome/{founding.first_account_key()}/"
        print(_("Your own account, good for two days: {link}").format(link=link))
    if not settings.SMTP_URL:
        print(_("No mail server is set (COMPTANT_SMTP_URL): letters wait in the outbox."))
    print(_("Press Ctrl-C to stop."), flush=True)


def answer_requests(options: argparse.Namespace) -> None:
    """Until Ctrl-C or SIGTERM."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    # Spawned, not forked: a child must inherit neither our locks nor our connections.
    multiprocessing.set_start_method("spawn", force=True)
    web = Granian(
        "comptant.doors.cli.answering:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=max(1, options.workers),
        blocking_threads=settings.WEB_THREADS,
        blocking_threads_idle_timeout=600,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
        log_level=LogLevels.error,
        log_dictconfig={"disable_existing_loggers": False},
        reload=options.reload,
        reload_paths=[Path(settings.STATIC_ROOT).parent] if options.reload else None,
        reload_ignore_worker_failure=True,
    )
    # A closed terminal stops us too; the server takes SIGHUP for a wish to reload.
    web.on_startup(lambda: signal.signal(signal.SIGHUP, web.signal_handler_interrupt))
    try:
        web.serve()
    except SystemExit as stop:
        if stop.code:
            log.error("the web server stopped by itself, code %s", stop.code)
            raise Unable("unexpected", log=settings.LOG_FOLDER / "comptant.log") from stop


@contextmanager
def working() -> Iterator[None]:
    """The nightly work in a process of its own, which follows us and is started again should it fall."""
    command = [sys.executable, "-m", "comptant", "work", "--follow", str(os.getpid())]
    done = threading.Event()
    child: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not done.is_set():
            child[:] = [subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)]
            while child[0].poll() is None and not done.wait(0.5):
                pass
            done.wait(10)

    keeper = threading.Thread(target=keep, name="working", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join(5)
        for process in child:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def kept_alive(server: Embedded) -> Iterator[None]:
    """Bring the embedded database back when it is killed under our feet."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(1):
            try:
                if server.ensure():
                    log.error("the database had died and was started again")
            except Unable as failure:
                log.error("the database has died and cannot be started: %s %s", failure.code, failure.facts)

    watcher = threading.Thread(target=watch, name="database", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join(30)
