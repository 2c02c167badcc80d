"""Collects every message of the sources, updates the French catalogues, and says what is missing.

    python tools/messages.py            update the .po files (new messages empty, gone ones removed)
    python tools/messages.py --check    change nothing; exit 1 when a message has no French, or is badly spaced

English is written in the sources: its catalogue has only a header. French of Québec holds what differs from France.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
import polib

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src" / "comptant"
LOCALE = SOURCES / "locale"
SIMPLE = {"_", "_now", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
FIELD = re.compile(r"\{(\w+)\}|%\((\w+)\)s")

Message = tuple[str, str, str]
"""Context, singular, plural."""


def of_python(path: Path) -> Iterator[Message]:
    """Messages given as literals to gettext and its kin."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute))):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        texts = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if name in SIMPLE and texts:
            yield "", texts[0], ""
        elif name in PLURAL and len(texts) >= 2:
            yield "", texts[0], texts[1]
        elif name in CONTEXT and len(texts) >= 2:
            yield texts[0], texts[1], ""


def of_template(path: Path) -> Iterator[Message]:
    """Messages of the translate and blocktranslate tags, as Django itself parses them."""
    from django.template import engines
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    template = engines["django"].from_string(path.read_text("utf-8")).template
    for node in template.nodelist.get_nodes_by_type(TranslateNode):
        variable = node.filter_expression.var
        context = str(node.message_context.var) if node.message_context else ""
        text = str(getattr(variable, "literal", variable)).strip("\"'")
        yield context, text.replace("%", "%%"), ""  # Django doubles them before it looks the text up
    for node in template.nodelist.get_nodes_by_type(BlockTranslateNode):
        texts = [node.render_token_list(part)[0] if part else "" for part in (node.singular, node.plural)]
        yield "", *[" ".join(text.split()) if node.trimmed else text for text in texts]


def all_messages() -> dict[Message, list[str]]:
    """Every message with the files it is in, in order of files."""
    found: dict[Message, list[str]] = {}
    for path in sorted((*SOURCES.rglob("*.py"), *SOURCES.rglob("templates/**/*.html"))):
        where = path.relative_to(ROOT).as_posix()
        for message in of_python(path) if path.suffix == ".py" else of_template(path):
            found.setdefault(message, [])
            if where not in found[message]:
                found[message].append(where)
    return found


def catalogue(language: str) -> polib.POFile:
    """The language's catalogue; a new one when there is none."""
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    if path.exists():
        return polib.pofile(str(path), wrapwidth=118)
    path.parent.mkdir(parents=True, exist_ok=True)
    made = polib.POFile(wrapwidth=118)
    made.fpath = str(path)
    plural = "n != 1" if language == "en" else "n > 1"
    made.metadata = {
        "Language": language, "MIME-Version": "1.0", "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit", "Plural-Forms": f"nplurals=2; plural=({plural});",
    }  # fmt: skip
    return made


def key(entry: polib.POEntry) -> Message:
    """What tells an entry from the others."""
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def update(found: dict[Message, list[str]]) -> None:
    """French gets every message; French of Québec loses those that are gone."""
    french = catalogue("fr")
    known = {key(entry): entry for entry in french}
    french.clear()
    for message, files in found.items():
        context, singular, plural = message
        entry = known.get(message) or polib.POEntry(
            msgctxt=context or None, msgid=singular, msgid_plural=plural,
            msgstr="", msgstr_plural={0: "", 1: ""} if plural else {},
        )  # fmt: skip
        entry.occurrences = [(file, "") for file in files]
        french.append(entry)
    french.save()
    quebec = catalogue("fr_CA")
    for entry in [entry for entry in quebec if key(entry) not in found]:
        quebec.remove(entry)
    known_there = {key(entry) for entry in quebec}
    quebec.extend(respaced(entry) for entry in french if key(entry) not in known_there and needs_respacing(entry))
    quebec.save()
    catalogue("en").save()


def needs_respacing(entry: polib.POEntry) -> bool:
    """Whether Québec, which writes no space before ``; ! ?``, needs a text of its own for the spaces alone."""
    from comptant.ground.web.typography import typo

    return any(typo(text, "fr-ca") != text for text in texts(entry))


def respaced(entry: polib.POEntry) -> polib.POEntry:
    """The same French with the spaces of Québec."""
    from comptant.ground.web.typography import typo

    made = polib.POEntry(msgctxt=entry.msgctxt, msgid=entry.msgid, msgid_plural=entry.msgid_plural)
    made.msgstr = typo(entry.msgstr, "fr-ca")
    made.msgstr_plural = {number: typo(text, "fr-ca") for number, text in entry.msgstr_plural.items()}
    return made


def texts(entry: polib.POEntry) -> list[str]:
    """Its translations: one, or the singular and the plural."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def complaints(found: dict[Message, list[str]]) -> Iterator[str]:
    """What is missing, gone, badly spaced, or names a field the message does not have."""
    french = {key(entry): entry for entry in catalogue("fr")}
    quebec = {key(entry) for entry in catalogue("fr_CA")}
    for message, files in found.items():
        if message not in french or not all(texts(french[message])):
            yield f"no French for {message[1]!r} ({files[0]}): run tools/messages.py, then write it in locale/fr"
        elif message not in quebec and needs_respacing(french[message]):
            yield f"fr_CA: {message[1]!r} needs the spaces of Québec: run tools/messages.py"
    for language, code in (("fr", "fr"), ("fr_CA", "fr-ca")):
        for entry in catalogue(language):
            if key(entry) not in found:
                yield f"{language}: nothing says {entry.msgid!r} any more: run tools/messages.py"
            yield from (f"{language}: {fault}" for fault in faults(entry, code))


def faults(entry: polib.POEntry, code: str) -> Iterator[str]:
    """Spaces that are not those of the language, and fields that nobody gives."""
    from comptant.ground.web.typography import typo

    given = fields(entry.msgid) | fields(entry.msgid_plural or "")
    for text in texts(entry):
        if typo(text, code) != text:
            yield f"the spaces of {text!r} should be {typo(text, code)!r}"
        if fields(text) - given:
            yield f"{text!r} names a field that {entry.msgid!r} does not have"


def fields(text: str) -> set[str]:
    """The named fields of a message."""
    return {name for pair in FIELD.findall(text) for name in pair if name}


def main() -> int:
    """Update, or check."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comptant.settings")
    sys.path.insert(0, str(ROOT / "src"))
    django.setup()
    found = all_messages()
    if "--check" not in sys.argv:
        update(found)
    problems = list(complaints(found))
    print("\n".join(problems[:40]) or f"{len(found)} messages, all of them in French")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
