"""CloudFront Functions that answer before the origin is asked: an application's paths, and redirects."""

from __future__ import annotations

import json
from collections.abc import Mapping

from troposphere import GetAtt, cloudfront

_TO_ROOT_OBJECT = """\
function handler(event) {{
  var request = event.request;
{first}  var last = request.uri.split('/').pop();
  if (!last.includes('.')) {{
    request.uri = '/{page}';
  }}
  return request;
}}
"""
_REDIRECT = """\
function handler(event) {
  var request = event.request;
  return redirected(request) || request;
}
"""
_FIRST = """\
  var answer = redirected(request);
  if (answer) {
    return answer;
  }
"""
_REDIRECTED = """\
var targets = {targets};
function redirected(request) {{
  var target = targets[request.headers.host.value.toLowerCase()];
  if (!target) {{
    return null;
  }}
  var pairs = [];
  Object.keys(request.querystring).forEach(function (name) {{
    var given = request.querystring[name];
    (given.multiValue || [given]).forEach(function (one) {{
      pairs.push(name + '=' + one.value);
    }});
  }});
  var query = pairs.length ? '?' + pairs.join('&') : '';
  return {{ statusCode: {status}, headers: {{ location: {{ value: target + request.uri + query }} }} }};
}}
"""
"""Path and query are kept as they came (CloudFront developer guide, "CloudFront Functions event structure")."""


def to_root_object(page: str, redirects: Mapping[str, str], status: int) -> str:
    """Code that asks for the root object wherever the last part of a path has no dot."""
    before = _redirected(redirects, status) if redirects else ""
    return before + _TO_ROOT_OBJECT.format(page=page, first=_FIRST if redirects else "")


def to_other_hosts(redirects: Mapping[str, str], status: int) -> str:
    """Code that answers requests to some hosts with a redirect."""
    return _redirected(redirects, status) + _REDIRECT


def _redirected(redirects: Mapping[str, str], status: int) -> str:
    # not escaped: an address may hold a pointer, which is put in later
    return _REDIRECTED.format(targets=json.dumps(dict(sorted(redirects.items())), ensure_ascii=False), status=status)


def edge_function(made: tuple[str, str], about: str, code: str) -> cloudfront.Function:
    """A published function; `made` is its logical id and its name, which is unique in the account."""
    logical_id, name = made
    # texts of JavaScript may have ${…}, which cfn-lint takes for a reference
    template = {"Metadata": {"cfn-lint": {"config": {"ignore_checks": ["E1029"]}}}} if "${" in code else {}
    return cloudfront.Function(
        logical_id,
        Name=name,
        AutoPublish=True,
        FunctionCode=code,
        FunctionConfig=cloudfront.FunctionConfig(Comment=about[:128], Runtime="cloudfront-js-2.0"),
        **template,
    )


def associations(functions: Mapping[str, str]) -> list[cloudfront.FunctionAssociation]:
    """Of event → logical id of a function."""
    return [
        cloudfront.FunctionAssociation(EventType=event, FunctionARN=GetAtt(one, "FunctionMetadata.FunctionARN"))
        for event, one in functions.items()
    ]


def without_port(address: str) -> str:
    """The host of an https address as an origin."""
    return "https://" + address.removeprefix("https://").partition("/")[0].partition(":")[0]
