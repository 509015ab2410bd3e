"""SES identities with a configuration set of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import AWSObject, Ref, Sub, ses

from compiler.kinds.email.mail_records import RECEIVER, SENDERS, mail_records
from compiler.program.component import AlarmSpec, Capability, Chart, Component, Grant, Output, Platform, Value
from compiler.shared.keep import deletion
from compiler.shared.sites import domain_of
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_RATES = (
    ("BounceRateHigh", "Reputation.BounceRate", 0.05, "5 % or more of the mail from {} bounces"),
    ("ComplaintRateHigh", "Reputation.ComplaintRate", 0.001, "One mail in 1000 or more from {} is marked as spam"),
)
"""SES developer guide, creating reputation monitoring alarms: the rates that AWS advises to be warned at."""
_DIMENSION = "ses:configuration-set"


@frozen(kw_only=True)
class Email(Component):
    """A domain or an address, with a configuration set that asks for TLS."""

    identity: str
    domain: str | None
    mail_from: str | None
    mail_from_required: bool
    feedback: bool
    suppress: tuple[str, ...]
    sending: bool
    keep: str

    @property
    def set_id(self) -> str:
        return f"{self.stem}ConfigurationSet"

    @property
    def is_domain(self) -> bool:
        return "@" not in self.identity

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield ses.ConfigurationSet(
            self.set_id,
            DeliveryOptions=ses.DeliveryOptions(TlsPolicy="REQUIRE"),
            ReputationOptions=ses.ReputationOptions(ReputationMetricsEnabled=True),
            SendingOptions=ses.SendingOptions(SendingEnabled=self.sending),
            SuppressionOptions=ses.SuppressionOptions(SuppressedReasons=sorted(one.upper() for one in self.suppress)),
        )
        yield ses.EmailIdentity(
            self.main_id,
            EmailIdentity=self.identity,
            ConfigurationSetAttributes=ses.ConfigurationSetAttributes(ConfigurationSetName=Ref(self.set_id)),
            FeedbackAttributes=ses.FeedbackAttributes(EmailForwardingEnabled=self.feedback),
            **self._domain(),
            **deletion(self.keep),
        )
        site = domain_of(platform, self.domain)
        if site:
            yield from mail_records(self, self.main_id, site.zone_id, self.mail_from)

    def _domain(self) -> dict[str, Json]:
        """Easy DKIM and the envelope's sender are of domains; an address is signed as its domain is."""
        if not self.is_domain:
            return {}
        found: dict[str, Json] = {
            "DkimAttributes": ses.DkimAttributes(SigningEnabled=True),
            "DkimSigningAttributes": ses.DkimSigningAttributes(NextSigningKeyLength="RSA_2048_BIT"),
        }
        if self.mail_from:
            otherwise = "REJECT_MESSAGE" if self.mail_from_required else "USE_DEFAULT_VALUE"
            envelope = ses.MailFromAttributes(MailFromDomain=self.mail_from, BehaviorOnMxFailure=otherwise)
            found["MailFromAttributes"] = envelope
        return found

    def _arn(self, resource: str, logical_id: str) -> Value:
        return Sub(f"arn:${{AWS::Partition}}:ses:${{AWS::Region}}:${{AWS::AccountId}}:{resource}/${{{logical_id}}}")

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        resources = (self._arn("identity", self.main_id), self._arn("configuration-set", self.set_id))
        send = Grant(("ses:SendEmail", "ses:SendRawEmail"), resources)
        names = {"IDENTITY": Ref(self.main_id), "CONFIGURATION_SET": Ref(self.set_id)}
        return {"send": Capability((send,), environment=names), "mail": Capability()}

    def attributes(self) -> Mapping[str, Value]:
        arn = self._arn("identity", self.main_id)
        return {"identity": Ref(self.main_id), "arn": arn, "configuration_set": Ref(self.set_id)}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        if self.domain:
            return
        for number in (1, 2, 3) if self.is_domain else ():
            names = (f"${{{self.main_id}.DkimDNSToken{part}{number}}}" for part in ("Name", "Value"))
            about = f"DNS record of {self.identity}: name and target"
            yield Output(f"{self.stem}DkimRecord{number}", Sub(" CNAME ".join(names)), about)
        if self.mail_from:
            yield from self._envelope_records(self.mail_from)

    def _envelope_records(self, domain: str) -> Iterator[Output]:
        """SES developer guide, using a custom MAIL FROM domain."""
        about = f"DNS record of {domain}"
        yield Output(f"{self.stem}MailFromMxRecord", Sub(f"{domain} MX {RECEIVER}"), about)
        yield Output(f"{self.stem}MailFromTxtRecord", f"{domain} TXT {SENDERS}", about)

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        for name, metric, threshold, about in _RATES:
            yield AlarmSpec(
                name=name,
                description=about.format(self.name),
                metrics=(
                    {"Id": "metric", "MetricStat": {"Metric": self._metric(metric), "Period": 3600, "Stat": "Average"}},
                ),
                threshold=threshold,
                comparison="GreaterThanOrEqualToThreshold",
            )

    def _metric(self, name: str) -> Json:
        dimension = {"Name": _DIMENSION, "Value": Ref(self.set_id)}
        return {"Namespace": "AWS/SES", "MetricName": name, "Dimensions": [dimension]}

    def charts(self, platform: Platform) -> Iterable[Chart]:
        rows = tuple(("AWS/SES", metric, _DIMENSION, Ref(self.set_id)) for _, metric, _, _ in _RATES)
        yield Chart(f"Mail {self.name}: bounces and complaints", rows)


KIND = Email
