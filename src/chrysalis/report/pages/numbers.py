"""Numbers as the pages show them: 1,797 and −1.2, with the space before a unit unbreakable."""

from __future__ import annotations

import math
import re

NBSP = "\u00a0"
MINUS = "\u2212"
NOTHING = "\u2013"  # a dash for a cell without a value


def number(value: float, digits: int = 0) -> str:
    """1,797 or −1.2; zero has no sign, and what is not known is a dash."""
    if math.isnan(value):
        return NOTHING
    text = f"{abs(value):,.{digits}f}"
    return MINUS + text if value < 0 and _is_not_zero(text) else text


def signed(value: float, digits: int = 1) -> str:
    """As `number`, with a plus before what is above zero."""
    text = number(value, digits)
    return f"+{text}" if value > 0 and _is_not_zero(text) else text


def significant(value: float) -> str:
    """A number with three significant digits: 12,300 or 0.00734."""
    if math.isnan(value):
        return NOTHING
    text = f"{float(f'{abs(value):.3g}'):,g}"
    return MINUS + text if value < 0 else text


def percent(fraction: float) -> str:
    """94.1 % of 0.941."""
    return NOTHING if math.isnan(fraction) else f"{number(100 * fraction, 1)}{NBSP}%"


def accuracy(mean: float, sd: float, n: int) -> str:
    """An accuracy with its spread over seeds: 94.1 % (sd 0.8, n 3)."""
    spread = "" if math.isnan(sd) else f"sd{NBSP}{number(100 * sd, 1)},{NBSP}"
    return f"{percent(mean)}{NBSP}({spread}n{NBSP}{n})"


def points(fraction: float) -> str:
    """A difference of accuracies in percentage points, with its sign."""
    return signed(100 * fraction)


def interval(low: float, high: float) -> str:
    """The bounds of an interval of differences in percentage points."""
    return NOTHING if math.isnan(low) else f"{points(low)}{NBSP}to{NBSP}{points(high)}"


def p_value(p: float) -> str:
    """A p value as text; tiny ones as a bound."""
    return NOTHING if math.isnan(p) else f"&lt;{NBSP}0.001" if p < 0.001 else f"{p:.3f}"


def duration(seconds: float) -> str:
    """A time with the unit that suits it."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{number(seconds / size, 1)}{NBSP}{unit}"
    return f"{number(seconds, 1)}{NBSP}s"


def count(number_of: int, one: str, many: str = "") -> str:
    """A number of things: 1 seed, 1,797 images."""
    return f"{number_of:,}{NBSP}{one if number_of == 1 else many or one + 's'}"


def typeset(text: str) -> str:
    """A sentence's numbers with real minus signs, and unbroken from what belongs to them.

    Only numbers with a decimal point get the sign: names of classes stay as they are.
    """
    text = re.sub(r"(?<![\w-])-(?=\d+\.\d)", MINUS, text)
    return re.sub(r"(?<=\d) (?=%)|(?<=\bp) (?=[=<])|(?<=[=<]) (?=\d)", NBSP, text)


def _is_not_zero(text: str) -> bool:
    return any(character in "123456789" for character in text)
