"""The keys, listed: what ``?`` opens."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comptant.doors.web.shell import shell
from comptant.ground.web.answer import answer
from comptant.ground.web.request import MemberRequest


@require_safe
def keys(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET lists what each key does, and where; design section 8."""
    surroundings = shell(request, "keys")
    context = {
        "shell": surroundings,
        "title": _("Keys"),
        "dialog": "account/_keys_dialog.html",
        "groups": listed(),
        "going": [(link.letter.upper(), link.name) for link in surroundings.places if link.letter],
    }
    return answer(request, "account/_keys_dialog.html", context, page="web/dialog.html")


def listed() -> list[tuple[str, list[tuple[list[str], str]]]]:
    """Where, then the keys and what they do there."""
    return [
        (_("Everywhere"), [
            (["/"], _("search or act")),
            (["Ctrl", "K"], _("search or act, also while writing")),
            (["?"], _("list the keys")),
            (["Ctrl", _("Enter")], _("send the form one is writing in")),
            (["Esc"], _("close")),
        ]),
        (_("In lists"), [
            (["J"], _("next")),
            (["K"], _("previous")),
            ([_("Enter")], _("do the main action")),
        ]),
        (_("Today"), [(["R"], _("postpone"))]),
        (_("Pipeline"), [
            (["A"], _("the client answered")),
            (["M"], _("the stages")),
            (["C"], _("close")),
            ([_("Space")], _("pick up a card, then arrows to move it, Enter to drop it, Esc to put it back")),
        ]),
        (_("Bank"), [
            (["↑", "↓"], _("line")),
            (["1", "4"], _("proposal")),
            ([_("Enter")], _("accept and go to the next")),
            (["F"], _("another invoice")),
            (["R"], _("split")),
            (["X"], _("not a client")),
            (["U"], _("undo")),
        ]),
    ]  # fmt: skip
