"""Where the specialist holds back, and what it still says when a source refuses."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue
from typing_extensions import override

from agents.domain.base import EntityRef, Window
from agents.domain.document import Document
from agents.domain.measures import ObjectSelector
from agents.domain.readings import LogLine, Resource, Series, Service, Topology
from agents.errors import PermissionMissing
from agents.testing.telemetry import InMemoryTelemetry
from tests.agents.specialists.aws.support import ask, supported

NOW = datetime(2026, 3, 3, 10, 30, tzinfo=UTC)
SHOP = Topology(
    services=(Service(name="checkout", resources=(EntityRef(kind="function", name="charge"),)),)
)
DENIED = PermissionMissing("AWS elbv2 refused", remedy="allow elasticloadbalancing:Describe")


class Refusing(InMemoryTelemetry):
    """Lets nobody read target groups."""

    @override
    def objects(self, selector: ObjectSelector) -> tuple[Resource, ...]:
        """Refuse the one kind."""
        if selector.kind == "elbv2.target_groups":
            raise DENIED
        return super().objects(selector)


def thing(kind: str, entity: EntityRef, **body: JsonValue) -> Resource:
    """Make one object of the API."""
    return Resource(kind=kind, entity=entity, document=Document(body=body))


def admitting(source: str) -> JsonValue:
    """Make a rule that admits the database's port from a group."""
    pairs: list[JsonValue] = [{"GroupId": source}]
    port: Mapping[str, JsonValue] = {"FromPort": 5432, "ToPort": 5432}
    return {"IpProtocol": "tcp", "UserIdGroupPairs": pairs, **port}


def counts(name: str, metric: str, usual: float, newest: float) -> Series:
    """Make an hour of a count, a sample every five minutes, the last three of them new."""
    times = tuple((NOW - timedelta(minutes=5 * n)).timestamp() for n in range(12, -1, -1))
    values = (usual,) * 10 + (newest,) * 3
    return Series(
        name=f"AWS/Lambda:{metric}",
        entity=EntityRef(kind="function", name=name),
        statistic="Sum",
        times=times,
        values=values,
    )


def test_a_second_group_that_still_admits_the_port_keeps_the_path_open() -> None:
    """Rules of several groups add up; the removed one was one too many."""
    admitting: Mapping[str, JsonValue] = {
        "IpProtocol": "tcp",
        "FromPort": 5432,
        "ToPort": 5432,
    }
    groups = [
        thing(
            "ec2.security_groups",
            EntityRef(kind="security_group", name=name),
            GroupId=name,
            IpPermissions=[dict(admitting)] if name == "sg-other" else [],
        )
        for name in ("sg-db", "sg-other")
    ]
    database = thing(
        "rds.db_instances",
        EntityRef(kind="database", name="shop-db"),
        Endpoint={"Port": 5432},
        VpcSecurityGroups=[{"VpcSecurityGroupId": g.entity.name} for g in groups],
    )
    revoked = thing(
        "cloudtrail.events",
        EntityRef(kind="event", name="e-1"),
        EventName="RevokeSecurityGroupIngress",
        EventTime=(NOW - timedelta(minutes=6)).isoformat(),
        Record={"requestParameters": {"groupId": "sg-db", "fromPort": 5432, "toPort": 5432}},
    )
    kinds = {"cloudtrail.events": [revoked], "rds.db_instances": [database]}

    open_still = ask(InMemoryTelemetry(resources={**kinds, "ec2.security_groups": groups}), NOW)
    cut = ask(InMemoryTelemetry(resources={**kinds, "ec2.security_groups": groups[:1]}), NOW)

    assert open_still.hypotheses == ()
    assert [h.cause.failure_mode for h in cut.hypotheses] == ["security_group_change"]


def test_an_instance_that_ended_well_says_nothing_of_launches_that_fail() -> None:
    """Auto Scaling goes on to terminate while it cannot launch."""
    group = EntityRef(kind="auto_scaling_group", name="web")
    activities = [
        thing(
            "autoscaling.scaling_activities",
            group,
            ActivityId=identity,
            Description=description,
            StartTime=(NOW - timedelta(minutes=ago)).isoformat(),
            StatusCode=code,
            StatusMessage="InsufficientInstanceCapacity",
        )
        for identity, description, ago, code in (
            ("a-1", "Launching a new EC2 instance.", 9, "Failed"),
            ("a-2", "Terminating EC2 instance: i-0a11", 4, "Successful"),
        )
    ]

    answer = ask(InMemoryTelemetry(resources={"autoscaling.scaling_activities": activities}), NOW)

    assert [h.cause.failure_mode for h in answer.hypotheses] == ["scaling_lacks_capacity"]


def test_a_function_that_belongs_to_no_known_service_counts_less() -> None:
    """In a large account something always fails somewhere."""
    series = [
        counts(name, metric, usual, newest)
        for name in ("charge", "somebody-elses")
        for metric, usual, newest in (("Invocations", 300.0, 300.0), ("Errors", 0.0, 150.0))
    ]

    answer = ask(InMemoryTelemetry(series=series), NOW, topology=SHOP)

    shifts = {h.cause.entity.name: h.prior_shift for h in answer.hypotheses}
    assert shifts["somebody-elses"] < shifts["charge"] == 0.0


def test_figures_of_something_else_under_a_short_name_are_not_a_functions() -> None:
    """“Errors” is anybody's metric; only a function's are Lambda's."""
    renamed = [
        one.model_copy(update={"name": one.name.partition(":")[2], "entity": entity})
        for entity in (EntityRef(kind="service", name="checkout"),)
        for one in (
            counts("charge", "Invocations", 300.0, 300.0),
            counts("charge", "Errors", 0.0, 150.0),
        )
    ]

    assert ask(InMemoryTelemetry(series=renamed), NOW).hypotheses == ()


def test_what_is_refused_beside_a_finding_is_a_gap_and_hides_nothing() -> None:
    """One missing permission must not cost the responder the cause."""
    target = thing(
        "elbv2.target_health",
        EntityRef(kind="target", name="i-0a11"),
        TargetGroupName="web",
        Target={"Id": "i-0a11", "Port": 80},
        TargetHealth={"State": "unhealthy", "Reason": "Target.Timeout", "Description": "slow"},
    )
    telemetry = Refusing(resources={"elbv2.target_health": [target], "elbv2.target_groups": []})

    answer = ask(telemetry, NOW, window=Window(start=NOW - timedelta(minutes=30), end=NOW))

    assert [h.cause.failure_mode for h in answer.hypotheses] == ["unhealthy_targets_timeout"]
    assert DENIED.remedy in {gap.remedy for gap in answer.gaps}


def test_a_rule_that_admits_others_does_not_hide_who_was_shut_out() -> None:
    """The bastion still gets in, and the application does not: that is the usual mishap."""
    app, bastion = admitting("sg-app"), admitting("sg-bastion")
    group = EntityRef(kind="security_group", name="sg-db")
    asked: JsonValue = {
        "fromPort": 5432,
        "toPort": 5432,
        "groups": {"items": [{"groupId": "sg-app"}]},
    }
    revoked = thing(
        "cloudtrail.events",
        EntityRef(kind="event", name="e-1"),
        EventName="RevokeSecurityGroupIngress",
        EventTime=(NOW - timedelta(minutes=6)).isoformat(),
        Record={
            "requestParameters": {"groupId": "sg-db", "ipPermissions": {"items": [asked]}},
        },
    )
    database = thing(
        "rds.db_instances",
        EntityRef(kind="database", name="shop-db"),
        Endpoint={"Port": 5432},
        VpcSecurityGroups=[{"VpcSecurityGroupId": "sg-db"}],
    )
    late = LogLine(
        timestamp=NOW - timedelta(minutes=2),
        entity=EntityRef(kind="service", name="checkout"),
        message="connect to shop-db:5432: timed out",
    )

    def found(rules: list[JsonValue], lines: list[LogLine]) -> list[str]:
        rule = thing("ec2.security_groups", group, GroupId="sg-db", IpPermissions=rules)
        telemetry = InMemoryTelemetry(
            lines=lines,
            resources={
                "cloudtrail.events": [revoked],
                "rds.db_instances": [database],
                "ec2.security_groups": [rule],
            },
        )
        return list(supported(telemetry, ask(telemetry, NOW)))

    assert found([bastion], [late]) == ["security_group_change"]
    assert found([bastion], []) == []
    assert found([bastion, app], [late]) == []
