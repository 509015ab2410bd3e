"""How many tasks run, and on what: `count`, `cpu`, `memory`, `platform`."""

from __future__ import annotations

from compiler.source.json_value import Json
from deployer.migration.draft import Draft
from deployer.migration.part import Part
from deployer.migration.times import seconds


def size(part: Part, draft: Draft) -> dict[str, Json]:
    """CPU, memory and processor of a task."""
    return {"cpu": part.number("cpu"), "memory": part.number("memory"), "architecture": _architecture(part, draft)}


def _architecture(part: Part, draft: Draft) -> str | None:
    found = part.take("platform")
    if found is None:
        return None
    words = " ".join(map(str, found.values())).lower() if isinstance(found, dict) else str(found).lower()
    if "windows" in words:
        draft.lost(part.place("platform"), "tasks on Windows are not part of a spec", "build the image for Linux")
    return "arm64" if "arm64" in words else None


def count(part: Part, draft: Draft, queue: str | None = None) -> dict[str, Json]:
    """`scale` and `spot`; one task where the manifest has no count, as Copilot runs it."""
    if not isinstance(part.look("count"), dict):
        number = part.number("count")
        return {"scale": _fixed(1 if number is None else number)}
    inner = part.part("count")
    spot = inner.number("spot")
    if spot is not None:
        return {"scale": _fixed(spot), "spot": True}
    low, high = _range(inner, draft)
    mixed = _capacity(inner)
    scale: dict[str, Json] = {"min": low, "max": high, **_cooldown(inner)}
    scale |= {"cpu": _measure(inner, "cpu_percentage", draft), "memory": _measure(inner, "memory_percentage", draft)}
    scale["requests"] = _measure(inner, "requests", draft) or None
    _response_time(inner, draft)
    if queue and inner.names("queue_delay"):
        scale["queue"] = _delay(inner, queue, draft)
    if low == high or not (scale["cpu"] or scale["memory"] or scale["requests"] or scale.get("queue")):
        scale.pop("cpu"), scale.pop("memory")
    return {"scale": {key: value for key, value in scale.items() if value is not None}, **mixed}


def _capacity(part: Part) -> dict[str, Json]:
    """Tasks on demand below the number from which Copilot runs them on Spot."""
    first = part.number("range", "spot_from") if isinstance(part.look("range"), dict) else None
    return {} if first is None else {"capacity": {"base": max(first - 1, 0), "on_demand": 0}}


def _fixed(number: int) -> dict[str, Json]:
    return {"min": number, "max": number}


def _range(part: Part, draft: Draft) -> tuple[int, int]:
    if isinstance(part.look("range"), dict):
        low, high = part.number("range", "min") or 1, part.number("range", "max")
        return low, max(high or low, low)
    low_text, _, high_text = (part.text("range") or "1-1").partition("-")
    if not (low_text.strip().isdigit() and high_text.strip().isdigit()):
        draft.lost(part.place("range"), "this range is no `n-m`", "set `scale.min` and `scale.max`")
        return 1, 1
    return int(low_text), max(int(low_text), int(high_text))


def _cooldown(part: Part) -> dict[str, Json]:
    found = {f"{way}_seconds": seconds(part.text("cooldown", way)) for way in ("in", "out")}
    return {key: None if length is None else int(length) for key, length in found.items()}


def _measure(part: Part, name: str, draft: Draft) -> Json:
    """A number that the tasks are kept at, or false."""
    if not isinstance(part.look(name), dict):
        found = part.number(name)
        return False if found is None else found
    _told_cooldown(part, name, draft)
    found = part.number(name, "value")
    return False if found is None else found


def _told_cooldown(part: Part, name: str, draft: Draft) -> None:
    if part.look(name, "cooldown") is not None:
        part.take(name, "cooldown")
        told = f"a cooldown of {name} alone is left out: a service has one for all measures"
        draft.lost(part.place(name, "cooldown"), told, "set `scale.in_seconds` and `scale.out_seconds`")


def _response_time(part: Part, draft: Draft) -> None:
    if part.look("response_time") is not None:
        part.take("response_time")
        told = "scaling on the response time is not part of a spec"
        draft.lost(part.place("response_time"), told, "set `scale.requests`, or cpu and memory")


def _delay(part: Part, queue: str, draft: Draft) -> dict[str, Json]:
    """Messages a task: the wait that is acceptable, divided by what a message takes."""
    wait = seconds(part.text("queue_delay", "acceptable_latency"))
    each = seconds(part.text("queue_delay", "msg_processing_time"))
    _told_cooldown(part, "queue_delay", draft)
    return {"name": queue, "per_task": max(1, int(wait / each)) if wait and each else 1}
