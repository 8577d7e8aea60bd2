"""How much callers may ask of this Lectern."""

from dataclasses import dataclass

from server.access.auth import Gate
from server.adapters.database.allowances import SqlAllowances
from server.app.parts import BYTES_PER_MB, Parts
from server.limits.admission import Gateway
from server.limits.bookkeeper import Bookkeeper
from server.limits.meter import Meter
from server.limits.turnstile import Turnstile
from server.model import Allowance
from server.settings import Settings


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
    meter = Meter(rows, defaults(settings))
    turnstile = Turnstile(settings.max_streams, settings.batch_streams)
    return Limited(rows, meter, turnstile, Gateway(meter, turnstile, gate.caller), Bookkeeper(meter))


def defaults(settings: Settings) -> Allowance:
    """What everybody may for whom nothing else was set."""
    return Allowance(
        requests_per_minute=settings.requests_per_minute,
        tokens_per_minute=settings.tokens_per_minute,
        streams=settings.streams_per_caller,
        upload_bytes=settings.upload_mb * BYTES_PER_MB,
        store_bytes=None if settings.store_mb is None else settings.store_mb * BYTES_PER_MB,
        tokens_per_month=settings.tokens_per_month,
    )
