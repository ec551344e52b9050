"""How edits come out as load, waiting, leaks and limits; see `mechanisms`."""

from agents.specialists.changes.mechanism import Mechanism
from agents.specialists.changes.mechanism import mechanism as _mechanism

_LIMIT = "bad_limit_change"
_LOAD = "bad_load_change"
_LEAK = "bad_leak_change"

RESOURCE_MECHANISMS: tuple[Mechanism, ...] = (
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
        | {"removed:release": 2.2, "lowered:memory": 3, "raised:memory": 1.2, "raised:batch": 2.2}
        | {"removed:row_limit": 2, "raised:ttl": 2, "added:cache": 2, "added:spawn": 1.6}
        | {"removed:ttl": 2, "raised:size": 2.0, "removed:bounds": 2, "raised:workers": 1.5}
        | {"removed:timeout": 1, "raised:pool": 1, "lowered:entries": 0.5, "removed:batch": 1},
        _LEAK,
        excludes=r"invalid memory address|memory.store|memory persist",
    ),
    _mechanism(
        "handles that are never given back",
        r"cannot assign requested address|time_?wait|too many open files|emfile|"
        r"file descriptor|open_fds|goroutine|threads?_|thread.?count|"
        r"native thread|socket.?(?:leak|exhaust)|close_wait|ephemeral|leak",
        {
            "removed:release": 3,
            "added:spawn": 2.6,
            "removed:timeout": 2,
            "added:no_reuse": 3,
            "removed:keepalive": 2,
        }
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
            "added:blocking": 2.6,
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
            "removed:spawn": 2.4,
            "lowered:rate": 2,
            "removed:error_check": 1.4,
        }
        | {"raised:timeout": 1, "lowered:interval": 1, "changed:setting": 0.8, "added:raise": 1.2},
        _LOAD,
    ),
    _mechanism(
        "disk that fills up",
        r"no space left|disk|inode|enospc|filesystem|volume.*full|wal_|storage",
        {"added:verbose": 2.8, "removed:eviction": 2.8, "raised:ttl": 2.4, "raised:log": 2}
        | {
            "changed:setting": 1.2,
            "changed:schedule": 2.6,
            "raised:interval": 2,
            "removed:compression": 2,
            "raised:sampling": 1.6,
        }
        | {"raised:entries": 1.4, "added:growth": 1.2, "removed:setting": 1.4},
        _LEAK,
    ),
    _mechanism(
        "more than fits",
        r"too (?:large|big|long)|\b413\b|\b431\b|larger than|exceeds? (?:max|the max|limit|"
        r"size)|message.?size|"
        r"max.?(?:body|message|payload)|header.*(?:too|large)|payload",
        {"lowered:size": 3, "raised:batch": 2.4, "removed:compression": 2.8, "lowered:rate": 1.2}
        | {"removed:row_limit": 2.2, "added:header": 1.6, "removed:bounds": 1.8, "raised:size": 2}
        | {"added:load_all": 2},
        _LIMIT,
    ),
    _mechanism(
        "connections that one side cuts",
        r"prematurely closed|connection reset|reset by peer|broken pipe|unexpected eof|goaway|"
        r"stream closed|\b502\b|socket hang up|connection closed",
        {"lowered:ttl": 3, "lowered:timeout": 2.4, "lowered:workers": 2.6, "removed:keepalive": 2}
        | {"lowered:pool": 1.4, "lowered:size": 1.4, "raised:ttl": 1.6, "added:no_reuse": 1.6}
        | {"bumped:major": 1, "changed:setting": 1},
        _LIMIT,
    ),
)
