"""Step times in words: the terms of TPOT and TTFT, each with its numbers filled in."""

from collections.abc import Iterator

from tonnage.capacity.coefficients import Coefficients
from tonnage.capacity.ledger import Entry
from tonnage.capacity.phrases import giga, million, ms, num, tera
from tonnage.capacity.serving import Served
from tonnage.capacity.steptime import StepTimes, Tpot


def step_entries(s: Served, c: Coefficients) -> Iterator[Entry]:
    """Prefill, weights read, the terms of TPOT and TTFT at the batch that the limits allow."""
    times = s.times
    yield from _prefill(times, c)
    yield from _read(times, s.batch, c)
    yield from _tpot(times, times.tpot(s.batch), s.batch, c)
    yield _ttft(times, s.batch, c)


def _prefill(t: StepTimes, c: Coefficients) -> Iterator[Entry]:
    m, tokens = t.model, t.input_tokens
    seen = f"{m.full_attention_layers} layers x {tokens:,}"
    if m.window_layers:
        seen += f" + {m.window_layers} layers x {min(tokens, m.window):,}"
    formula = f"2 x {giga(m.active_parameters)} x {tokens:,} + 2 x {m.heads} x {m.head_dim} x {tokens:,} x ({seen})"
    flops = t.prefill_flops(tokens)
    yield Entry("FLOPs of one prefill", tera(flops), formula, c.sources["roofline"])
    formula = f"{tera(flops)}FLOP / ({t.gpus} x {tera(t.speed.compute)}FLOP/s of {t.speed.precision})"
    yield Entry("prefill at peak", ms(t.prefill_peak(tokens)), formula, c.sources["accelerator"])


def _read(t: StepTimes, batch: int, c: Coefficients) -> Iterator[Entry]:
    w, moe = t.weights, t.model.moe
    if moe is not None:
        touched = t.touched(batch) * moe.experts
        formula = f"{moe.experts} x (1 - (1 - {moe.experts_per_token}/{moe.experts})^{batch})"
        yield Entry("experts read per layer", num(touched), formula, c.sources["experts"])
    parts = [f"{giga(w.rest)} x {num(w.rest_bytes)} B"] if w.rest else []
    if moe is not None:
        share = f"{num(t.touched(batch) * moe.experts)}/{moe.experts}"
        parts.append(f"{giga(w.experts)} of experts x {share} x {num(w.expert_bytes)} B")
    parts.append(f"LM head {giga(w.head)} x {num(w.table_bytes)} B")
    value = f"{giga(t.weight_bytes(batch))}B per GPU"
    yield Entry("weights read per step", value, f"({' + '.join(parts)}) / {t.gpus}", c.sources["roofline"])


def _tpot(t: StepTimes, p: Tpot, batch: int, c: Coefficients) -> Iterator[Entry]:
    k, source = c.tpot, c.sources["tpot"]
    band = f"{tera(t.speed.bandwidth)}B/s"
    read, cached = giga(t.weight_bytes(batch)), t.cache.read(t.context)
    yield Entry("TPOT, weights", ms(p.weights), f"{k.weights} x {read}B / {band}", source)
    formula = f"{k.kv_cache} x {batch} x {million(cached)} (mean context {num(t.context)}) / {band}"
    yield Entry("TPOT, KV cache", ms(p.kv_cache), formula, source)
    each = f"({k.layer} + {k.moe_layer})" if t.model.moe else f"{k.layer}"
    yield Entry("TPOT, layers", ms(p.layers), f"{t.model.layers} x {each} ms", source)
    yield Entry("TPOT, sequences", ms(p.sequences), f"{batch} x {k.sequence} ms", source)
    peak, out = ms(t.prefill_peak(t.input_tokens)), f"{t.output_tokens:,}"
    if t.gpus > 1:
        formula = f"{k.all_reduce} x {_all_reduce(t, batch)} / {giga(t.speed.link)}B/s"
        yield Entry("TPOT, all-reduce", ms(p.all_reduce), formula, source)
    yield Entry("TPOT, prefill of others", ms(p.prefill), f"{k.prefill} x {batch} x {peak} / {out}", source)
    if t.gpus > 1:
        moved = _all_reduce(t, t.input_tokens)
        formula = f"{k.prefill_all_reduce} x {batch} x {moved} / {giga(t.speed.link)}B/s / {out}"
        yield Entry("TPOT, all-reduce of prefills", ms(p.prefill_all_reduce), formula, source)
    terms = (p.weights, p.kv_cache, p.layers, p.sequences, p.all_reduce, p.prefill, p.prefill_all_reduce)
    summed = " + ".join(num(term) for term in terms if term)
    formula = f"({summed}) x {p.engine} of the engine; never below the roofline's {ms(p.floor)}"
    yield Entry("TPOT", ms(p.total), formula, source)


def _all_reduce(t: StepTimes, tokens: int) -> str:
    factors = f"2 x {t.model.layers} layers x 2 x {t.gpus - 1}/{t.gpus} x {tokens:,} x {t.model.hidden_size:,}"
    return f"({factors} x {num(t.c.all_reduce_bytes)} B = {million(t.all_reduce_bytes(tokens))})"


def _ttft(t: StepTimes, batch: int, c: Coefficients) -> Entry:
    k, p = c.ttft, t.ttft(batch)
    terms = (
        (p.prefill, f"{k.prefill} x prefill"),
        (p.weights, f"{k.weights} x weights / bandwidth"),
        (p.prefill_all_reduce, f"{k.prefill_all_reduce} x all-reduce of one prefill"),
        (p.batch_prefill, f"{k.batch_prefill} x {batch} x prefill"),
        (p.input_tokens, f"{k.thousand_input_tokens} x {num(t.input_tokens / 1000)} thousand tokens"),
        (p.layers, f"{k.layer} x {t.model.layers} layers"),
        (p.sequences, f"{k.sequence} x {batch}"),
        (p.constant, "constant"),
    )
    summed = " + ".join(f"{num(value)} ({words})" for value, words in terms if value)
    return Entry("TTFT, fitted", ms(p.total), f"({summed}) x {p.engine} of the engine", c.sources["ttft"])
