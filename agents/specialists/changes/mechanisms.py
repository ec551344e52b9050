"""What shows as what: how an edit of a kind comes out in logs, traces and metrics.

Each mechanism is known by the words of its symptom, and names the edits that can bring it about
with how well they account for it, from 1 (possible) to 3 (the usual way). An edit that is not
listed does not: adding an index does not raise the load of a lookup, raising a pool does not
exhaust it, and no reordering of ciphers lets a certificate expire.
"""

from agents.specialists.changes.mechanism import Mechanism
from agents.specialists.changes.mechanism import mechanism as _mechanism
from agents.specialists.changes.resource_mechanisms import RESOURCE_MECHANISMS

_BUMP_AT_MOST = {"bumped:major": 1.0, "bumped:minor": 0.8, "bumped:dropped": 0.8}
_CONTRACT = "bad_contract_change"
_SCHEMA = "bad_schema_change"
_CONFIG = "bad_config_change"
_DEPENDENCY = "bad_dependency_update"

_OF_CORRECTNESS: tuple[Mechanism, ...] = (
    _mechanism(
        "missing value dereferenced",
        r"nil pointer|nil map|null ?pointer|nonetype|undefined is not|cannot read propert|"
        r"segfault|sigsegv|"
        r"nullreference|unwrap\(\)? on a|of (?:null|undefined)|invalid memory address",
        {"removed:initial": 3, "removed:guard": 3, "removed:default": 2.2, "removed:register": 1.2}
        | {"removed:validation": 1.5, "added:raise": 1.5, "removed:error_check": 2}
        | {"renamed:field": 1.5, "changed:condition": 2},
    ),
    _mechanism(
        "value out of bounds",
        r"index out of (?:range|bounds)|indexerror|slice bounds|divide by zero|division by zero|"
        r"zerodivision|keyerror|type assertion|classcast|typeerror|overflow|outofbounds",
        {"removed:bounds": 3, "removed:guard": 2.5, "changed:condition": 2.5}
        | {
            "changed:arithmetic": 2.5,
            "removed:default": 2,
            "added:type": 1,
            "removed:validation": 2,
        }
        | {"renamed:field": 2, "renamed:key": 2, "renamed:setting": 1.5, "lowered:figure": 1},
        excludes=r"stack overflow|buffer overflow|queue overflow|integer out of range",
    ),
    _mechanism(
        "unhandled failure",
        r"\bpanic|uncaught|unhandled|traceback|fatal error|\bexception\b",
        {"added:raise": 2.2, "removed:error_check": 2.2, "removed:guard": 2, "removed:bounds": 1.5}
        | {"removed:validation": 1.3, "changed:condition": 1.3}
        | _BUMP_AT_MOST,
    ),
    _mechanism(
        "nothing registered under the name",
        r"unknown_(?:topic|member|queue)|not (?:found|registered|initiali[sz]ed|configured)|"
        r"unknown (?:handler|route|agent|type|"
        r"codec|driver|plugin|command|provider)|no (?:handler|provider|route|such|default)|"
        r"unregistered|"
        r"lookup failed|404|uninitiali[sz]ed|unimplemented|no implementation",
        {
            "removed:register": 3,
            "removed:entry": 2,
            "removed:import": 1.5,
            "renamed:route": 2.5,
            "renamed:key": 2,
            "changed:setting": 2,
        }
        | {"renamed:field": 1.6, "removed:setting": 1.6, "renamed:setting": 1.6}
        | {"renamed:topic": 2.6, "removed:spawn": 1.2, "changed:condition": 1},
        excludes=r"no such host|relation .* does not exist|no such table|unknown (?:column|field)|"
        r"certificate|no space",
    ),
    _mechanism(
        "schema the code does not find",
        r"(?:relation|table|column|view).{0,80}does not exist|no such (?:table|column)|"
        r"unknown column|undefined (?:table|column)|missing.?table|invalid (?:object|column) name|"
        r"doesn't exist|missing.?column",
        {"added:select": 2.6, "removed:index": 0.5, "added:drop": 3, "added:rename": 3}
        | {"added:alter": 1.5, "renamed:field": 2, "removed:register": 1.5, "removed:alter": 2},
        _SCHEMA,
    ),
    _mechanism(
        "row refused by a constraint",
        r"violates|constraint|not.?null|duplicate (?:key|entry)|foreign key|integrity ?error|"
        r"value too long|out of range for type|data truncat|integer out of range",
        {"added:constraint": 3, "added:alter": 2, "added:validation": 1, "changed:arithmetic": 1}
        | {"removed:transaction": 1.5, "removed:lock": 1.8, "added:type": 1.5, "renamed:field": 1.5}
        | {"removed:default": 2, "lowered:size": 2, "renamed:key": 1.5},
        _SCHEMA,
    ),
    _mechanism(
        "message its reader does not understand",
        r"deseriali[sz]|unmarshal|decod(?:e|ing)|missing required|unknown field|schema (?:mismatch|"
        r"registry|incompat)|unexpected (?:token|end|field|type|eof)|cannot parse|parse error|"
        r"malformed|invalid (?:json|utf|character|format|wire)|unsupported (?:version|"
        r"encoding|media)",
        {
            "renamed:field": 3,
            "changed:wire": 3,
            "changed:setting": 1,
            "added:format": 1.6,
            "removed:format": 1.8,
        }
        | {"added:validation": 1.6, "added:type": 1.6, "removed:type": 1.4, "renamed:key": 1.6}
        | {"added:compression": 2.2, "removed:compression": 2, "added:header": 1}
        | {"removed:default": 1.5, "changed:condition": 1}
        | _BUMP_AT_MOST,
        _CONTRACT,
    ),
    _mechanism(
        "credentials refused",
        r"\b40[13]\b|unauthori[sz]ed|forbidden|token (?:is )?(?:expired|invalid)|invalid (?:token|"
        r"signature|audience|issuer|credential|api.?key)|jwt|permission denied|access.?denied|"
        r"signature|authentication failed|not authori[sz]ed|unauthenticated",
        {"removed:tolerance": 3, "lowered:ttl": 2.6, "added:authority": 2.2}
        | {"removed:authority": 2.2, "changed:condition": 1.6, "renamed:field": 1.5}
        | {"renamed:key": 2, "removed:header": 2, "added:validation": 1.2, "added:crypto": 1.6}
        | {"removed:crypto": 1.6, "changed:setting": 1.2, "renamed:setting": 1.8}
        | {"removed:environment": 1.8, "renamed:address": 1.2, "changed:arithmetic": 2.4}
        | {"removed:setting": 1.5, "raised:interval": 1.5, "lowered:figure": 1}
        | {"removed:entry": 2.8}
        | _BUMP_AT_MOST,
    ),
    _mechanism(
        "two at once where one was meant",
        r"concurrent map|data race|race condition|lost update|processed twice|double.?(?:charg|"
        r"process|spend)|duplicate|idempot|oversold|negative (?:stock|balance|inventory)",
        {"removed:lock": 3, "removed:transaction": 2.8, "removed:validation": 1.2}
        | {"added:spawn": 2.2, "removed:acknowledge": 2.2, "added:retry": 1.8, "raised:retry": 1.6}
        | {"renamed:key": 1.6, "raised:workers": 1.6, "changed:condition": 1.4, "lowered:ttl": 1.2}
        | {"lowered:timeout": 1, "removed:guard": 1.4, "raised:figure": 0.8},
        excludes=r"duplicate (?:registration|symbol|class|key value)",
    ),
    _mechanism(
        "address that leads nowhere",
        r"connection refused|no such host|enotfound|unreachable|name resolution|name or service|"
        r"dial tcp|could not resolve|nxdomain|no route|econnrefused|unknown host",
        {"renamed:address": 3, "raised:port": 2.4, "lowered:port": 2.4, "removed:setting": 1.6}
        | {"removed:host": 1.6, "renamed:setting": 1.8, "removed:environment": 1.8}
        | {"changed:setting": 1.2},
        _CONFIG,
    ),
    _mechanism(
        "handshake that fails",
        r"x509|certificate|handshake|\btls\b|\bssl\b|unknown authority|hostname mismatch|cipher",
        {"added:crypto": 2.4, "removed:crypto": 2.6, "renamed:address": 1.8, "changed:setting": 1.6}
        | {
            "removed:setting": 1.4,
            "changed:condition": 1,
            "bumped:major": 1,
            "removed:environment": 1.2,
        },
        _CONFIG,
        excludes=r"expired|not yet valid|notafter|until.?expiry",
    ),
    _mechanism(
        "process that does not start",
        r"crash.?loop|probe failed|liveness|failed to start|startup|exit(?:ed)? (?:code|"
        r"with)|restart|cannot start|"
        r"ready_replicas|readiness|boot|initiali[sz]ation failed",
        {"removed:environment": 2.4, "added:environment": 2.6, "renamed:setting": 2.6}
        | {
            "removed:setting": 2.4,
            "added:validation": 1.4,
            "added:raise": 2,
            "removed:default": 2.2,
        }
        | {"lowered:memory": 2.2, "lowered:probe": 2.2, "raised:port": 2, "lowered:port": 2}
        | {"removed:import": 1.4, "changed:setting": 1.4, "removed:register": 1.4}
        | {"added:register": 1, "renamed:route": 2.4, "lowered:timeout": 1}
        | {"bumped:major": 2, "bumped:minor": 1.7, "bumped:dropped": 1.8, "bumped:new": 1.2},
        _CONFIG,
    ),
    _mechanism(
        "library that does not fit",
        r"duplicate registration|incompatible|version conflict|nosuchmethod|classnotfound|"
        r"noclassdef|modulenotfound|importerror|cannot find module|undefined symbol|abi|glibc|"
        r"no module named|method not found|duplicate symbol|deprecat|linkage|requires version",
        {"bumped:major": 3, "bumped:minor": 2.8, "bumped:patch": 1.2, "bumped:dropped": 3}
        | {"bumped:new": 2.2, "removed:import": 1.8, "added:import": 1},
        _DEPENDENCY,
    ),
    _mechanism(
        "input that used to be taken",
        r"\b4(?:00|09|22)\b|bad request|unprocessable|invalid (?:argument|input|request|"
        r"parameter|value)|"
        r"validation (?:failed|error)|rejected|not allowed|unsupported|\b415\b|\b406\b|cors",
        {
            "added:validation": 2.6,
            "removed:entry": 2,
            "removed:rounding": 2.6,
            "added:constraint": 2.2,
            "renamed:field": 2.4,
            "added:regex": 2.2,
        }
        | {"removed:default": 2, "lowered:size": 2, "added:type": 1.4, "changed:condition": 2}
        | {"removed:header": 2, "added:header": 1.6, "removed:format": 1.6, "added:raise": 1.6}
        | {"renamed:route": 1.6, "lowered:figure": 1.2, "changed:setting": 1},
        _CONTRACT,
    ),
    _mechanism(
        "figures that come out wrong",
        r"mismatch|incorrect|wrong (?:amount|total|price|value)|overcharg|undercharg|rounding|"
        r"reconcil|checksum|discrepan|off by|\bnan\b|drift|negative|stale|inconsisten|corrupt",
        {
            "added:imprecise": 2.8,
            "changed:arithmetic": 3,
            "removed:rounding": 3,
            "changed:condition": 2.4,
            "renamed:field": 2,
            "added:type": 2,
        }
        | {"removed:type": 2, "raised:ttl": 2, "renamed:key": 2.2, "removed:transaction": 1.8}
        | {"lowered:figure": 1.6, "raised:figure": 1.6, "added:format": 1.4, "removed:format": 1.4}
        | {
            "removed:eviction": 1.8,
            "added:cache": 1.8,
            "removed:lock": 1.6,
            "removed:validation": 1.4,
        },
        excludes=r"version mismatch|schema mismatch|hostname mismatch",
    ),
    _mechanism(
        "setting that is not there",
        r"missing (?:env|config|setting|key|variable|secret)|env(?:ironment)? variable|not set|"
        r"config(?:uration)? (?:error|invalid|missing)|required (?:key|setting|config)",
        {"renamed:setting": 3, "removed:setting": 3, "added:environment": 2.8, "renamed:key": 2}
        | {"removed:environment": 2.2, "removed:default": 2.4, "changed:setting": 1.6},
        _CONFIG,
    ),
    _mechanism(
        "without end",
        r"stack overflow|recursion|maximum call stack|infinite|loop detected|too many redirects",
        {"changed:condition": 2.6, "added:recursion": 2.6, "removed:guard": 2.2}
        | {"removed:bounds": 2.2, "renamed:route": 1.6, "renamed:address": 1.8},
    ),
    _mechanism(
        "results that are missing",
        r"zero.?results|no results|empty (?:result|response|list|page|set)|missing (?:results|rows|"
        r"items|orders|events)|dropped (?:events|rows|messages)|fewer (?:results|rows)",
        {"added:filter": 3, "changed:condition": 2.6, "raised:breaker": 2.6, "lowered:breaker": 2.2}
        | {"raised:figure": 1.6, "lowered:entries": 1.8, "lowered:batch": 1.6, "renamed:key": 2}
        | {"renamed:field": 2.4, "removed:select": 1.5, "removed:register": 1.6},
    ),
)

MECHANISMS = (*_OF_CORRECTNESS, *RESOURCE_MECHANISMS)
"""All that is known."""

NAMED_FLAG = _mechanism("a failure that names the flag", r"(?!)", {}, "bad_flag_change")
"""How a flag shows; it is known by its name alone."""

UNKNOWN = _mechanism("a change in what it speaks of", r"(?!)", {}, "bad_code_change")
"""When a change speaks of the symptom and nobody has written down how it brings it about."""
