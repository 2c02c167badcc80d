"""The addresses of the web door. They are nouns; what is below ``/f/<ref>/`` is a firm's, and says whom it is for."""

from __future__ import annotations

from django.urls import include, path

from comptant.doors.web import (
    client_page,
    deals_page,
    entrance,
    founding_page,
    imports_page,
    joining_page,
    path_page,
    reminder_page,
    start_page,
)
from comptant.doors.web.account import urls as account
from comptant.doors.web.bank import urls as bank
from comptant.doors.web.clients import urls as clients
from comptant.doors.web.invoicing import urls as invoicing
from comptant.doors.web.offers import urls as offers
from comptant.doors.web.pipeline import deal_page
from comptant.doors.web.pipeline import urls as pipeline
from comptant.doors.web.today import firms_page
from comptant.doors.web.today import urls as today
from comptant.ground.web.roles import BRINGING_IN, READING, only

reads, brings_in = only(READING), only(BRINGING_IN)

of_places = (today, pipeline, offers, clients, invoicing, bank, account)

of_firm = [
    *(page for place in of_places for page in place.of_firm),
    path("", reads(start_page.start), name="start"),
    path("path/", reads(path_page.path), name="path"),
    path("deals/", reads(deals_page.deals), name="deals"),
    path("deals/<path:deal_ref>/", reads(deal_page.deal), name="deal"),
    path("receivables/", reads(deals_page.receivables), name="receivables"),
    path("imports/", brings_in(imports_page.imports), name="imports"),
    path("imports/<uuid:import_id>/", brings_in(imports_page.one_import), name="import"),
    path("imports/<uuid:import_id>/loading/", brings_in(imports_page.loading), name="import-loading"),
]

of_client = [
    path("", client_page.offer, name="offer-page"),
    path("code/", client_page.code, name="offer-code"),
    path("acceptance/", client_page.acceptance, name="offer-acceptance"),
    path("refusal/", client_page.refusal, name="offer-refusal"),
    path("reopening/", client_page.reopening, name="offer-reopening"),
    path("offer.pdf", client_page.paper, name="offer-paper"),
]

of_reminder = [
    path("", reminder_page.reminder, name="reminder"),
    path("promise/", reminder_page.promise, name="reminder-promise"),
    path("payment/", reminder_page.payment, name="reminder-payment"),
    path("dispute/", reminder_page.dispute, name="reminder-dispute"),
]

urlpatterns = [
    path("", entrance.front_door, name="front-door"),
    path("login/", entrance.sign_in, name="login"),
    path("kept/", entrance.kept, name="kept"),
    path("logout/", entrance.sign_out, name="logout"),
    path("firms/", firms_page.firms, name="firms"),
    path("firms/monday/", firms_page.monday, name="monday-letter"),
    *account.of_person,
    path("firms/new/", founding_page.new_firm, name="new-firm"),
    path("welcome/<str:key>/", founding_page.first_account, name="first-account"),
    path("o/<str:secret>/", include(of_client)),
    path("r/<str:secret>/", include(of_reminder)),
    path("f/<str:firm_ref>/", include(of_firm)),
    path("join/<str:secret>/", joining_page.joining, name="join"),
    path("api/v1/", include("comptant.doors.api.urls")),
]

handler400 = "comptant.ground.web.errors.bad_request"
handler403 = "comptant.ground.web.errors.forbidden"
handler404 = "comptant.ground.web.errors.not_found"
handler500 = "comptant.ground.web.errors.our_fault"
