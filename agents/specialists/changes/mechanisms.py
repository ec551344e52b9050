"""What shows as what: how an edit of a kind comes out in logs, traces and metrics.

Each mechanism is known by the words of its symptom, and names the edits that can bring it about
with how well they account for it, from 1 (possible) to 3 (the usual way). An edit that is not
listed does not: adding an index does not raise the load of a lookup, raising a pool does not
exhaust it, and no reordering of ciphers lets a certificate expire.
"""

from agents.specialists.changes.mechanism import Mechanism
from agents.specialists.changes.mechanism import mechanism as _mechanism

_BUMP_AT_MOST = {"bumped:major": 1.0, "bumped:minor": 0.8, "bumped:dropped": 0.8}

_LIMIT, _LOAD, _LEAK = "bad_limit_change", "bad_load_change", "bad_leak_change"
_CONTRACT, _SCHEMA, _CONFIG = "bad_contract_change", "bad_schema_change", "bad_config_change"
_DEPENDENCY = "bad_dependency_update"

MECHANISMS: tuple[Mechanism, ...] = (
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
        r"not (?:found|registered|initiali[sz]ed|configured)|unknown (?:handler|route|agent|type|"
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
        | {"renamed:topic": 1.6, "removed:spawn": 1.2, "changed:condition": 1},
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
        {"renamed:field": 3, "changed:setting": 1, "added:format": 1.6, "removed:format": 1.8}
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
        {"added:lock": 2.6, "removed:online_index": 3, "added:transaction": 2.2}
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
        r"backlog|consumer.?lag|\blag\b|queue.?(?:depth|age|size|length)|oldest.?message|unacked|"
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
        r"crash.?loop|failed to start|startup|exit(?:ed)? (?:code|with)|restart|cannot start|"
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
        | {"added:register": 1, "renamed:route": 1.6, "lowered:timeout": 1}
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
        {"changed:arithmetic": 3, "changed:condition": 2.4, "renamed:field": 2, "added:type": 2}
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

NAMED_FLAG = _mechanism("a failure that names the flag", r"(?!)", {}, "bad_flag_change")
"""How a flag shows; it is known by its name alone."""
