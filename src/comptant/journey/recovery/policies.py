"""When clients are reminded, as the firm decides it. Letters that are prepared already stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from django.db import transaction

from comptant.ground.firms.models import Firm
from comptant.ground.refusals import Refusal
from comptant.journey.recovery.models import Policy as PolicyRow
from comptant.journey.recovery.models import Step as StepRow
from comptant.journey.recovery.rules.dunning import Policy


@transaction.atomic
def lay_policy(firm: Firm, policy: Policy) -> PolicyRow:
    """The policy is the one of its tag from now on; without a tag, of everybody else.

    Raises Refusal policy_out_of_order when a harder step does not come later than a softer one.
    """
    _in_order([step.days for step in sorted(policy.steps, key=lambda step: step.level)])
    row, _ = PolicyRow.objects.update_or_create(
        firm=firm, tag=policy.tag, defaults={"name": policy.name, "gap_days": policy.gap_days}
    )
    StepRow.objects.filter(firm=firm, policy=row).delete()
    StepRow.objects.bulk_create(
        StepRow(
            firm=firm,
            policy=row,
            level=step.level,
            days=step.days,
            channel=step.channel,
            is_automatic=step.is_automatic,
        )
        for step in policy.steps
    )
    return row  # type: ignore[no-any-return]


def _in_order(days: Sequence[int]) -> None:
    for before, after in pairwise(days):
        if after <= before:
            raise Refusal("policy_out_of_order", before=before, after=after)
