"""AWS Budgets with their alerts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from troposphere import AWSObject, budgets

from compiler.program.component import Component, Platform
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_CURRENCY = "USD"


@frozen()
class Alert:
    """A share of the amount above which somebody is told."""

    percent: float
    forecast: bool


@frozen()
class Tag:
    """A cost allocation tag."""

    key: str
    value: str


@frozen(kw_only=True)
class Budget(Component):
    """A cost budget."""

    amount: float
    period: str
    alerts: tuple[Alert, ...]
    email: tuple[str, ...]
    topic: str | None
    tag: Tag | None

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        """Without a name of its own: a change of alerts replaces a budget, and two can't have one name."""
        after = [logical_id for edge in platform.edges_from(self) for logical_id in platform.capability(edge).after]
        yield budgets.Budget(
            self.main_id,
            Budget=budgets.BudgetData(
                BudgetType="COST",
                TimeUnit=self.period.upper(),
                BudgetLimit=budgets.Spend(Amount=self.amount, Unit=_CURRENCY),
                **self._filter(),
            ),
            NotificationsWithSubscribers=[self._notification(platform, alert) for alert in self.alerts],
            **({"DependsOn": after} if after else {}),
        )

    def _filter(self) -> dict[str, Json]:
        """Tags of users have this form (AWS Budgets API reference, Budget: CostFilters)."""
        return {"CostFilters": {"TagKeyValue": [f"user:{self.tag.key}${self.tag.value}"]}} if self.tag else {}

    def _notification(self, platform: Platform, alert: Alert) -> budgets.NotificationWithSubscribers:
        return budgets.NotificationWithSubscribers(
            Notification=budgets.Notification(
                ComparisonOperator="GREATER_THAN",
                NotificationType="FORECASTED" if alert.forecast else "ACTUAL",
                Threshold=alert.percent,
                ThresholdType="PERCENTAGE",
            ),
            Subscribers=list(self._subscribers(platform)),
        )

    def _subscribers(self, platform: Platform) -> Iterator[budgets.Subscriber]:
        for address in self.email:
            yield budgets.Subscriber(SubscriptionType="EMAIL", Address=address)
        if self.topic:
            arn = platform.components[self.topic].attributes()["arn"]
            yield budgets.Subscriber(SubscriptionType="SNS", Address=arn)


KIND = Budget
