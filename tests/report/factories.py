"""Small plans and objects, made by hand, for the tests of the report."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from tonnage.capacity.ledger import Entry
from tonnage.capacity.result import (
    AccountUse,
    CapacityPlan,
    Interval,
    Layout,
    Option,
    PlannedWorkload,
    PodShape,
    Pool,
    Prediction,
    PricedBy,
    Rejection,
    TeamCost,
    TeamQuota,
    UnusedReservation,
    WorkloadId,
)
from tonnage.findings import Finding
from tonnage.manifests.declared import Declared
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team
from tonnage.units import Cpu, Duration, Memory, MoneyRate, Rate, Share

AS_OF = date(2026, 11, 23)


def hourly(amount: float) -> MoneyRate:
    """Dollars per hour."""
    return MoneyRate(Fraction(str(amount)))


def pool(
    name: str = "g6e-12xlarge",
    count: int = 9,
    spares: int = 1,
    price: float | None = 10.0,
    *,
    market: str = "onDemand",
    accelerator: str | None = "l40s",
    gpus: int = 4,
    alternates: tuple[str, ...] = ("g6e.24xlarge",),
) -> Pool:
    """A pool of nodes, 4 GPUs each."""
    return Pool(
        name=name,
        instance_type=name.replace("-", ".", 1),
        accelerator=accelerator,
        gpus_per_node=gpus,
        market=market,
        zones=("us-east-1a",),
        count=count,
        spares=spares,
        price=PricedBy(None if price is None else hourly(price), "a price list", AS_OF, sunk=market == "reserved"),
        patterns=(),
        alternates=alternates,
        vcpus_per_node=48,
    )


def workload(
    name: str = "search/chat",
    replicas: int = 9,
    pools: Mapping[str, int] | None = None,
    *,
    binding: str = "tpot",
    tensor_parallel: int = 4,
    interval: tuple[int, int] | None = (7, 12),
    **other: Any,
) -> PlannedWorkload:
    """A served model, by default one replica a node."""
    team, _, own = name.partition("/")
    id_ = WorkloadId(team, own)
    prediction = Prediction(
        batch=31,
        ttft=Duration.ms(900),
        tpot=Duration.ms(38.5),
        tpot_interval=Interval(34.0, 38.5, 44.0),
        rate=Rate.parse("2/s"),
        derate=Share.parse("75%"),
        kv_per_gpu=Memory.parse("12GiB"),
        kv_sequences=40,
    )
    option = Option(
        workload=id_,
        layout=Layout("l40s", tensor_parallel),
        replicas=replicas,
        replicas_interval=interval,
        pod=PodShape(Cpu.parse("24"), Memory.parse("180GiB"), Memory.parse("100GiB"), tensor_parallel, "l40s"),
        prediction=prediction,
        binding=binding,
        ledger=(Entry("weights per GPU", "16.92 GiB", "(68.45 G x 1 B + 2.10 G x 2 B) / 4", "capacity model"),),
    )
    return PlannedWorkload(
        id=id_,
        kind=other.get("kind", "serving"),
        priority=other.get("priority", "production"),
        option=option,
        pools={"g6e-12xlarge": replicas} if pools is None else pools,
        rejections=(Rejection("h100-sxm x1", "weights and overhead exceed the budget by 0.1 GiB"),),
        demand=other.get("demand", "12/s, 2000 in, 400 out"),
        surge=other.get("surge", 0),
        survive=other.get("survive", "node"),
    )


def quota(gpus: int = 36, pods: int = 9) -> TeamQuota:
    """What a team may hold."""
    return TeamQuota({"l40s": gpus}, Cpu.parse("216"), Memory.parse("1620GiB"), pods)


def cost(amount: float = 90.0, budget: str | None = "60000 USD/month") -> TeamCost:
    """A team's part of the bill, dollars per hour."""
    return TeamCost(hourly(amount), MoneyRate.parse(budget) if budget else None)


def plan(
    *,
    pools: tuple[Pool, ...] | None = None,
    workloads: tuple[PlannedWorkload, ...] | None = None,
    quotas: Mapping[str, TeamQuota] | None = None,
    costs: Mapping[str, TeamCost] | None = None,
    account: tuple[AccountUse, ...] = (AccountUse("G instances", 480, 768),),
    unused: tuple[UnusedReservation, ...] = (),
    total: float = 100.0,
    cluster: str = "prod-east",
    findings: tuple[Finding, ...] = (),
) -> CapacityPlan:
    """A plan of one cluster: search/chat on nine nodes and one spare."""
    return CapacityPlan(
        cluster=cluster,
        as_of=AS_OF,
        pools=(pool(),) if pools is None else pools,
        workloads=(workload(),) if workloads is None else workloads,
        quotas={"search": quota()} if quotas is None else quotas,
        costs={"search": cost()} if costs is None else costs,
        idle=hourly(10),
        total=hourly(total),
        lower_bound=hourly(95),
        gap=Share.parse("5%"),
        contract="full contract",
        account=account,
        unused_reservations=unused,
        unpriced=(),
        ledger=(Entry("nodes of g6e-12xlarge", "10", "9 + 1 spare", "packing"),),
        findings=findings,
    )


def grown() -> CapacityPlan:
    """The plan after search/chat has grown to 14 replicas."""
    return plan(
        pools=(pool(count=14),),
        workloads=(workload(replicas=14, interval=(11, 19), demand="20/s, 2000 in, 400 out"),),
        quotas={"search": quota(56, 14)},
        costs={"search": cost(140.0)},
        account=(AccountUse("G instances", 720, 768),),
        total=150.0,
    )


def cluster(name: str = "prod-east", **other: Any) -> Cluster:
    """A cluster's spec with one account quota and one capacity block."""
    pools = {
        "provisioner": "karpenter",
        "instanceTypes": ("g6e.12xlarge",),
        "reserved": (
            {
                "instanceType": "p5.48xlarge",
                "count": 2,
                "id": "cr-0abc",
                "zone": "us-east-1a",
                "kind": "capacityBlock",
                "until": date(2027, 1, 12),
                "price": "31.40 USD/h",
            },
        ),
    }
    return Cluster.model_validate(
        {
            "kind": "Cluster",
            "name": name,
            "platform": "eks",
            "region": "us-east-1",
            "zones": ("us-east-1a",),
            "kubernetes": "1.35",
            "asOf": AS_OF,
            "nodePools": pools,
            "accountQuotas": ({"name": "G instances", "instanceTypes": ("g6e.*",), "vcpus": 768},),
        }
        | other
    )


def team(requests: str = "12/s", name: str = "search", **other: Any) -> Team:
    """A team with one served model."""
    chat = {
        "name": "chat",
        "model": "Qwen/Qwen3-32B",
        "traffic": {"requests": requests, "inputTokens": 2000, "outputTokens": 400},
        "slo": {"ttftP95": "1s", "tpotP95": "40ms"},
        "survive": "node",
    }
    base = {
        "kind": "Team",
        "name": name,
        "contact": "oncall@example.com",
        "budget": "60000 USD/month",
        "clusters": {"prod-east": {}},
        "serving": (chat,),
    }
    return Team.model_validate(base | other)


def declared(
    kind: str = "apps/v1:Deployment",
    name: str = "chat",
    stack: str = "search-prod-east",
    inputs: Mapping[str, Any] | None = None,
    **options: Any,
) -> Declared:
    """A Kubernetes object, a Deployment of nine replicas by default."""
    plain = {"metadata": {"name": name, "namespace": "team-search"}, "spec": {"replicas": 9}}
    return Declared(
        stack=stack,
        token=kind if kind.startswith(("pulumi:", "tonnage:")) else f"kubernetes:{kind}",
        name=name,
        parent=options.pop("parent", None),
        inputs=plain if inputs is None else inputs,
        **options,
    )
