"""Addresses of this place: those below ``/f/<ref>/``, and those of who signs in."""

from __future__ import annotations

from django.urls import URLPattern, path

from comptant.doors.web.account import (
    account_page,
    keys_page,
    passkey_pages,
    search_page,
    second_step_page,
    settings_firm,
    settings_people,
    settings_rules,
)
from comptant.ground.web.roles import OWNING, READING, only

reads, owns = only(READING), only(OWNING)

of_firm: list[URLPattern] = [
    path("search/", reads(search_page.search), name="search"),
    path("keys/", reads(keys_page.keys), name="keys"),
    path("settings/", owns(settings_firm.identity), name="settings"),
    path("settings/stages/", owns(settings_rules.stages), name="settings-stages"),
    path("settings/stages/<str:stage_key>/", owns(settings_rules.stage), name="settings-stage"),
    path("settings/closures/", owns(settings_rules.closures), name="settings-closures"),
    path("settings/reminders/", owns(settings_rules.reminders), name="settings-reminders"),
    path("settings/bank/", owns(settings_rules.bank), name="settings-bank"),
    path("settings/team/", owns(settings_people.team), name="settings-team"),
    path("settings/team/<uuid:member_id>/role/", owns(settings_people.role), name="settings-role"),
    path("settings/team/<uuid:member_id>/leaving/", owns(settings_people.leaving), name="settings-leaving"),
    path("settings/invitations/", owns(settings_people.invitations), name="settings-invitations"),
    path(
        "settings/invitations/<uuid:invitation_id>/withdrawal/", owns(settings_people.withdrawal),
        name="settings-withdrawal",
    ),
    path("settings/tokens/", owns(settings_people.tokens), name="settings-tokens"),
    path(
        "settings/tokens/<uuid:token_id>/revocation/", owns(settings_people.revocation),
        name="settings-token-revocation",
    ),
]  # fmt: skip

of_person: list[URLPattern] = [
    path("login/code/", second_step_page.code, name="second-step"),
    path("login/passkey/", passkey_pages.passkey_answer, name="passkey-answer"),
    path("login/passkey/question/", passkey_pages.passkey_question, name="passkey-question"),
    path("account/", account_page.account, name="account"),
    path("account/password/", account_page.password, name="own-password"),
    path("account/second-step/", second_step_page.second_steps, name="own-second-step"),
    path("account/second-step/removal/", second_step_page.removal, name="own-second-step-removal"),
    path("account/recovery-codes/", second_step_page.recovery_codes, name="own-recovery-codes"),
    path("account/passkeys/", passkey_pages.own_passkeys, name="own-passkeys"),
    path("account/passkeys/new/", passkey_pages.new_passkey, name="own-passkey-new"),
    path("account/passkeys/<uuid:passkey_id>/removal/", passkey_pages.passkey_removal, name="own-passkey-removal"),
]
