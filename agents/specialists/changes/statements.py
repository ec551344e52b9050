"""Kinds of statement, and kinds of setting, that engineers know to matter when they come or go."""

import re
from collections.abc import Mapping


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


SUBJECTS: Mapping[str, re.Pattern[str]] = {
    "timeout": _any(r"time_?out|deadline|WithTimeout|max_?wait|budget|patience"),
    "retry": _any(r"retr(?:y|ies)|attempt|redeliver"),
    "backoff": _any(r"back_?off|jitter|base_?delay|retry_?(?:delay|interval|wait)"),
    "ttl": _any(r"ttl|expir|max_?age|lifetime|stale|leeway|skew|retention|keep_?alive"),
    "pool": _any(r"pool|max_?(?:open|idle)|max_?conn|connections?\b|maxconns|conn_?limit"),
    "batch": _any(r"batch|chunk|bulk|page_?size|fetch_?size|prefetch|max_?poll|linger|limit\s+\d"),
    "rate": _any(r"rate|rps|qps|tps|limit|quota|burst|throttl|capacity|units"),
    "workers": _any(r"worker|concurren|thread|parallel|replica|consumer|partition|shard|procs"),
    "memory": _any(r"mem|heap|xm[xs]|limits?.*[mg]i|buffer|\d\s*[mg]i\b"),
    "cpu": _any(r"cpu|cores?\b|millicore|gomaxprocs"),
    "cost": _any(r"rounds|cost|iterations|work_?factor|compression_?level"),
    "entries": _any(r"max_?(?:entries|size|items|keys|elements)|capacity|cache_?size|window"),
    "interval": _any(r"interval|period|delay|poll|tick|every|sleep|schedule|frequency|cron"),
    "size": _any(r"max_?(?:body|message|payload|request|header|frame|bytes)|size|bytes|length"),
    "breaker": _any(r"breaker|threshold|failure_?rate|trip|eject|outlier"),
    "sampling": _any(r"sampl"),
    "port": _any(r"\bport\b|_port|listen|target_?port|:\d{4,5}\b"),
    "probe": _any(r"probe|initial_?delay|period_?seconds|failure_?threshold|grace"),
    "log": _any(r"log|verbosity"),
}
"""What a figure may be about, by the words on its line."""

STATEMENTS: Mapping[str, re.Pattern[str]] = {
    "guard": _any(
        r"\bif\b.*(?<!err )(?<!error )(?:[!=]==?|\bis(?: not)?)\s*(?:nil|null|none|undefined)\b",
        r"\?\.|getOrDefault|\.orElse|hasattr|isset\(|\.isPresent|ofNullable|\?\?",
        r"\bif\s+!?\s*ok\b|\.get\(\s*[\"'][^\"']+[\"']\s*,",
    ),
    "initial": _any(r"\bmake\(|new\s+\w*(?:map|set|list)\b|=\s*(?:\{\}|\[\])|\bdict\(\)"),
    "bounds": _any(r"\bif\b.*(?:\blen\(|\.length|\.size\(\)|count|\bcap\()"),
    "release": _any(
        r"defer\s+\S*(?:close|unlock|cancel|release|rollback|stop|done|put)\w*\(",
        r"\.(?:close|release|dispose|shutdown|disconnect|unsubscribe|stop|rollback|end)\(\s*\)",
        r"\bfinally\b|\bwith\s+\S*(?:open|session|connect|acquire|cursor)|\busing\s*\(|"
        r"try\s*\(|removeListener|clearInterval|clearTimeout|\bcancel\(\)",
    ),
    "eviction": _any(
        r"evict|\blru|prune|purge|expire|\bdelete\(|\.delete\(|\.remove\(|\.popleft|\.shift\(",
        r"cleanup|gc\(|rotate|reap|vacuum|max_?entries",
    ),
    "lock": _any(
        r"\.r?lock\(|\.runlock\(|\.unlock\(|synchronized|\bmutex|\bwith\s+\S*lock|for update|"
        r"advisory_lock|setnx|compare_?and_?s|atomic|\bonce\.do|volatile|semaphore",
    ),
    "transaction": _any(r"\bbegin\b|transaction|\.commit\(|savepoint|isolation|atomic\(\)"),
    "row_limit": _any(r"\blimit\s+[:$?\d%]|\bfetch first\b|\.limit\(|\.take\(|paginat|\btop\s+\d"),
    "filter": _any(r"\bwhere\b|\.filter\(|\bhaving\b|\.where\("),
    "index": _any(r"create\s+(?:unique\s+)?index|add\s+index|db_index"),
    "online_index": _any(r"concurrently|algorithm\s*=\s*inplace|lock\s*=\s*none"),
    "dropped_index": _any(r"\bdrop\s+index|remove_index|dropindex"),
    "drop": _any(r"\bdrop\s+(?:table|column|index|view|constraint|database)|remove_column"),
    "rename": _any(r"\brename\s+(?:to|column|table)|rename_(?:column|table)"),
    "constraint": _any(r"not null|add\s+constraint|unique|foreign key|check\s*\(|references\s"),
    "alter": _any(r"alter\s+table|add_column|alter_column"),
    "select": _any(r"\b(?:select\b.*\bfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\b"),
    "slow_predicate": _any(r"like\s+'%|lower\(|upper\(|\bilike\b|order by|rand\(\)|cross join"),
    "batch": _any(r"batch|bulk|executemany|pipeline\(|\bmget|chunk|coalesce|prefetch_related"),
    "retry": _any(r"\bretr(?:y|ies)\w*\(|with_?retry|@retry|max_?attempts|retryable"),
    "backoff": _any(r"back_?off|jitter|\.sleep\(|\bsleep\(|base_?delay|<<\s*\w+|wait_exponential"),
    "breaker": _any(r"circuit|breaker|bulkhead|fallback|rate_?limit|limiter|\bshed"),
    "cache": _any(r"cache\.\w+\(|memo|lru_cache|getorload|@cacheable|use_?cache|cached\("),
    "timeout": _any(
        r"^(?!.*idle).*(?:with_?timeout|with_?deadline|timeout\s*[:=]|set_?timeout\(|abortsignal)"
    ),
    "register": _any(
        r"\b\w*(?:regist(?:er|ry)|subscribe|bootstrap|install|seed|mount|provide|bind|attach|"
        r"preload|warm_?up|migrate)\w*\s*\(",
        r"\binit\w*\(|handlefunc\(|addroute|\.use\(|\.route\(|add(?:handler|listener)\(",
    ),
    "import": _any(r"^\s*(?:import\b|from\s+\S+\s+import|require\(|#include|using\s+\w)"),
    "tolerance": _any(r"leeway|skew|toleran|grace|clock|drift|slack"),
    "validation": _any(
        r"\benum\(|oneof|(?<!in)valid|sanitiz|\bverify|\bassert|required|schema|strict|regex|pattern"
    ),
    "authority": _any(
        r"(?<!un)authoriz|permission|scope|\brole|policy|audience|issuer|principal|acl"
    ),
    "crypto": _any(r"tls|certificate|cipher|\bca\b|rootcas|verify|signing|algorithm|hmac|jwks"),
    "acknowledge": _any(r"\.n?ack\(|commit(?:sync|async|offset|message)|deletemessage|autocommit"),
    "compression": _any(r"gzip|compress|zstd|snappy|deflate|brotli"),
    "keepalive": _any(r"^(?!.*disable).*(?:keep_?alive|idle_?conn|reuse|persistent)"),
    "no_reuse": _any(r"disable_?keep_?alives?|connection[\"']?:\s*[\"']?close|http\.client\{"),
    "spawn": _any(
        r"\bgo\s+(?:func|\w+[.(])|thread\(|create_task|executor|\.submit\(|setinterval|"
        r"new\s+worker|\bspawn\(",
    ),
    "growth": _any(
        r"(?:cache|seen|history|registry|buffer|pending|map|index|store|queue|log|list)\w*"
        r"(?:\[[^\]]+\]\s*=[^=]|\.(?:set|put|add|append|push|store)\()",
        r"^\s*\w+\[\w+\]\s*=[^=]|^\s*var\s+\w+\s*=\s*(?:make\()?map\[",
        r"static\s+.*=\s*new\s+\w*(?:map|list|set)|^\w+\s*=\s*(?:\{\}|\[\]|dict\(\)|list\(\))",
        r"=\s*append\(\s*\w*(?:cache|seen|history|registry|buffer|pending|store|all)",
    ),
    "load_all": _any(
        r"readall|fetchall|readlines|\.all\(\)|tolist|select\s+\*|read_?to_?end|\.read\(\)"
    ),
    "sleep": _any(r"\bsleep\(|\.sleep\(|thread\.sleep|time\.after"),
    "blocking": _any(
        r"\.block\(|\.wait\(|\.join\(|\.result\(|synchronous|(?:file|exec|read|write|spawn)sync\("
    ),
    "regex": _any(r"regexp?\b|re\.(?:compile|match|search)|pattern\.compile|\(\?:|\.\*\)?[+*]"),
    "raise": _any(r"\bpanic\(|\bthrow\b|\braise\b|log\.fatal|os\.exit|\.unwrap\(\)|\bfatal\("),
    "error_check": _any(r"\bif\s+err\b|\bcatch\b|\bexcept\b|\.catch\(|on_?error|\brescue\b"),
    "environment": _any(r"getenv|environ|process\.env|mustgetenv|valuefrom|secretkeyref|configmap"),
    "default": _any(r"default|getordefault|\|\|\s*[\"'\d]|\?\?"),
    "rounding": _any(r"\bround\(|\.round\(|floor\(|ceil\(|trunc|tofixed|parseint|quantize"),
    "imprecise": _any(r"parsefloat|\bfloat\(|\bdouble\b|float(?:32|64)\(|\bnumber\("),
    "header": _any(r"header|content-?type|accept|user-agent|cors|origin"),
    "format": _any(r"marshal|serializ|encod|decod|protobuf|avro|json\(|timezone|strftime|locale"),
    "type": _any(r"\b(?:int(?:32|64)?|float(?:64)?|decimal|bigint|varchar|string|uint\w*)\b"),
    "verbose": _any(
        r"(?:level|verbosity|log)\w*[\"']?\s*[:=(]\s*[\"']?(?:debug|trace|all|verbose)|verbose\s*=\s*true"
    ),
    "host": _any(r"https?://|\.svc\b|host\s*[:=]|endpoint\s*[:=]|base_?url"),
    "hash": _any(r"bcrypt|scrypt|argon|pbkdf|sha\d+|deep_?copy|clone\("),
    "recursion": _any(r"recurs"),
}
"""Statements, by the signs that lines of many languages share."""
