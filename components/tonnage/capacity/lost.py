"""Why each other option of a workload lost: it fits no node, or the whole cluster would cost more with it."""

from collections.abc import Iterator, Sequence

from tonnage.capacity.packing.choice import Choice, Search, alone
from tonnage.capacity.packing.dollars import monthly
from tonnage.capacity.packing.shortfall import no_room
from tonnage.capacity.result import Option, Rejection
from tonnage.units import MoneyRate


def rejections_of(options: Sequence[Option], place: int, search: Search, choice: Choice) -> Iterator[Rejection]:
    """One rejection for each option that was not chosen, in the order of the options."""
    for i, option in enumerate(options):
        if i != choice[place]:
            yield Rejection(named(option), _why(option, i, place, search, choice))


def named(option: Option) -> str:
    """What a rejection calls an option: its layout, or what one of its pods holds."""
    return str(option.layout) if option.layout else f"{option.pod.accelerator or 'CPU'} x{option.pod.gpus}"


def _why(option: Option, i: int, place: int, search: Search, choice: Choice) -> str:
    group = search.ways[place][i]
    if not any(group.per_node):
        return f"its pods fit no node: {no_room(group, search.supply)}"
    here = search.packed(choice)
    changed = (*choice[:place], i, *choice[place + 1 :])
    pods = f"{option.replicas} replica{'' if option.replicas == 1 else 's'}"
    if not search.affordable(changed):
        shares = (alone(g, search.supply)[1] for g in (group, search.ways[place][choice[place]]))
        mine, taken = (monthly(MoneyRate(round(s) * search.supply.unit)) for s in shares)
        return f"not tried with all others: the parts of nodes for its {pods} come to {mine}, to {taken} as chosen"
    other = search.packed(changed)
    if other.verdict[:2] != here.verdict[:2]:
        return f"with its {pods} not every pod, or not every spare, finds a place within the limits"
    if other.verdict[2] > here.verdict[2]:
        return f"its {pods} need nodes of unknown price"
    more = (other.cost - here.cost) * search.supply.unit
    if more > 0:
        return f"with its {pods} the whole cluster costs {monthly(MoneyRate(more))} more"
    return f"with its {pods} the whole cluster costs as much"
