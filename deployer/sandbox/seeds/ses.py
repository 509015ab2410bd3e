"""Verified identities and configuration sets."""

from __future__ import annotations

from deployer.sandbox.seed import Seed

SEEDS = {
    "AWS::SES::ConfigurationSet": Seed(("ses", "_configuration_sets"), lambda wanted: {"Name": wanted.name}),
    "AWS::SES::EmailIdentity": Seed(("ses", "_identities"), lambda wanted: {"EmailIdentity": wanted.name}),
}
