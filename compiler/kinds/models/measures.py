"""Alarms and charts of an endpoint.

Sources: SageMaker developer guide, "Amazon SageMaker AI metrics in Amazon CloudWatch", "Alarms and logs for tracking
metrics from serverless endpoints" and "… from asynchronous endpoints". Latencies are in microseconds; the use of
processors and GPUs adds up over all of an instance, so that four of them have 400 %.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from compiler.kinds.models.instance_types import graphics, processors
from compiler.kinds.models.settings import Variant
from compiler.program.component import AlarmSpec, Chart, Value
from compiler.shared.metrics import query
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_REQUESTS = "AWS/SageMaker"
_INSTANCES = "/aws/sagemaker/Endpoints"
_MILLISECOND = 1_000
_OVERHEAD_MS = 1_000
_START_MS = 30_000
_USE = {"Cpu": "CPUUtilization", "Memory": "MemoryUtilization", "Disk": "DiskUtilization"}
_GPU_USE = {"Gpu": "GPUUtilization", "GpuMemory": "GPUMemoryUtilization"}
_WORDS = {
    "Cpu": "CPU",
    "Memory": "of their memory",
    "Disk": "of their disk",
    "Gpu": "of their GPUs",
    "GpuMemory": "of their GPUs' memory",
}
_FULL = {"Gpu": 95, "GpuMemory": 95}
_COUNTED: Mapping[str, Callable[[str], int]] = {"Cpu": processors, "Gpu": graphics, "GpuMemory": graphics}
"""What an instance has several of, each with 100 %."""


@frozen(eq=True)
class Measured:
    """An endpoint as CloudWatch knows it."""

    name: str
    """Of the component."""
    endpoint: str
    variants: Sequence[Variant]
    form: str
    """``instances``, ``serverless`` or ``asynchronous``."""
    latency_ms: int

    @property
    def errors(self) -> AlarmSpec:
        return AlarmSpec(
            name="Errors",
            description=f"The model {self.name} answers with 5xx",
            metrics=self._over(_REQUESTS, "Invocation5XXErrors", "Sum", "SUM"),
            threshold=0,
            evaluation_periods=5,
            datapoints=3,
        )

    @property
    def slow(self) -> AlarmSpec:
        return self._latency("ModelSlow", "ModelLatency", self.latency_ms, "takes")

    def alarms(self) -> Iterator[AlarmSpec]:
        yield self.errors
        yield self.slow
        if self.form == "serverless":
            yield self._latency("StartsSlow", "ModelSetupTime", _START_MS, "takes for the start of new capacity")
            return
        if self.form == "asynchronous":
            yield self._failed()
        else:
            yield self._latency("OverheadSlow", "OverheadLatency", _OVERHEAD_MS, "is held up by SageMaker for")
        yield from (self._use(noun, metric) for noun, metric in self._used().items())

    def _latency(self, name: str, metric: str, limit_ms: int, verb: str) -> AlarmSpec:
        return AlarmSpec(
            name=name,
            description=f"The model {self.name} {verb} more than {limit_ms} ms (p95)",
            metrics=self._over(_REQUESTS, metric, "p95", "MAX"),
            threshold=limit_ms * _MILLISECOND,
            evaluation_periods=5,
            datapoints=5,
        )

    def _failed(self) -> AlarmSpec:
        failures = query(_REQUESTS, "InvocationFailures", "Sum", {"EndpointName": self.endpoint})
        return AlarmSpec(
            name="RequestsFailed",
            description=f"Requests to the model {self.name} failed",
            metrics=(failures,),
            threshold=0,
        )

    def _used(self) -> dict[str, str]:
        """A model whose variants all have GPUs has alarms of them."""
        return {**_USE, **(_GPU_USE if all(graphics(one.type) for one in self.variants) else {})}

    def _use(self, noun: str, metric: str) -> AlarmSpec:
        limit = _FULL.get(noun, 90)
        return AlarmSpec(
            name=f"{noun}High",
            description=f"Instances of the model {self.name} use more than {limit} % {_WORDS[noun]} for 15 minutes",
            metrics=self._shares(metric, _COUNTED.get(noun, lambda _: 1)),
            threshold=limit,
            evaluation_periods=15,
            datapoints=15,
        )

    def _over(self, namespace: str, metric: str, statistic: str, together: str) -> tuple[Mapping[str, Json], ...]:
        """A metric of the one variant, or of all of them made one."""
        each = [query(namespace, metric, statistic, self._dimensions(one)) for one in self.variants]
        return (each[0],) if len(each) == 1 else _joined(each, f"{together}([{{}}])")

    def _shares(self, metric: str, counted: Callable[[str], int]) -> tuple[Mapping[str, Json], ...]:
        """The use of the variant that uses the most, in percent of what its instances have."""
        each = [query(_INSTANCES, metric, "Average", self._dimensions(one)) for one in self.variants]
        counts = [counted(one.type) for one in self.variants]
        if len(each) == 1 and counts == [1]:
            return (each[0],)
        ids = [f"variant{number}" + (f" / {count}" if count > 1 else "") for number, count in enumerate(counts, 1)]
        whole = f"MAX([{', '.join(ids)}])" if len(ids) > 1 else ids[0]
        return _joined(each, whole)

    def _dimensions(self, variant: Variant) -> dict[str, Value]:
        return {"EndpointName": self.endpoint, "VariantName": variant.name}

    def charts(self) -> Iterator[Chart]:
        yield Chart(f"Model {self.name}: requests", tuple(self._requests()), "Sum")
        yield Chart(f"Model {self.name}: microseconds (p95)", self._rows(_REQUESTS, "ModelLatency"), "p95")
        if self.form != "serverless":
            used = tuple(row for metric in self._used().values() for row in self._rows(_INSTANCES, metric))
            yield Chart(f"Model {self.name}: use of instances", used)

    def _requests(self) -> Iterator[tuple[Value, ...]]:
        if self.form == "asynchronous":
            for metric in ("InvocationsProcessed", "InvocationFailures", "ApproximateBacklogSize"):
                yield _REQUESTS, metric, "EndpointName", self.endpoint
            return
        for metric in ("Invocations", "Invocation4XXErrors", "Invocation5XXErrors"):
            yield from self._rows(_REQUESTS, metric)

    def _rows(self, namespace: str, metric: str) -> tuple[tuple[Value, ...], ...]:
        named = ("EndpointName", self.endpoint, "VariantName")
        return tuple((namespace, metric, *named, one.name) for one in self.variants)


def _joined(each: Sequence[Mapping[str, Json]], expression: str) -> tuple[Mapping[str, Json], ...]:
    """Single metrics, and the one value that the expression makes of them; ``{}`` in it are all of their ids."""
    ids = [f"variant{number}" for number in range(1, len(each) + 1)]
    single = [{**one, "Id": name, "ReturnData": False} for name, one in zip(ids, each, strict=True)]
    return (*single, {"Id": "value", "Expression": expression.format(", ".join(ids)), "ReturnData": True})
