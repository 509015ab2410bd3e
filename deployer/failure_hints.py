"""Reasons for which CloudFormation fails, and the one thing to do about each: data, each row with its source.

AWS publishes no statistics. These are the codes that resource handlers return, the cases of CloudFormation's
troubleshooting page, and the exceptions of the services that platforms use most.
"""

from __future__ import annotations

import re

from compiler.source.frozen import frozen

HANDLER = "https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html"
_GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
TROUBLE = f"{_GUIDE}troubleshooting.html"
UPDATES = f"{_GUIDE}using-cfn-updating-stacks-update-behaviors.html"
EXPORTS = f"{_GUIDE}outputs-section-structure.html"
CUSTOM = f"{_GUIDE}template-custom-resources.html"
WAITING = f"{_GUIDE}using-cfn-waitcondition.html"
INDEXES = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html"
SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html"
BREAKER = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html"
NETWORK = "https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html"
IMPORTS = f"{_GUIDE}import-resources-manually.html"
PUBLIC_ACCESS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"
PROTECTION = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html"

NAME_TAKEN = "name taken"
"""The reason whose hint becomes the command of an import where the resource is known."""


@frozen(eq=True)
class Hint:
    """What to do about one reason."""

    about: str
    pattern: str
    """Regular expression on the reason of a failed event, in any case."""
    hint: str
    source: str
    """Page of AWS, or ``service:Exception`` of its API model."""

    def fits(self, reason: str) -> bool:
        return re.search(self.pattern, reason, re.IGNORECASE) is not None


HINTS = (
    Hint(
        "bucket not empty",
        r"bucket.*not empty|BucketNotEmpty",
        "empty the bucket (all versions too) and run the command again, or leave it with `recover --retain`",
        TROUBLE,
    ),
    Hint(
        "image repository not empty",
        r"RepositoryNotEmpty|still contains images",
        "delete the images and run the command again, or leave the repository with `recover --retain`",
        "ecr:RepositoryNotEmptyException",
    ),
    Hint(
        "secret scheduled for deletion",
        r"scheduled for deletion",
        "restore it (`aws secretsmanager restore-secret`) and import it, or delete it at once with "
        "`aws secretsmanager delete-secret --force-delete-without-recovery`",
        SECRETS,
    ),
    Hint(
        "custom name in the way of a replacement",
        r"custom-named resource",
        "give the resource another name in the spec, or leave the name out",
        UPDATES,
    ),
    Hint(
        "domain name used by another distribution",
        r"CNAMEAlreadyExists|CNAMEs you provided are already associated",
        "remove the name from the other CloudFront distribution first; it may be in another account",
        "cloudfront:CNAMEAlreadyExists",
    ),
    Hint(
        "name taken by another stack",
        r"already exists in stack",
        "choose another name, or take the resource out of that stack first, with the deletion policy Retain, and bring "
        "it under this one with `import`",
        IMPORTS,
    ),
    Hint(
        NAME_TAKEN,
        r"already exists|AlreadyExists|already owned by you|name is not available",
        "something of that name exists, perhaps left by a failed creation or held by another environment: delete it, "
        "choose another name, or bring it under the platform with `import`",
        HANDLER,
    ),
    Hint(
        "credentials expired",
        r"security token included in the request is (?:expired|invalid)|ExpiredToken|InvalidCredentials",
        "log in again; for long deployments let CloudFormation act with a service role (`deploy --role`)",
        HANDLER,
    ),
    Hint(
        "role not assumable",
        r"cannot be assumed|unable to assume|not authorized to perform: sts:AssumeRole",
        "run the command again: a new role takes seconds to be known everywhere; else correct who may assume it",
        "lambda:InvalidParameterValueException",
    ),
    Hint(
        "public access blocked",
        r"BlockPublicPolicy|public policies are (?:blocked|prevented)",
        "the account blocks public access to all of its buckets: serve this one by a cdn, or lift the block "
        "(`aws s3control put-public-access-block`), which concerns every bucket of the account",
        PUBLIC_ACCESS,
    ),
    Hint(
        "permission missing",
        r"AccessDenied|Access Denied|not authorized|UnauthorizedOperation|insufficient permissions",
        "grant the action that is named to the identity or service role with which CloudFormation acts",
        HANDLER,
    ),
    Hint(
        "one index an update",
        r"more than one (?:GSI|index) creation or deletion",
        "add or remove the table's indexes one deployment at a time",
        INDEXES,
    ),
    Hint(
        "quota reached",
        r"LimitExceeded|limit exceeded|quota|maximum number of|has reached its limit|TooMany(?!Requests)",
        "ask for more under Service Quotas, or remove what is not needed, then run the command again",
        HANDLER,
    ),
    Hint(
        "throttled",
        r"Throttl|rate exceeded|TooManyRequests",
        "run the command again after some minutes",
        HANDLER,
    ),
    Hint(
        "no capacity",
        r"insufficient\w*capacity|insufficient capacity|not supported in your requested Availability Zone",
        "choose another instance class, or other availability zones",
        "rds:InsufficientDBInstanceCapacityFault",
    ),
    Hint(
        "containers do not start",
        r"circuit breaker|ECS Deployment",
        "look at the reason of the service's stopped tasks: image, health check, secrets or memory",
        BREAKER,
    ),
    Hint(
        "custom resource without an answer",
        r"custom resource (?:failed to stabilize|did not)|See the details in CloudWatch Log Stream",
        "look at the log of its function, which did not answer or reported the failure",
        CUSTOM,
    ),
    Hint(
        "no signal",
        r"WaitCondition timed out|Failed to receive \d+ resource signal|required number of signals",
        "look at the log of what should have sent the signal, and whether it reaches CloudFormation",
        WAITING,
    ),
    Hint(
        "not ready in time",
        r"NotStabilized|failed to stabilize|did not stabilize|Exceeded attempts to wait",
        "look at the resource in its own service's console for what it waits for, then run the command again",
        TROUBLE,
    ),
    Hint(
        "export in use",
        r"export .* cannot be (?:deleted|updated|removed)|in use by stack",
        "deploy the stack that imports the value without it first",
        EXPORTS,
    ),
    Hint(
        "still in use",
        r"has a dependent object|DependencyViolation|has dependencies|DeleteConflict|must detach|resource .* in use",
        "something outside of the stack uses it, such as a network interface or an attachment: remove that, then run "
        "the command again, or leave it with `recover --retain`",
        NETWORK,
    ),
    Hint(
        "protected from deletion",
        r"deletion ?protection|delete protected|termination ?protection",
        "turn the protection off in the spec, deploy that, then run the command again",
        PROTECTION,
    ),
    Hint(
        "principal unknown",
        r"MalformedPolicy|invalid principal",
        "the policy names a role, user or account that does not exist (yet): create it first, or correct the name",
        "iam:MalformedPolicyDocumentException",
    ),
    Hint(
        "no change in place",
        r"NotUpdatable|cannot be updated in place",
        "the service makes this change only on a new resource: give the component another name",
        HANDLER,
    ),
    Hint(
        "busy resource",
        r"ResourceConflict|ConflictException|OperationAborted|another operation|currently being (?:modified|updated)",
        "another operation on the same resource runs: wait for its end, then run the command again",
        HANDLER,
    ),
    Hint(
        "internal failure of the service",
        r"Internal ?Failure|ServiceInternalError|Internal Server Error|NetworkFailure|ServiceUnavailable",
        "run the command again; see the AWS Health Dashboard if it fails again",
        HANDLER,
    ),
    Hint(
        "resource gone",
        r"NotFound|does not exist|could not be found|NoSuch",
        "it was deleted outside of CloudFormation, or the name is wrong: create it again or correct the name; a "
        "rollback leaves it out with `recover --skip`",
        HANDLER,
    ),
)
"""The first that fits counts: special reasons come before general ones."""


def fitting(reason: str) -> Hint | None:
    """The hint about the reason of a failed event; None where nothing better is known than the reason itself."""
    return next((hint for hint in HINTS if hint.fits(reason)), None)
