"""Running any Pulumi program in this process, and what is noted of it."""

import asyncio
import contextvars
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest

from tonnage.findings import Finding, Severity, SpecError
from tonnage.manifests.declared import SECRET, UNKNOWN, Declared
from tonnage.preview import Recording, record

CANARY = "canary-0815-value"


def run(program: Callable[[], object] | Path, **given: object) -> Recording:
    """Record under a fixed project and stack."""
    return record(program, "platform", "prod", **given)  # type: ignore[arg-type] # passes on what the test gives


def named(recording: Recording, name: str) -> Declared:
    """The one resource of that logical name."""
    (found,) = [r for r in recording.resources if r.name == name]
    return found


def config_map(name: str, opts: pulumi.ResourceOptions | None = None, **data: object) -> pulumi.CustomResource:
    """A ConfigMap through the base class."""
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}
    return pulumi.CustomResource("kubernetes:core/v1:ConfigMap", name, body, opts)


def program_in(folder: Path, **files: str) -> Path:
    """A program's folder with those modules."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(dedent(text))
    return folder


def test_type_name_inputs_and_options_are_noted() -> None:
    """Everything that a report or a rule may ask of a resource is in the recording."""

    def program() -> None:
        provider = k8s.Provider("cluster", context="c")
        first = config_map("first", pulumi.ResourceOptions(provider=provider))
        config_map(
            "second",
            pulumi.ResourceOptions(
                provider=provider,
                depends_on=[first],
                protect=True,
                retain_on_delete=True,
                delete_before_replace=True,
                replace_on_changes=["data.b", "data.a"],
                ignore_changes=["data.c"],
                aliases=[pulumi.Alias(name="old")],
            ),
            a="1",
        )

    assert named(run(program), "second") == Declared(
        stack="prod",
        token="kubernetes:core/v1:ConfigMap",  # noqa: S106 a type token
        name="second",
        parent=None,
        inputs={"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "second"}, "data": {"a": "1"}},
        depends_on=("kubernetes:core/v1:ConfigMap::first",),
        provider="pulumi:providers:kubernetes::cluster",
        protect=True,
        retain_on_delete=True,
        delete_before_replace=True,
        replace_on_changes=("data.a", "data.b"),
        ignore_changes=("data.c",),
        aliases=("kubernetes:core/v1:ConfigMap::old",),
    )


def test_whole_numbers_are_integers() -> None:
    """The wire knows only floats; a reader of replicas: 3 shall not see 3.0."""
    recording = run(lambda: config_map("numbers", whole=3, part=0.5, flag=True, none=None, many=[1, 2.5]))

    data = named(recording, "numbers").inputs["data"]
    assert data == {"whole": 3, "part": 0.5, "flag": True, "many": [1, 2.5], "none": None}
    assert [type(data[k]) for k in ("whole", "part", "flag")] == [int, float, bool]


def test_what_is_known_only_after_apply_is_unknown_and_names_its_source() -> None:
    """A preview cannot know an id; the input that holds it says so, and on whom it waits."""

    def program() -> None:
        config_map("second", id=config_map("first").id)

    second = named(run(program), "second")
    assert second.inputs["data"] == UNKNOWN or second.inputs["data"] == {"id": UNKNOWN}
    assert second.depends_on == ("kubernetes:core/v1:ConfigMap::first",)
    assert second.property_depends_on == {"data": second.depends_on}


def test_nothing_runs_inside_an_apply_of_an_unknown() -> None:
    """As in a real preview: what is declared there is absent, so components must not do it."""

    def program() -> None:
        config_map("outer").id.apply(lambda known: config_map(f"inner-{known}"))

    assert [r.name for r in run(program).resources] == ["outer"]


def test_an_apply_of_a_known_value_runs() -> None:
    """Inputs are known in a preview, and so is what is computed from them."""

    def program() -> None:
        name = pulumi.Output.from_input("a").apply(lambda a: a * 2)
        config_map("computed", twice=name)

    assert named(run(program), "computed").inputs["data"] == {"twice": "aa"}


def test_an_object_without_a_name_gets_one_that_is_not_known() -> None:
    """The provider adds a random suffix: what refers to the name must not show a made-up one."""

    def program() -> None:
        first = k8s.core.v1.ConfigMap("first", data={"a": "1"}, opts=pulumi.ResourceOptions())
        config_map("second", refers=first.metadata.apply(lambda m: m["name"]))

    recording = run(program)
    assert named(recording, "second").inputs["data"] == {"refers": UNKNOWN}
    assert "metadata" not in named(recording, "first").inputs


def test_children_name_their_parents() -> None:
    """A component and what it declares form a tree."""

    class Pair(pulumi.ComponentResource):
        def __init__(self, name: str) -> None:
            super().__init__("tonnage:index:Pair", name, {"a": 1})
            config_map(f"{name}-one", pulumi.ResourceOptions(parent=self))
            self.register_outputs({})

    recording = run(lambda: Pair("pair"))
    assert named(recording, "pair-one").parent == named(recording, "pair").key == "tonnage:index:Pair::pair"


def test_former_names_of_a_parent_pass_on_to_its_children() -> None:
    """The engine finds a renamed component's children again; the recording knows the same names."""

    class Pair(pulumi.ComponentResource):
        def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
            super().__init__("tonnage:index:Pair", name, {}, opts)
            config_map(f"{name}-one", pulumi.ResourceOptions(parent=self))

    recording = run(lambda: Pair("new", pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")])))
    assert named(recording, "new-one").aliases == ("kubernetes:core/v1:ConfigMap::old-one",)


def test_two_resources_of_one_type_and_name_are_refused_each() -> None:
    """Pulumi's rule, told for every pair at once and before anything would be created."""

    def program() -> None:
        for name in ("one", "one", "two", "two", "three"):
            config_map(name)

    recording = run(program)
    assert [f.where for f in recording.findings] == [f"kubernetes:core/v1:ConfigMap::{n}" for n in ("one", "two")]
    assert recording.resources == ()


def test_resources_that_differ_only_in_their_parents_type_are_refused() -> None:
    """Pulumi takes them; a list of changes could not tell one from the other."""

    class First(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("a:index:First", "first")
            config_map("same", pulumi.ResourceOptions(parent=self))

    def program() -> None:
        First()
        config_map("same")

    (finding,) = run(program).findings
    assert (finding.where, finding.severity) == ("kubernetes:core/v1:ConfigMap::same", Severity.ERROR)


def test_secrets_are_masked_wherever_they_were_put() -> None:
    """Marked values, a provider's kubeconfig, Secret objects, and copies of secret config values."""

    def program() -> None:
        settings = pulumi.Config("platform")
        k8s.Provider("cluster", kubeconfig=f"plain {CANARY}")
        config_map("marked", token=pulumi.Output.secret(CANARY))
        config_map("copied", token=f"bearer {settings.require('token')}")
        config_map("derived", token=settings.require_secret("token").apply(lambda t: f"x{t}"))
        body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"token": CANARY}}
        pulumi.CustomResource("kubernetes:core/v1:Secret", "unmarked", body)
        pulumi.export("token", settings.require_secret("token"))
        pulumi.log.warn(f"careful with {CANARY}")

    recording = run(program, config={"platform:token": CANARY}, secrets=["platform:token"])
    assert CANARY not in repr(recording)
    assert named(recording, "cluster").inputs["kubeconfig"] == SECRET
    assert named(recording, "marked").inputs["data"] == {"token": SECRET}
    assert named(recording, "copied").inputs["data"] == {"token": f"bearer {SECRET}"}
    assert named(recording, "unmarked").inputs["stringData"] == {"token": SECRET}
    assert recording.exports == {"token": SECRET}


def test_config_of_every_kind_reaches_the_program() -> None:
    """Text, numbers, truth values and trees, as `pulumi config` holds them."""
    seen: dict[str, object] = {}

    def program() -> None:
        config = pulumi.Config("tonnage")
        seen.update(text=config.get("text"), n=config.get_int("n"), yes=config.get_bool("yes"))
        seen.update(tree=config.get_object("tree"), stack=pulumi.get_stack(), project=pulumi.get_project())

    run(program, config={"tonnage:text": "a", "tonnage:n": 3, "tonnage:yes": True, "tonnage:tree": {"a": [1]}})
    assert seen == {"text": "a", "n": 3, "yes": True, "tree": {"a": [1]}, "stack": "prod", "project": "platform"}


def test_config_of_the_machine_does_not_reach_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same program and config give the same recording on every machine."""
    monkeypatch.setenv("PULUMI_CONFIG", '{"tonnage:text": "from the machine"}')
    monkeypatch.setenv("PULUMI_CONFIG_TONNAGE_TEXT", "from the machine")
    seen: list[object] = []

    run(lambda: seen.append(pulumi.Config("tonnage").get("text")))
    assert seen == [None]
    assert os.environ["PULUMI_CONFIG_TONNAGE_TEXT"] == "from the machine"


def test_an_exception_of_the_program_is_a_finding_at_its_line(tmp_path: Path) -> None:
    """Nothing half-made comes back, and the reader is led to the program's own line."""
    folder = program_in(
        tmp_path / "stacks",
        __main__="""
            import pulumi
            import parts
            pulumi.CustomResource("a:b:C", "declared", {})
            parts.build()
            """,
        parts="""
            def build():
                raise ValueError("no such thing")
            """,
    )

    recording = run(folder)
    (finding,) = recording.findings
    assert finding.what == "ValueError: no such thing"
    assert finding.position is not None
    assert (finding.position.file, finding.position.line) == (str(folder / "parts.py"), 3)
    assert recording.resources == ()
    assert recording.exports == {}


def test_findings_that_the_program_raises_come_back_as_they_are() -> None:
    """SpecError carries the list of all problems; none is lost."""
    problems = (Finding("a", "is wrong", "do b"), Finding("c", "is wrong", "do d"))

    def program() -> None:
        raise SpecError(problems)

    assert run(program).findings == problems


def test_an_error_inside_an_apply_is_a_finding() -> None:
    """Code that runs later fails the run as well."""

    def program() -> None:
        config_map("late", value=pulumi.Output.from_input("a").apply(int))

    recording = run(program)
    assert "invalid literal for int()" in recording.findings[0].what
    assert recording.resources == ()


def test_a_program_that_exits_is_a_finding() -> None:
    """`sys.exit` in a program does not end the process that records it."""
    assert "ends itself" in run(lambda: sys.exit(0)).findings[0].what


def test_a_logged_error_fails_the_recording_and_a_warning_does_not() -> None:
    """A real run fails as well when a program logs an error."""

    def program() -> None:
        config_map("a")
        pulumi.log.warn("mind this")
        if pulumi.Config("p").get_bool("bad"):
            pulumi.log.error("this is wrong")

    good, bad = run(program), run(program, config={"p:bad": True})
    assert [(f.what, f.severity) for f in good.findings] == [("mind this", Severity.WARNING)]
    assert len(good.resources) == 1
    assert {f.what for f in bad.findings} == {"mind this", "this is wrong"}
    assert bad.resources == ()


def test_a_provider_is_not_asked_and_the_recording_says_so() -> None:
    """The answer of a provider's function is unknown; the program runs on."""

    def program() -> None:
        zones = pulumi.runtime.invoke_output("aws:index/getZones:getZones", {})
        config_map("zones", names=zones.apply(lambda z: z["names"]))

    recording = run(program)
    assert named(recording, "zones").inputs["data"] == {"names": UNKNOWN}
    assert [(f.where, f.severity) for f in recording.findings] == [("aws:index/getZones:getZones", Severity.INFO)]


def test_outputs_of_another_stack_are_unknown() -> None:
    """A StackReference needs a backend; none is asked."""

    def program() -> None:
        other = pulumi.StackReference("organization/platform/other")
        config_map("refers", value=other.get_output("address"))

    assert named(run(program), "refers").inputs["data"] == {"value": UNKNOWN}


def test_an_asynchronous_program_is_run_to_its_end() -> None:
    """`pulumi.run` takes a coroutine function, whose results are exported."""

    async def main() -> dict[str, pulumi.Input[str]]:
        config_map("later")
        return {"a": "b"}

    recording = run(lambda: pulumi.run(main))
    assert [r.name for r in recording.resources] == ["later"]
    assert recording.exports == {"a": "b"}


def test_transforms_of_resource_parent_and_stack_change_what_is_noted() -> None:
    """Innermost first, the stack's last: the engine's order."""

    def adding(letter: str) -> Callable[[pulumi.ResourceTransformArgs], pulumi.ResourceTransformResult | None]:
        def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
            if not args.custom:
                return None
            former: Any = args.props["data"]
            data = {"order": former.get("order", "") + letter}
            options = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(protect=True))
            return pulumi.ResourceTransformResult({**args.props, "data": data}, options)

        return transform

    class Pair(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("a:index:Pair", "pair", {}, pulumi.ResourceOptions(transforms=[adding("b")]))
            config_map("child", pulumi.ResourceOptions(parent=self, transforms=[adding("a")], retain_on_delete=True))

    def program() -> None:
        pulumi.runtime.register_resource_transform(adding("c"))
        Pair()

    child = named(run(program), "child")
    assert child.inputs["data"] == {"order": "abc"}
    assert (child.protect, child.retain_on_delete) == (True, True)


def test_a_folder_is_run_in_its_place_and_leaves_no_trace(tmp_path: Path) -> None:
    """Working folder, import path, modules, variables and arguments are put back."""
    folder = program_in(
        tmp_path / "stacks",
        __main__="""
            import os, sys
            import pulumi
            import own_module
            os.environ["LEFT_BEHIND"] = "yes"
            sys.path.append("/left-behind")
            pulumi.export("cwd", os.getcwd())
            pulumi.export("value", own_module.VALUE)
            pulumi.export("argument", sys.argv[0])
            """,
        own_module="VALUE = 1",
    )
    before = (Path.cwd(), list(sys.path), dict(os.environ), list(sys.argv), sys.modules["__main__"])

    recording = run(folder)
    assert recording.exports == {"cwd": str(folder), "value": 1, "argument": str(folder)}
    assert (Path.cwd(), list(sys.path), dict(os.environ), list(sys.argv), sys.modules["__main__"]) == before
    assert "own_module" not in sys.modules


def test_modules_of_one_name_in_two_programs_stay_apart(tmp_path: Path) -> None:
    """Base and head of a diff each see their own `settings`, and so does the caller afterwards."""
    main = "import pulumi, settings\npulumi.export('value', settings.VALUE)"
    base = program_in(tmp_path / "base", __main__=main, settings="VALUE = 'base'")
    head = program_in(tmp_path / "head", __main__=main, settings="VALUE = 'head'")
    sys.modules["settings"] = mine = type(sys)("settings")
    try:
        exports = [run(folder).exports for folder in (base, head, base)]
        assert sys.modules["settings"] is mine
    finally:
        del sys.modules["settings"]
    assert exports == [{"value": "base"}, {"value": "head"}, {"value": "base"}]


def test_a_recording_does_not_disturb_the_callers_pulumi() -> None:
    """Mocks of the caller's tests, its event loop and its stack stay as they were."""

    class Echo(pulumi.runtime.Mocks):
        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, object]]:
            return args.name, args.inputs

        def call(self, _: pulumi.runtime.MockCallArgs) -> tuple[dict[str, object], None]:
            return {}, None

    def inside() -> None:
        pulumi.runtime.set_mocks(Echo(), project="mine", stack="own")
        recording = run(lambda: config_map("a"))
        assert len(recording.resources) == 1
        assert (pulumi.get_project(), pulumi.get_stack()) == ("mine", "own")

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        contextvars.copy_context().run(inside)
        assert asyncio.get_event_loop() is loop
        loop.run_until_complete(asyncio.gather(*asyncio.all_tasks(loop)))
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_recordings_after_a_failed_one_are_clean() -> None:
    """A program that fails half-way leaves nothing behind for the next."""

    def bad() -> None:
        config_map("a")
        raise RuntimeError("stop")

    first = run(lambda: config_map("a"))
    run(bad)
    assert run(lambda: config_map("a")) == first


def test_the_order_of_declaration_does_not_matter() -> None:
    """Two programs that declare the same are recorded the same."""
    one = run(lambda: [config_map(n) for n in ("a", "b", "c")])
    other = run(lambda: [config_map(n) for n in ("c", "a", "b")])

    assert one == other
    assert [r.name for r in one.resources] == ["a", "b", "c"]


def test_a_recording_is_a_value() -> None:
    """Recordings compare by what they hold."""
    assert run(lambda: config_map("a")) != replace(run(lambda: config_map("a")), stack="other")
