"""A `Model` from its shape: what the capacity model asks, derived from the layers."""

from collections.abc import Iterator
from dataclasses import dataclass

from tonnage.catalog.accelerators import Source
from tonnage.catalog.models import LinearAttention, Model, Moe
from tonnage.catalog.parameters import active_parameters, embedding_parameters, expert, total_parameters
from tonnage.catalog.shapes import DeltaNet, Group, Lightning, Mamba, Shape


@dataclass(frozen=True)
class ShapedModel:
    """A catalogue row that states a shape instead of totals."""

    shape: Shape
    max_context: int
    precision: str
    source: Source
    note: str = ""


def model_of(name: str, row: ShapedModel) -> Model | str:
    """The model, or why a `Model` cannot say this shape: its layers differ in what they cache or route."""
    wrong = next(_why_not(row.shape), None)
    return wrong or _model(name, row)


def _why_not(shape: Shape) -> Iterator[str]:
    groups = shape.groups
    if any(g.dense and g.experts for g in groups):
        yield "a group of layers is both dense and with experts"
    if any(sum(map(bool, (g.attention, g.latent, g.delta_net, g.mamba, g.lightning))) > 1 for g in groups):
        yield "a group of layers has more than one mixer"
    caches = {(a.heads, a.kv_heads, a.head_dim) for g in groups if (a := g.attention)}
    caches |= {(m.heads, m.kv_rank, m.rope_dim + m.nope_dim) for g in groups if (m := g.latent)}
    if len(caches) != 1:
        yield "it has no attention layers" if not caches else "its attention layers differ in heads or cache"
    if len({g.attention.window for g in groups if g.attention and g.attention.window}) > 1:
        yield "its windows differ in size"
    if len({state_elements(g.linear) for g in groups if g.linear}) > 1:
        yield "its recurrent layers differ in size"
    if len({(e.experts, e.per_token, expert(e, shape.hidden_size)) for g in groups if (e := g.experts)}) > 1:
        yield "its experts differ in number or size"


def state_elements(mixer: DeltaNet | Mamba | Lightning) -> int:
    """Elements that one layer keeps per sequence: the state, and `conv_kernel` - 1 inputs of the convolution."""
    if isinstance(mixer, DeltaNet):
        keys, values = mixer.key_heads * mixer.key_head_dim, mixer.value_heads * mixer.value_head_dim
        return values * mixer.key_head_dim + (2 * keys + values) * (mixer.conv_kernel - 1)
    inner = mixer.heads * mixer.head_dim
    if isinstance(mixer, Mamba):
        return inner * mixer.state_size + (inner + 2 * mixer.groups * mixer.state_size) * (mixer.conv_kernel - 1)
    return inner * mixer.head_dim


def _model(name: str, row: ShapedModel) -> Model:
    shape = row.shape
    windowed = [g for g in shape.groups if g.attention and g.attention.window]
    heads, kv_heads, head_dim, mla_width = _heads(shape)
    return Model(
        id=name,
        layers=sum(g.count for g in shape.groups),
        hidden_size=shape.hidden_size,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        mla_width=mla_width,
        full_attention_layers=sum(g.count for g in shape.groups if _sees_all(g)),
        window_layers=sum(g.count for g in windowed),
        window=next((g.attention.window for g in windowed if g.attention), 0),
        linear=_linear(shape),
        vocabulary=shape.vocabulary,
        tied_embeddings=shape.tied_embeddings,
        max_context=row.max_context,
        moe=_moe(shape),
        total_parameters=total_parameters(shape),
        embedding_parameters=embedding_parameters(shape),
        active_parameters=active_parameters(shape),
        precision=row.precision,
        source=row.source,
        note=row.note,
    )


def _heads(shape: Shape) -> tuple[int, int, int, int | None]:
    """Heads, key/value heads, head dim, width of a latent cache."""
    latent = next((g.latent for g in shape.groups if g.latent), None)
    if latent:
        return latent.heads, latent.heads, latent.nope_dim + latent.rope_dim, latent.kv_rank + latent.rope_dim
    a = next(g.attention for g in shape.groups if g.attention)
    return a.heads, a.kv_heads, a.head_dim, None


def _sees_all(g: Group) -> bool:
    return g.latent is not None or (g.attention is not None and not g.attention.window)


def _linear(shape: Shape) -> LinearAttention | None:
    mixers = [(g.count, g.linear) for g in shape.groups if g.linear]
    if not mixers:
        return None
    return LinearAttention(sum(count for count, _ in mixers), state_elements(mixers[0][1]))


def _moe(shape: Shape) -> Moe | None:
    routed = [(g.count, g.experts) for g in shape.groups if g.experts]
    if not routed:
        return None
    e = routed[0][1]
    return Moe(sum(count for count, _ in routed), e.experts, e.per_token, expert(e, shape.hidden_size))
