"""Where everything stands: the path of the euro, the pipeline, the clock's own day."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from ninja import Query

from comptant.doors.api.asking import ApiRequest
from comptant.doors.api.door import Door
from comptant.doors.api.shapes import reports as shapes
from comptant.ground.refusals import Refusal
from comptant.outlook.reports import queries
from comptant.outlook.reports.shapes import path_documents, pipeline_documents

door = Door("reports")


@door.reads("/path", shapes.Path | list[shapes.Path])
def get_path(request: ApiRequest, asked: Annotated[shapes.AskedPath, Query()]) -> Any:
    """Where every euro stands at the end of a day, and what moved in a period.

    A firm with several currencies gets a list, its own first.
    """
    if asked.since and asked.until and asked.since > asked.until:
        raise Refusal("period_upside_down", since=asked.since, until=asked.until)
    as_of = asked.as_of or asked.until or request.today
    return path_documents(
        queries.path(request.firm, as_of, asked.since, asked.until, known_at(request, asked.known_at))
    )


@door.reads("/pipeline", dict[str, Any] | list[dict[str, Any]])
def get_pipeline(request: ApiRequest, asked: Annotated[shapes.AskedDay, Query()]) -> Any:
    """Deals in hand at the end of a day, conversion, cycle and portfolio, as docs/json.md describes them."""
    as_of = asked.as_of or request.today
    return pipeline_documents(queries.pipeline(request.firm, as_of, known_at(request, asked.known_at)))


def known_at(request: ApiRequest, said: Any) -> Any:
    """The instant a question is about; a bare day counts whole."""
    if said is None:
        return None
    if hasattr(said, "hour"):
        return said if said.tzinfo else said.replace(tzinfo=request.firm.tz)
    return request.firm.midnight(said + timedelta(days=1)) - timedelta(microseconds=1)
