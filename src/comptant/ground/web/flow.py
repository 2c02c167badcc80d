"""The path of the euro as a drawing: where each node, ribbon and label goes. Pure geometry, no Django.

Money that advances goes right, money that leaves goes down. Widths are in thousandths of the figure's width for
ribbons and in percent for nodes and labels; heights are pixels, so that text is never stretched.

Source: design, section 10, rules 7 and 8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

FULL = 246.0
"""Height of all that came in."""
COLUMNS = (0, 24, 50, 76)
UNSIGNED = ("hoped", "waiting", "stalled", "vanished", "lost", "declined")
UNINVOICED = ("billable", "signed")
AFTER_INVOICE = ("cashed", "invoiced", "overdue", "disputed", "doubtful", "written_off")
STOCKS = UNSIGNED + UNINVOICED + AFTER_INVOICE
"""The fourteen states that add up to all that came in."""

ROW = 25
TALL = {"hoped": 52, "cashed": 68}
TITLED = 62
AIR = (0, 9, 2, 0)
"""Between two labels of each column; the ribbons of the last ones must not cross many labels."""


@dataclass(slots=True)
class Node:
    """A bar of the drawing. ``state`` is empty for all that came in; ``is_total`` marks a column's sum."""

    state: str
    column: int
    height: float
    top: float = 0.0
    is_total: bool = False
    label_height: int = ROW

    @property
    def x(self) -> str:
        """Left edge, in percent of the figure."""
        return f"{COLUMNS[self.column]}%"

    @property
    def drawn_height(self) -> str:
        """Never thinner than 2 px, so that a small stock is still seen."""
        return f"{max(self.height, 2.0):.1f}"

    @property
    def middle(self) -> float:
        """Where its label is centred; that of all that came in stays within the ribbon of what was signed."""
        if self.column == 0:
            return max(self.label_height / 2, self.height * 0.26)
        return self.top + max(self.height, self.label_height if self.is_total else 0.0) / 2

    @property
    def label_top(self) -> str:
        """Top of the label's box."""
        return f"{self.middle - self.label_height / 2:.1f}"

    @property
    def y(self) -> str:
        """Top of the bar."""
        return f"{self.top:.1f}"


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A band from one node to another, in the colour of where it goes."""

    state: str
    d: str


@dataclass(slots=True)
class Drawing:
    """Everything ``web/_path.html`` needs to place."""

    nodes: list[Node] = field(default_factory=list)
    ribbons: list[Ribbon] = field(default_factory=list)
    height: float = 0.0
    has_room_for_moral: bool = True

    @property
    def pixels(self) -> str:
        """Height of the figure."""
        return f"{self.height:.0f}"


def draw(stocks: Mapping[str, Decimal], shown: Sequence[str]) -> Drawing:
    """The drawing of what stands in each account; ``shown`` are the states that exist, in any order.

    >>> stocks = {"hoped": Decimal(60), "signed": Decimal(30), "cashed": Decimal(10)}
    >>> drawing = draw(stocks, list(stocks))
    >>> [(node.state, node.column, round(node.height)) for node in drawing.nodes]
    [('', 0, 246), ('signed', 1, 98), ('hoped', 1, 148), ('invoiced', 2, 25), ('signed', 2, 74), ('cashed', 3, 25)]
    """
    total = sum((stocks.get(state, Decimal(0)) for state in STOCKS), Decimal(0))
    scale = FULL / float(total) if total > 0 else 0.0
    high = {state: float(stocks.get(state, 0)) * scale for state in STOCKS}
    after = [state for state in AFTER_INVOICE if state in shown]
    before = [state for state in UNINVOICED if state in shown]
    unsigned = [state for state in UNSIGNED if state in shown]
    invoiced = sum(high[state] for state in after)
    signed = invoiced + sum(high[state] for state in before)

    drawing = Drawing()
    origin = Node("", 0, FULL if total else 0.0, is_total=True, label_height=TITLED)
    drawing.nodes.append(origin)
    first = _column(drawing, 1, Node("signed", 1, signed, is_total=True, label_height=TITLED), unsigned, high)
    _ribbons(drawing, origin, first)
    second = _column(drawing, 2, Node("invoiced", 2, invoiced, is_total=True, label_height=TITLED), before, high)
    _ribbons(drawing, first[0], second)
    third = _column(drawing, 3, None, after, high)
    _ribbons(drawing, second[0], third)
    bottoms = [max((_bottom(node) for node in column), default=0.0) for column in (first, second, third)]
    drawing.height = max(FULL, *bottoms) + 8
    drawing.has_room_for_moral = drawing.height - max(bottoms[1:]) >= 140
    return drawing


def _bottom(node: Node) -> float:
    return max(node.top + max(node.height, 2.0), node.middle + node.label_height / 2)


def _column(
    drawing: Drawing, column: int, total: Node | None, states: Sequence[str], high: Mapping[str, float]
) -> list[Node]:
    """Stacks a column: its total on top, then its states, far enough apart for their labels."""
    nodes = [] if total is None else [total]
    floor = 0.0 if total is None else max(total.height, TITLED) + 32
    for state in states:
        node = Node(state, column, high[state], label_height=TALL.get(state, ROW))
        reach = max(max(node.height, 2.0), node.label_height)
        node.top = floor + (reach - node.height) / 2 if node.height < reach else floor
        if not nodes and total is None:
            node.top, node.is_total = 0.0, True
            reach = max(node.height, node.label_height)
        nodes.append(node)
        floor += reach + AIR[column]
    drawing.nodes += nodes
    return nodes


def _ribbons(drawing: Drawing, source: Node, targets: Sequence[Node]) -> None:
    left = source.top
    start, end = COLUMNS[source.column] * 10, (COLUMNS[targets[0].column] * 10 if targets else 0)
    middle = (start + end) / 2
    for target in targets:
        if target.height <= 0:
            continue
        right, width = target.top, target.height
        drawing.ribbons.append(
            Ribbon(
                target.state,
                f"M{start} {left:.1f}C{middle:.0f} {left:.1f} {middle:.0f} {right:.1f} {end} {right:.1f}"
                f"V{right + width:.1f}C{middle:.0f} {right + width:.1f} {middle:.0f} {left + width:.1f} "
                f"{start} {left + width:.1f}Z",
            )
        )
        left += width
