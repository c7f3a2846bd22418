"""Parameters of a shape, counted tensor by tensor.

Formulas: the definitions of the layers themselves (projections, biases, norms); Mamba-2 and the gated delta
network as in their reference implementations. Layers that predict further tokens are counted nowhere.
H is the hidden size throughout.
"""

from tonnage.catalog.shapes import Attention, DeltaNet, Dense, Experts, Group, Indexer, Latent, Lightning, Mamba, Shape


def total_parameters(shape: Shape) -> int:
    """All weights, encoder included."""
    return _text(shape) + shape.encoder_parameters


def active_parameters(shape: Shape) -> int:
    """Weights multiplied per token: no encoder, no input table unless it is the LM head, used experts only."""
    routed = [(g.count, g.experts) for g in shape.groups if g.experts]
    unused = sum(count * (e.experts - e.per_token) * expert(e, shape.hidden_size) for count, e in routed)
    table = 0 if shape.tied_embeddings else shape.vocabulary * shape.hidden_size
    return _text(shape) - unused - table


def embedding_parameters(shape: Shape) -> int:
    """Input table and LM head; one table if they are tied."""
    return shape.vocabulary * shape.hidden_size * (1 if shape.tied_embeddings else 2)


def expert(e: Experts, h: int) -> int:
    """One routed expert."""
    width = e.latent or h
    return _feed_forward(width, e.intermediate, gated=e.gated, bias=e.expert_bias)


def _text(shape: Shape) -> int:
    h = shape.hidden_size
    norm = h * (2 if shape.norm_bias else 1)
    layers = sum(g.count * (_mixer(g, h) + _feed(g, h) + g.norms * norm) for g in shape.groups)
    tables = embedding_parameters(shape) + shape.learned_positions * h
    return layers + tables + shape.final_norms * norm + shape.other_parameters


def _mixer(g: Group, h: int) -> int:
    if g.attention:
        return _attention(g.attention, h)
    if g.latent:
        return _latent(g.latent, h)
    if g.delta_net:
        return _delta_net(g.delta_net, h)
    if g.mamba:
        return _mamba(g.mamba, h)
    return _lightning(g.lightning, h) if g.lightning else 0


def _attention(a: Attention, h: int) -> int:
    queries, keys = a.heads * a.head_dim, a.kv_heads * a.head_dim
    weights = h * queries * (2 if a.output_gate else 1) + 2 * h * keys + queries * h
    biases = (queries + 2 * keys if a.qkv_bias else 0) + (h if a.output_bias else 0)
    norms = {"perHead": 2 * a.head_dim, "perLayer": queries + keys}.get(a.norm, 0)
    sinks = a.heads if a.sinks else 0
    return weights + biases + norms + sinks + _indexer(a.indexer, h, h)


def _latent(a: Latent, h: int) -> int:
    wide = a.heads * (a.rope_dim + a.nope_dim)
    queries = h * wide if a.query_rank is None else h * a.query_rank + a.query_rank + a.query_rank * wide
    down = h * (a.kv_rank + a.rope_dim) + a.kv_rank
    up = a.kv_rank * a.heads * (a.nope_dim + a.value_dim)
    return queries + down + up + a.heads * a.value_dim * h + _indexer(a.indexer, h, a.query_rank or h)


def _indexer(i: Indexer | None, h: int, queries_from: int) -> int:
    if i is None:
        return 0
    keys_and_norm = h * i.head_dim + 2 * i.head_dim
    return queries_from * i.heads * i.head_dim + keys_and_norm + (0 if i.blockwise else h * i.heads)


def _delta_net(d: DeltaNet, h: int) -> int:
    keys, values = d.key_heads * d.key_head_dim, d.value_heads * d.value_head_dim
    inputs = h * (2 * keys + 2 * values) + 2 * h * d.value_heads
    convolution = (2 * keys + values) * d.conv_kernel
    return inputs + convolution + 2 * d.value_heads + d.value_head_dim + values * h


def _mamba(m: Mamba, h: int) -> int:
    inner, mixed = m.heads * m.head_dim, 2 * m.groups * m.state_size
    inputs = h * (2 * inner + mixed + m.heads)
    convolution = (inner + mixed) * (m.conv_kernel + (1 if m.conv_bias else 0))
    return inputs + convolution + 3 * m.heads + inner + inner * h


def _lightning(m: Lightning, h: int) -> int:
    inner = m.heads * m.head_dim
    return 5 * h * inner + inner


def _feed(g: Group, h: int) -> int:
    if g.dense:
        return _dense(g.dense, h)
    return g.experts.experts * expert(g.experts, h) + _beside_experts(g.experts, h) if g.experts else 0


def _dense(d: Dense, h: int) -> int:
    return _feed_forward(h, d.intermediate, gated=d.gated, bias=d.bias)


def _beside_experts(e: Experts, h: int) -> int:
    router = h * e.experts + e.experts * (e.router_bias + e.correction_bias)
    shared = _feed_forward(h, e.shared_intermediate, gated=e.gated, bias=False) + (h if e.shared_gate else 0)
    return router + shared + (2 * h * e.latent if e.latent else 0)


def _feed_forward(width: int, intermediate: int, *, gated: bool, bias: bool) -> int:
    inner = 2 if gated else 1
    return (inner + 1) * width * intermediate + (inner * intermediate + width if bias else 0)
