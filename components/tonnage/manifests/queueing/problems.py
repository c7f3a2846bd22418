"""Everything that is wrong with queues, all at once, each with its fix."""

from collections.abc import Iterator

from tonnage.findings import Finding
from tonnage.manifests.queueing.queues import CPU_FLAVOR, Queues
from tonnage.names import is_label


def findings(queues: Queues, where: str) -> tuple[Finding, ...]:
    """Problems of the queues of a cluster; `where` is how their owner is called in them."""
    return (*_names(queues, where), *_shares(queues, where), *_sums(queues, where))


def _names(queues: Queues, where: str) -> Iterator[Finding]:
    fix = "use lower-case letters, digits and dashes, a letter first"
    if not is_label(queues.cohort):
        yield Finding(f"{where}.cohort", f"{queues.cohort[:80]!r} is no name", fix, code="TN501")
    for team in sorted(queues.teams):
        if not is_label(team):
            yield Finding(f"{where}.teams", f"{team[:80]!r} is no name of a team", fix, code="TN501")
    for accelerator, count in sorted(queues.gpus.items()):
        if not is_label(accelerator) or accelerator == CPU_FLAVOR:
            yield Finding(f"{where}.gpus", f"{accelerator[:80]!r} is no name of an accelerator", fix, code="TN501")
        if count < 0:
            yield Finding(
                f"{where}.gpus.{accelerator}",
                f"{count} is less than nothing",
                "give the GPUs of the plan",
                code="TN501",
            )


def _shares(queues: Queues, where: str) -> Iterator[Finding]:
    for team, shares in sorted(queues.teams.items()):
        if not shares:
            yield Finding(
                f"{where}.teams.{team}", "has no share of any flavor", "drop the team, or give it one", code="TN501"
            )
        for flavor, share in sorted(shares.items()):
            place = f"{where}.teams.{team}.{flavor}"
            if flavor == CPU_FLAVOR and share.gpus:
                what = "nodes without GPUs have none to give"
                yield Finding(f"{place}.gpus", what, "name the accelerator instead of cpu", code="TN501")
            if share.gpus < 0:
                yield Finding(
                    f"{place}.gpus", f"{share.gpus} is less than nothing", "give the GPUs of the plan", code="TN501"
                )
            if flavor != CPU_FLAVOR and flavor not in queues.gpus:
                known = ", ".join(sorted(queues.gpus)) or "none"
                what = f"the plan has no GPUs of {flavor[:80]!r}"
                yield Finding(place, what, f"name an accelerator of the plan ({known}), or cpu", code="TN501")
            if not (share.cpu and share.memory):
                field = "memory" if share.cpu else "cpu"
                yield Finding(
                    f"{place}.{field}", "is 0, so no job could start", "give what the plan counts", code="TN501"
                )


def _sums(queues: Queues, where: str) -> Iterator[Finding]:
    """More quota than GPUs means jobs that are admitted and then wait on nodes, where nobody sees them queue."""
    for accelerator, planned in sorted(queues.gpus.items()):
        given = {t: s[accelerator].gpus for t, s in sorted(queues.teams.items()) if accelerator in s}
        total = sum(given.values())
        if total > planned >= 0:
            parts = " + ".join(f"{count} of {team}" for team, count in given.items())
            what = f"{parts} = {total} GPUs of {accelerator} are promised, and the plan has {planned}"
            yield Finding(f"{where}.gpus.{accelerator}", what, "plan again, or lower a team's share", code="TN501")
