"""Import checks do not see foreign keys written as strings: no model points up or forward."""

from __future__ import annotations

from django.apps import apps

FLOORS = ("ground", "journey", "outlook", "doors")
GROUND = ("refusals", "money", "database", "firms", "access", "parties", "deals", "journal", "documents", "mail", "web")
JOURNEY = ("prospects", "pipeline", "offers", "invoices", "payments", "recovery")


def height(module: str) -> tuple[int, int]:
    """How high a room stands: its floor, then its place on the floor."""
    _, floor, room, *_ = module.split(".")
    order = {"ground": GROUND, "journey": JOURNEY}.get(floor)
    return FLOORS.index(floor), order.index(room) if order else 0


def test_no_foreign_key_points_up_or_forward() -> None:
    wrong = []
    for model in apps.get_models():
        if not model.__module__.startswith("comptant."):
            continue
        for field in model._meta.local_fields:
            other = field.remote_field.model if field.remote_field else model
            if other.__module__.startswith("comptant.") and height(other.__module__) > height(model.__module__):
                wrong.append(f"{model._meta.label}.{field.name} points to {other._meta.label}")
    assert not wrong, f"{wrong}: let the later room hold the reference, or ask the journal"


def test_every_room_with_tables_is_known_here() -> None:
    for model in apps.get_models():
        if model.__module__.startswith("comptant."):
            height(model.__module__)
