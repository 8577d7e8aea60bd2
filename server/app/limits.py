"""How much callers may ask of this Lectern."""

from dataclasses import dataclass

from server.access.auth import Gate
from server.adapters.database.allowances import SqlAllowances
from server.app.parts import Parts
from server.app.sizes import everybodys
from server.limits.admission import Gateway
from server.limits.bookkeeper import Bookkeeper
from server.limits.meter import Meter
from server.limits.turnstile import Turnstile


@dataclass(frozen=True, slots=True)
class Limited:
    """What limits callers, opened for one application."""

    rows: SqlAllowances
    meter: Meter
    turnstile: Turnstile
    gateway: Gateway
    bookkeeper: Bookkeeper


def open_limits(parts: Parts, gate: Gate) -> Limited:
    """What limits callers, by the settings and by what administrators set."""
    settings, rows = parts.settings, SqlAllowances(parts.database)
    meter = Meter(rows, everybodys(settings))
    turnstile = Turnstile(settings.max_streams, settings.batch_streams)
    return Limited(rows, meter, turnstile, Gateway(meter, turnstile, gate.caller), Bookkeeper(meter))
