"""How edits come out as load, waiting, leaks and limits; see `mechanisms`."""

from agents.specialists.changes.mechanism import Mechanism
from agents.specialists.changes.mechanism import mechanism as _mechanism

_LIMIT = "bad_limit_change"
_LOAD = "bad_load_change"
_LEAK = "bad_leak_change"
_CONTRACT = "bad_contract_change"
_CONFIG = "bad_config_change"
_DEPENDENCY = "bad_dependency_update"

RESOURCE_MECHANISMS: tuple[Mechanism, ...] = (
    _mechanism(
        "too little to serve the load",
        r"saturat|queue (?:is )?full|shedding|no capacity|overload|reject|all .*busy|cpu_|"
        r"backpressure|"
        r"unschedulable|insufficient|exhausted|throttl",
        {"lowered:workers": 3, "lowered:cpu": 2.8, "lowered:memory": 1.6, "lowered:pool": 2.2}
        | {"lowered:entries": 1.6, "removed:spawn": 1.6, "lowered:rate": 1.6, "lowered:size": 1},
        _LIMIT,
    ),
    _mechanism(
        "database made to do more",
        r"slow quer|statement timeout|seq(?:uential)? scan|full (?:table )?scan|"
        r"rows_(?:examined|read|"
        r"returned|fetched|scanned)|db_(?:cpu|query|quer|latency)|query_(?:latency|duration|time)|"
        r"queries_per|quer(?:y|ies) per|qps|query took",
        {
            "removed:row_limit": 3,
            "removed:filter": 2.6,
            "removed:index": 3,
            "added:dropped_index": 3,
        }
        | {"added:call_in_loop": 3, "removed:cache": 2.6, "lowered:ttl": 2.6, "removed:batch": 2.4}
        | {
            "added:slow_predicate": 2,
            "lowered:entries": 2,
            "lowered:interval": 2,
            "added:select": 1,
        }
        | {"renamed:key": 2, "removed:select": 0.6, "raised:batch": 1.2, "changed:condition": 1}
        | {"added:load_all": 1.6, "lowered:batch": 1.6, "raised:workers": 1},
        _LOAD,
    ),
    _mechanism(
        "cache that no longer holds",
        r"cache.?miss|hit_?(?:ratio|rate)|read.?through|stampede|cache_(?:evict|hit|miss)|"
        r"miss_?ratio|"
        r"cold cache|evict",
        {"lowered:ttl": 3, "renamed:key": 2.8, "removed:cache": 2.6, "lowered:entries": 2.4}
        | {"lowered:memory": 2, "added:eviction": 2, "changed:setting": 1, "removed:lock": 1.6}
        | {"changed:condition": 1.2, "lowered:figure": 0.8, "renamed:field": 1.4},
        _LOAD,
    ),
    _mechanism(
        "waiting for each other",
        r"deadlock|lock.?(?:wait|timeout|acquire|contention)|could not obtain lock|blocked|mutex|"
        r"lock acquire|waiting for .*lock|serializ(?:e|ation) (?:access|failure)",
        {
            "added:lock": 2.6,
            "added:blocking": 1.8,
            "removed:online_index": 3,
            "added:transaction": 2.2,
        }
        | {"added:index": 1.4, "added:alter": 2.4, "removed:release": 2.4, "removed:lock": 1.4}
        | {"added:constraint": 1.8, "raised:batch": 1.6, "lowered:timeout": 1.2, "added:sleep": 1.4}
        | {"added:select": 0.8, "raised:workers": 1.4},
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
        "more calls than are allowed",
        r"throttl|\b429\b|too many requests|rate.?(?:limit|exceed)|provisionedthroughput|quota|"
        r"resource_?exhausted|limit exceeded|slow ?down|capacity|throughput exceed",
        {"removed:batch": 3, "lowered:rate": 3, "raised:retry": 2.2, "removed:backoff": 2.4}
        | {"added:call_in_loop": 2.6, "raised:workers": 2, "lowered:interval": 2.6}
        | {"removed:cache": 2.2, "lowered:ttl": 2.2, "lowered:batch": 2.4, "removed:breaker": 1.8}
        | {"added:breaker": 2, "renamed:key": 1.4, "added:spawn": 1.6, "removed:sleep": 2},
        _LOAD,
        excludes=r"cpu",
    ),
    _mechanism(
        "queue that is not emptied",
        r"backlog|consumer.?lag|queue.?(?:depth|age|size|length)|oldest.?message|unacked|"
        r"rebalanc|dead.?letter|dlq|redeliver|messages_(?:visible|ready|behind)",
        {"lowered:workers": 2.6, "lowered:batch": 2.4, "removed:acknowledge": 2.8}
        | {"added:sleep": 2, "added:blocking": 2.2, "renamed:topic": 2.6, "lowered:timeout": 1.8}
        | {"raised:batch": 1.6, "added:call_in_loop": 2, "removed:batch": 2, "added:lock": 1.6}
        | {
            "raised:interval": 1.8,
            "removed:spawn": 1.8,
            "lowered:rate": 2,
            "removed:error_check": 1.4,
        }
        | {"raised:timeout": 1, "lowered:interval": 1, "changed:setting": 0.8, "added:raise": 1.2},
        _LOAD,
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
        "disk that fills up",
        r"no space left|disk|inode|enospc|filesystem|volume.*full|wal_|storage",
        {"added:verbose": 2.8, "removed:eviction": 2.8, "raised:ttl": 2.4, "raised:log": 2}
        | {"changed:setting": 1.2, "removed:compression": 2, "raised:sampling": 1.6}
        | {"raised:entries": 1.4, "added:growth": 1.2, "removed:setting": 1.4},
        _LEAK,
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
        "more than fits",
        r"too large|\b413\b|\b431\b|larger than|exceeds? (?:max|the max|limit|size)|message.?size|"
        r"max.?(?:body|message|payload)|header.*(?:too|large)|payload",
        {"lowered:size": 3, "raised:batch": 2.4, "removed:compression": 2.8, "lowered:rate": 1.2}
        | {"removed:row_limit": 2.2, "added:header": 1.6, "removed:bounds": 1.8, "raised:size": 1.2}
        | {"added:load_all": 2},
        _LIMIT,
    ),
    _mechanism(
        "without end",
        r"stack overflow|recursion|maximum call stack|infinite|loop detected|too many redirects",
        {"changed:condition": 2.6, "added:recursion": 2.6, "removed:guard": 2.2}
        | {"removed:bounds": 2.2, "renamed:route": 1.6, "renamed:address": 1.8},
    ),
)
