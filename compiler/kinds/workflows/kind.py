"""Step Functions state machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import AWSObject, GetAtt, Ref, stepfunctions

from compiler.kinds.workflows.role import caller_key, execution_waits, executions, own_policy, task_waits, workflow_role
from compiler.kinds.workflows.states_rules import all_states, is_distributed
from compiler.kinds.workflows.tasks import with_tasks
from compiler.program.component import AlarmSpec, Capability, Chart, Grant, Output, Platform, User, Value
from compiler.program.glue import waits
from compiler.shared.definition_text import definition_text
from compiler.shared.event_rules import Event, Started, event_rules
from compiler.shared.logs import Logs, log_group
from compiler.shared.metrics import query
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.run_task import RunTask
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_METRICS = {"Failed": "ExecutionsFailed", "TimedOut": "ExecutionsTimedOut", "Throttled": "ExecutionThrottled"}


@frozen()
class WorkflowLogs:
    """What of the executions is logged."""

    name: str | None
    days: int
    level: str
    data: bool


@frozen(kw_only=True)
class Workflow(User):
    """A state machine with a role that may do what its tasks do."""

    definition: Mapping[str, Json]
    type: str
    logs: WorkflowLogs
    tracing: bool
    events: tuple[Event, ...]

    @property
    def role_id(self) -> str:
        return f"{self.main_id}Role"

    @property
    def log_group_id(self) -> str:
        return f"{self.main_id}LogGroup"

    @property
    def own_policy_id(self) -> str:
        return f"{self.main_id}OwnAccess"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        name = self.logs.name or f"/aws/vendedlogs/states/{platform.name}/{platform.environment}/{self.name}"
        yield log_group(self.log_group_id, self, Logs(name, self.logs.days), platform)
        yield workflow_role(self.role_id, self.tracing, list(self._waits(platform)))
        yield self._machine(platform)
        distributed = any(is_distributed(state) for state, _ in all_states(self.definition))
        yield own_policy(self.own_policy_id, self, distributed)
        start = Started({"Arn": Ref(self.main_id)}, [("Start", self._start())], [self.own_policy_id])
        yield from event_rules(platform, self, self.events, start)

    def _machine(self, platform: Platform) -> stepfunctions.StateMachine:
        after = waits(platform, self)
        return stepfunctions.StateMachine(
            self.main_id,
            DefinitionString=definition_text(with_tasks(platform, self.definition)),
            StateMachineType=self.type.upper(),
            RoleArn=GetAtt(self.role_id, "Arn"),
            LoggingConfiguration=self._logging(),
            TracingConfiguration=stepfunctions.TracingConfiguration(Enabled=self.tracing),
            EncryptionConfiguration=stepfunctions.EncryptionConfiguration(
                Type="CUSTOMER_MANAGED_KMS_KEY", KmsKeyId=KEY_ARN
            ),
            **({"DependsOn": after} if after else {}),
        )

    def _logging(self) -> stepfunctions.LoggingConfiguration:
        group = stepfunctions.CloudWatchLogsLogGroup(LogGroupArn=GetAtt(self.log_group_id, "Arn"))
        return stepfunctions.LoggingConfiguration(
            Level=self.logs.level.upper(),
            IncludeExecutionData=self.logs.data,
            Destinations=[stepfunctions.LogDestination(CloudWatchLogsLogGroup=group)],
        )

    def _waits(self, platform: Platform) -> Iterator[tuple[str, Grant]]:
        """What its ``.sync`` tasks take beside the verb `start`."""
        started = [platform.components[edge.target] for edge in platform.edges_from(self) if edge.verb == "start"]
        resources = [str(state.get("Resource")) for state, _ in all_states(self.definition)]
        if any("ecs:runTask.sync" in one for one in resources) and any(isinstance(one, RunTask) for one in started):
            yield from task_waits()
        if any("states:startExecution.sync" in one for one in resources):
            yield from execution_waits()

    def _start(self) -> Grant:
        return Grant(("states:StartExecution",), (Ref(self.main_id),))

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        after = (self.own_policy_id,)
        report = ("states:SendTaskFailure", "states:SendTaskHeartbeat", "states:SendTaskSuccess")
        grants = (*self._follow(), caller_key(platform, self.main_id))
        return {
            "start": Capability(grants, environment={"ARN": Ref(self.main_id)}, after=after),
            "send": Capability((Grant(report, (Ref(self.main_id),)),)),
            "scheduled": Capability((self._start(),), after=after),
            "logs": Capability(log_groups=(self.log_group_id,)),
        }

    def _follow(self) -> Iterator[Grant]:
        """Executions of an express workflow can only be started, with or without waiting for the result."""
        if self.type == "express":
            yield Grant(("states:StartExecution", "states:StartSyncExecution"), (Ref(self.main_id),))
            return
        yield self._start()
        yield Grant(("states:DescribeExecution", "states:StopExecution"), (executions(self.main_id, ":*"),))

    def key_services(self, platform: Platform) -> Iterator[str]:
        yield "delivery.logs.amazonaws.com"

    def attributes(self) -> Mapping[str, Value]:
        return {
            "arn": Ref(self.main_id),
            "name": GetAtt(self.main_id, "Name"),
            "role_arn": GetAtt(self.role_id, "Arn"),
            "log_group": Ref(self.log_group_id),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Arn", Ref(self.main_id), f"ARN of the state machine {self.name}")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        yield self._alarm("Failed", f"Executions of the workflow {self.name} failed")
        yield self._alarm("TimedOut", f"Executions of the workflow {self.name} took too long")
        yield self._alarm("Throttled", f"Steps of the workflow {self.name} were held back by AWS's limits")

    def _alarm(self, name: str, description: str) -> AlarmSpec:
        measured = query("AWS/States", _METRICS[name], "Sum", {"StateMachineArn": Ref(self.main_id)})
        return AlarmSpec(name=name, description=description, metrics=(measured,), threshold=0)

    def charts(self, platform: Platform) -> Iterable[Chart]:
        counts = ("ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut")
        yield Chart(f"Workflow {self.name}", tuple(self._row(metric) for metric in counts), "Sum")
        yield Chart(f"Workflow {self.name}: milliseconds (p95)", (self._row("ExecutionTime"),), "p95")

    def _row(self, metric: str) -> tuple[Value, ...]:
        return "AWS/States", metric, "StateMachineArn", Ref(self.main_id)


KIND = Workflow
