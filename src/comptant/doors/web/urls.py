"""The addresses of the web door. They are nouns; everything of a firm is below ``/f/<ref>/``."""

from __future__ import annotations

from django.urls import include, path

from comptant.doors.web import deal_page, deals_page, entrance, imports_page, path_page, start_page

of_firm = [
    path("", start_page.start, name="start"),
    path("path/", path_page.path, name="path"),
    path("deals/", deals_page.deals, name="deals"),
    path("deals/<path:deal_ref>/", deal_page.deal, name="deal"),
    path("receivables/", deals_page.receivables, name="receivables"),
    path("imports/", imports_page.imports, name="imports"),
    path("imports/<uuid:import_id>/", imports_page.one_import, name="import"),
    path("imports/<uuid:import_id>/loading/", imports_page.loading, name="import-loading"),
]

urlpatterns = [
    path("", entrance.front_door, name="front-door"),
    path("login/", entrance.sign_in, name="login"),
    path("logout/", entrance.sign_out, name="logout"),
    path("firms/", entrance.firms, name="firms"),
    path("f/<str:firm_ref>/", include(of_firm)),
]

handler400 = "comptant.ground.web.errors.bad_request"
handler403 = "comptant.ground.web.errors.forbidden"
handler404 = "comptant.ground.web.errors.not_found"
handler500 = "comptant.ground.web.errors.our_fault"
