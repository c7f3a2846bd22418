"""What every component does, shown on a small one."""

from collections.abc import Callable, Sequence
from enum import Enum

import pulumi
import pulumi_kubernetes as k8s
import pytest

from tonnage.findings import SpecError
from tonnage.manifests.declared import Declared, Manifest
from tonnage.preview import Recording, record
from tonnage.resources.base import Component
from tonnage.resources.seam import Child, resource_of, token_of

NAMESPACE: Manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-example"}}
CLAIM: Manifest = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "weights", "namespace": "team-example"},
    "spec": {"accessModes": ["ReadWriteOnce"]},
}
QUEUE: Manifest = {
    "apiVersion": "kueue.x-k8s.io/v1beta2",
    "kind": "LocalQueue",
    "metadata": {"name": "main", "namespace": "team-example"},
    "spec": {"clusterQueue": "example"},
}
CHILDREN = (Child("namespace", NAMESPACE), Child("claim", CLAIM, after=("namespace",)), Child("queue", QUEUE))


class Sample(Component):
    """Three objects."""

    def __init__(
        self, name: str, opts: pulumi.ResourceOptions | None = None, children: Sequence[Child] = CHILDREN
    ) -> None:
        super().__init__(name, {"size": 3}, children, opts, outputs={"namespace": "team-example"})


def recorded(program: Callable[[k8s.Provider], object]) -> Recording:
    """Record a program that is handed a provider."""
    return record(lambda: program(k8s.Provider("cluster", context="example")), "platform", "example")


def found(program: Callable[[k8s.Provider], object], name: str) -> Declared:
    """One resource of the program."""
    recording = recorded(program)
    assert not recording.findings
    return next(d for d in recording.resources if d.name == name)


def with_provider(provider: k8s.Provider, **more: object) -> pulumi.ResourceOptions:
    """Options with that provider."""
    return pulumi.ResourceOptions.merge(
        pulumi.ResourceOptions(provider=provider),
        pulumi.ResourceOptions(**more),  # type: ignore[arg-type] # passes on what the test gives
    )


def test_objects_reach_pulumi_exactly_as_they_are() -> None:
    """What kubectl would apply is what Pulumi is told: nothing added, dropped or renamed."""
    recording = recorded(lambda p: Sample("sample", with_provider(p)))

    inputs = {d.name: d.inputs for d in recording.resources if d.is_object}
    assert inputs == {"sample-namespace": NAMESPACE, "sample-claim": CLAIM, "sample-queue": QUEUE}


def test_the_component_records_its_arguments_and_is_parent_of_its_objects() -> None:
    """Arguments show in state; children carry the component's name in front of their own."""
    recording = recorded(lambda p: Sample("sample", with_provider(p)))

    parent = next(d for d in recording.resources if d.name == "sample")
    assert parent.inputs == {"size": 3}
    children = [d for d in recording.resources if d.is_object]
    assert {d.parent for d in children} == {parent.key}
    assert all(d.name.startswith("sample-") for d in children)


class Colour(Enum):
    """A choice."""

    RED = "red"


def test_choices_are_recorded_as_the_text_that_they_stand_for() -> None:
    """Pulumi refuses an Enum among properties, and hands one over for a choice made in another language."""

    class Chosen(Component):
        def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
            super().__init__(name, {"colour": Colour.RED, "parts": [{"colour": Colour.RED}], "size": 1}, (), opts)

    chosen = found(lambda p: Chosen("sample", with_provider(p)), "sample")
    assert chosen.inputs == {"colour": "red", "parts": [{"colour": "red"}], "size": 1}


@pytest.mark.parametrize(
    ("api_version", "token"),
    [
        ("v1", "kubernetes:core/v1:X"),
        ("apps/v1", "kubernetes:apps/v1:X"),
        ("kueue.x-k8s.io/v1beta2", "kubernetes:kueue.x-k8s.io/v1beta2:X"),
    ],
)
def test_tokens_follow_group_version_and_kind(api_version: str, token: str) -> None:
    """The provider reads group, version and kind from the type."""
    assert token_of({"apiVersion": api_version, "kind": "X"}) == token


def test_without_a_provider_nothing_is_declared() -> None:
    """A default provider would follow whatever kubeconfig the machine happens to have."""

    def program(_: k8s.Provider) -> None:
        with pytest.raises(SpecError, match="no Kubernetes provider is given"):
            Sample("sample")

    assert [d.name for d in recorded(program).resources] == ["cluster"]


@pytest.mark.parametrize(
    "given",
    [
        lambda p: pulumi.ResourceOptions(provider=p),
        lambda p: pulumi.ResourceOptions(providers=[p]),
        lambda p: pulumi.ResourceOptions(providers={"kubernetes": p}),
        lambda p: pulumi.ResourceOptions(
            parent=pulumi.ComponentResource("a:index:Group", "group", {}, pulumi.ResourceOptions(provider=p))
        ),
    ],
    ids=["provider", "list", "map", "parent"],
)
def test_the_provider_may_come_by_every_way_that_pulumi_knows(
    given: Callable[[k8s.Provider], pulumi.ResourceOptions],
) -> None:
    """Given directly, in a list or map, or by a parent, every object names it."""
    recording = recorded(lambda p: Sample("sample", given(p)))

    assert {d.provider for d in recording.resources if d.is_object} == {"pulumi:providers:kubernetes::cluster"}


def test_objects_that_hold_state_are_protected_and_stay() -> None:
    """Deleting a namespace or claim takes data along; a queue can be made again."""
    objects = {d.name: d for d in recorded(lambda p: Sample("s", with_provider(p))).resources if d.is_object}

    guarded = {name: (d.protect, d.retain_on_delete) for name, d in objects.items()}
    assert guarded == {"s-namespace": (True, True), "s-claim": (True, True), "s-queue": (False, False)}


@pytest.mark.parametrize("wanted", [True, False])
def test_protection_set_on_the_component_holds_for_all_its_objects(wanted: bool) -> None:
    """The default is a default: who says otherwise is heard."""
    opts = {"protect": wanted, "retain_on_delete": wanted}
    objects = [d for d in recorded(lambda p: Sample("s", with_provider(p, **opts))).resources if d.is_object]

    assert {(d.protect, d.retain_on_delete) for d in objects} == {(wanted, wanted)}


def test_an_object_waits_for_those_it_needs_and_for_what_the_component_waits_for() -> None:
    """Pulumi does not hand a component's depends_on down; the base does."""

    def program(provider: k8s.Provider) -> None:
        first = Sample("first", with_provider(provider), children=CHILDREN[:1])
        Sample("second", with_provider(provider, depends_on=[first]))

    namespace = "kubernetes:core/v1:Namespace"
    assert found(program, "second-claim").depends_on == (
        f"{namespace}::first-namespace",
        f"{namespace}::second-namespace",
    )
    assert found(program, "second-queue").depends_on == (f"{namespace}::first-namespace",)


def test_a_change_of_an_immutable_field_replaces_the_object_old_one_first() -> None:
    """The API server refuses the edit; two objects of one name cannot stand side by side."""

    def program(provider: k8s.Provider) -> None:
        resource_of("c", Child("queue", QUEUE), ["spec.clusterQueue"], with_provider(provider))

    queue = found(program, "c-queue")
    assert (queue.replace_on_changes, queue.delete_before_replace) == (("spec.clusterQueue",), True)


def test_an_object_with_a_former_name_is_found_again() -> None:
    """A renamed child keeps its state, under its own former name and under the component's."""

    def program(provider: k8s.Provider) -> None:
        children = [Child("queue", QUEUE, former=("local-queue",))]
        Sample("new", with_provider(provider, aliases=[pulumi.Alias(name="old")]), children)

    token = token_of(QUEUE)
    assert found(program, "new-queue").aliases == (f"{token}::new-local-queue", f"{token}::old-queue")


def test_a_transform_of_the_component_reaches_each_object() -> None:
    """The escape hatch that Pulumi's users know works here too."""
    seen: list[str] = []

    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        seen.append(args.name)
        if args.type_ != token_of(QUEUE):
            return None
        return pulumi.ResourceTransformResult({**args.props, "spec": {"clusterQueue": "other"}}, args.opts)

    queue = found(lambda p: Sample("s", with_provider(p, transforms=[transform])), "s-queue")
    assert queue.inputs["spec"] == {"clusterQueue": "other"}
    assert sorted(seen) == ["s", "s-claim", "s-namespace", "s-queue"]


def test_outputs_can_be_used_by_others() -> None:
    """A component's outputs are values of Pulumi."""
    seen: list[str] = []

    class Told(Sample):
        namespace: pulumi.Output[str]

    recorded(lambda p: Told("s", with_provider(p)).namespace.apply(seen.append))
    assert seen == ["team-example"]
