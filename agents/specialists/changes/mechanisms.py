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

_LIMIT = "bad_limit_change"
_LOAD = "bad_load_change"
_LEAK = "bad_leak_change"
_CONTRACT = "bad_contract_change"
_SCHEMA = "bad_schema_change"

_OF_CORRECTNESS: tuple[Mechanism, ...] = (
    _mechanism(
        "missing value dereferenced",
        r"nil pointer|null ?pointer|nonetype|undefined is not|cannot read propert|segfault|sigsegv|"
        r"nullreference|unwrap\(\)? on a|of (?:null|undefined)|invalid memory address",
        {"removed:guard": 3, "removed:default": 2.2, "removed:register": 1.2}
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
        | {"removed:environment": 1.8, "renamed:address": 1.2, "changed:arithmetic": 1.6}
        | {"removed:setting": 1.5, "raised:interval": 1.5, "lowered:figure": 1}
        | {"removed:entry": 2.8}
        | _BUMP_AT_MOST,
    ),
    _mechanism(
        "deadline that normal work does not meet",
        r"deadline|time(?:d)?.?out|context cancel|cancelled by client|\b504\b|canceled|cancelled",
        {"lowered:timeout": 3, "lowered:pool": 1.6, "lowered:workers": 1.5, "added:sleep": 2.2}
        | {"added:call_in_loop": 2.4, "added:lock": 2, "added:blocking": 2, "removed:timeout": 1.2}
        | {"removed:cache": 1.8, "lowered:cpu": 1.5, "removed:batch": 1.5, "removed:keepalive": 1.6}
        | {"lowered:ttl": 1.2, "removed:row_limit": 1.8, "raised:cost": 1.5, "added:timeout": 1.5}
        | {"removed:release": 1.5, "renamed:address": 1.5, "added:slow_predicate": 1.3}
        | {"raised:retry": 1.2, "removed:spawn": 1.4, "removed:index": 1.8, "added:regex": 1.5},
        _LIMIT,
        excludes=r"lookup .* on|name resolution|txn timeout|transaction timeout",
    ),
    _mechanism(
        "retries that end too soon",
        r"(?:retr(?:y|ies)|attempts?).{0,40}(?:exhaust|exceed|gave up|giving up)|budget exhaust|"
        r"max (?:retries|attempts)|retry.?(?:exhaust|limit)|txn.?timeout|transaction timeout|"
        r"operation failed|conflict",
        {"lowered:retry": 3, "removed:retry": 3, "removed:backoff": 2.4, "lowered:backoff": 2}
        | {"lowered:timeout": 2, "removed:breaker": 1},
        _LIMIT,
    ),
    _mechanism(
        "retries that add to the load",
        r"retry storm|retr(?:y|ies)|amplif|thundering|circuit.?(?:open|breaker)|overload|"
        r"requests?_per|rps|request_rate|\b503\b|unavailable",
        {"raised:retry": 3, "removed:backoff": 3, "lowered:backoff": 2.5, "removed:breaker": 2.6}
        | {"added:retry": 2.5, "lowered:breaker": 1.8, "lowered:interval": 2, "raised:breaker": 1.5}
        | {"removed:retry": 0.5, "changed:condition": 1},
        _LOAD,
        excludes=r"exhausted|gave up",
    ),
    _mechanism(
        "connections that run out",
        r"pool.{0,30}(?:exhaust|timeout|full|wait|empty|limit)|too many (?:connections|clients)|"
        r"connection slots|(?:acquir|obtain|get).{0,20}connection|connection limit|"
        r"max_?conn|conn(?:ection)?s?_(?:in_use|active|open|waiting|wait)|pool_|hikari|"
        r"idle in transaction|connections? exhaust|checkout timeout",
        {"lowered:pool": 3, "removed:release": 3, "raised:workers": 1.6, "raised:pool": 1.2}
        | {"raised:timeout": 1.4, "added:transaction": 1.5, "added:call_in_loop": 1.6}
        | {"removed:keepalive": 1.8, "removed:timeout": 1.8, "added:spawn": 1.5, "lowered:ttl": 1}
        | {"removed:transaction": 1, "added:sleep": 1.5, "raised:ttl": 1, "added:blocking": 1.4}
        | {"lowered:timeout": 1.2},
        _LIMIT,
    ),
    _mechanism(
        "memory that is never given back",
        r"out.?of.?memory|oom|heap|\brss\b|memory|gc (?:pause|overhead)|gc_pause|working_set|"
        r"memory pressure|killed",
        {"added:growth": 2.8, "removed:eviction": 3, "raised:entries": 2.4, "added:load_all": 2.4}
        | {"removed:release": 2.2, "lowered:memory": 3, "raised:memory": 1.2, "raised:batch": 1.8}
        | {"removed:row_limit": 2, "raised:ttl": 2, "added:cache": 2, "added:spawn": 1.6}
        | {"removed:ttl": 2, "raised:size": 1.6, "removed:bounds": 2, "raised:workers": 1.5}
        | {"removed:timeout": 1, "raised:pool": 1, "lowered:entries": 0.5, "removed:batch": 1},
        _LEAK,
        excludes=r"invalid memory address|memory.store|memory persist",
    ),
    _mechanism(
        "handles that are never given back",
        r"too many open files|emfile|file descriptor|open_fds|goroutine|threads?_|thread.?count|"
        r"native thread|socket.?(?:leak|exhaust)|close_wait|ephemeral|leak",
        {"removed:release": 3, "added:spawn": 2.6, "removed:timeout": 2, "removed:keepalive": 2}
        | {"raised:pool": 1.4, "added:growth": 1.2, "lowered:pool": 1, "raised:workers": 1.6}
        | {"removed:bounds": 1.2, "removed:eviction": 1.5},
        _LEAK,
    ),
    _mechanism(
        "processor kept busy",
        r"cpu|high load|load_average|throttl(?:ed|ing).?(?:cpu|period)|event.?loop.?lag|backtrack|"
        r"catastrophic",
        {
            "added:regex": 2.8,
            "removed:cache": 2.2,
            "added:dropped_index": 2.4,
            "added:call_in_loop": 2,
            "lowered:interval": 2.2,
        }
        | {"raised:cost": 2.6, "lowered:cpu": 2.4, "removed:backoff": 2, "removed:row_limit": 2}
        | {"lowered:ttl": 2.2, "added:hash": 2.4, "added:compression": 2, "added:verbose": 1.6}
        | {
            "removed:index": 2,
            "added:slow_predicate": 1.8,
            "removed:sleep": 2.4,
            "raised:workers": 1,
        }
        | {"added:format": 1, "added:load_all": 1.4, "removed:batch": 1.4, "removed:filter": 2}
        | {"raised:sampling": 1.2, "lowered:entries": 1.4, "removed:spawn": 0.8},
        _LOAD,
    ),
)

MECHANISMS = (*_OF_CORRECTNESS, *RESOURCE_MECHANISMS)
"""All that is known."""

NAMED_FLAG = _mechanism("a failure that names the flag", r"(?!)", {}, "bad_flag_change")
"""How a flag shows; it is known by its name alone."""
