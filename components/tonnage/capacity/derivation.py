"""The numbers of a served model in words: each with its formula, the numbers filled in.

Nothing is computed a second time: every value comes from the objects that the planner decided with. Text holds
five digits; the replicas follow exactly from the numbers shown.
"""

from collections.abc import Iterator

from tonnage.capacity.coefficients import Coefficients
from tonnage.capacity.layouts import Candidate
from tonnage.capacity.ledger import Entry
from tonnage.capacity.memory import GIB
from tonnage.capacity.phrases import gib, giga, million, ms, num, per_second
from tonnage.capacity.serving import Served, around, outside_fit, residual_of
from tonnage.capacity.stepwords import step_entries


def derivation(k: Candidate, replicas: int, c: Coefficients) -> tuple[Entry, ...]:
    """Entries for memory, step times, limits, load and replicas of one candidate, in the order of the computation."""
    entries = [*_load(k, c), *_memory(k, c), *_capacity(k, c)]
    if k.served is None:
        entries.append(Entry("replicas", str(replicas), "as stated; speed unknown, sized by memory only", ""))
        return tuple(entries)
    entries += [*step_entries(k.served, c), *_limits(k.served, c), *_queue(k.served, c)]
    return (*entries, *_replicas(k, k.served, replicas, c))


def batch_derivation(k: Candidate, served: Served, replicas: int, c: Coefficients) -> tuple[Entry, ...]:
    """The same for a batch of tokens, which nobody waits for: no queue, no limit of time."""
    derate, rate = float(k.demand.derate), float(served.rate)
    return (
        *_load(k, c),
        *_memory(k, c),
        *_capacity(k, c),
        *step_entries(served, c),
        *_limits(served, c),
        Entry("derate", num(derate), "part of the predicted throughput that is trusted", c.sources["derate"]),
        Entry(
            "replicas needed",
            str(replicas),
            f"{num(k.demand.rate)} / ({num(rate)} x {num(derate)}), rounded up",
            c.sources["little"],
        ),
    )


def _load(k: Candidate, c: Coefficients) -> Iterator[Entry]:
    d = k.demand
    yield Entry("load", per_second(d.rate), d.rate_words, c.sources["spec"])
    lengths = f"{d.input_tokens:,} in (95th percentile {d.input_p95:,}), {d.output_tokens:,} out"
    yield Entry("tokens per request", lengths, f"longest sequence served: {d.context:,}", c.sources["spec"])


def _memory(k: Candidate, c: Coefficients) -> Iterator[Entry]:
    w, b = k.weights, k.budget
    kinds = (
        (w.rest, w.rest_bytes, ""),
        (w.experts, w.expert_bytes, " of experts"),
        (w.table, w.table_bytes, " of tables"),
    )
    parts = " + ".join(f"{giga(count)}{what} x {num(size)} B" for count, size, what in kinds if count)
    yield Entry(
        "weights per GPU",
        gib(b.weights),
        f"({parts}) / {k.gpus} / 2^30, format {k.demand.precision}",
        c.sources["weights"],
    )
    yield Entry(
        "KV cache per GPU",
        gib(b.kv),
        f"{b.fraction:g} x {b.memory:.3f} GiB - weights {b.weights:.3f}"
        f" - activation peak {b.activation:g} - runtime {b.runtime:g}",
        c.sources["budget"],
    )


def _capacity(k: Candidate, c: Coefficients) -> Iterator[Entry]:
    m, cache, source = k.model, k.cache, c.sources["kv"]
    size = num(c.kv_bytes[k.demand.kv_precision])
    if m.mla_width is not None:
        each = f"{m.mla_width} latent elements x {size} B, repeated on every GPU"
    else:
        each = f"2 x {m.kv_heads} heads x {m.head_dim} x {size} B / min({k.gpus}, {m.kv_heads})"
    if m.full_attention_layers:
        value = f"{num(cache.full)} B per GPU"
        yield Entry("KV cache per token", value, f"{each}, x {m.full_attention_layers} layers", source)
    if m.window_layers:
        value = f"{num(cache.windowed)} B per GPU"
        formula = f"{each}, x {m.window_layers} layers, at most {m.window:,} tokens each"
        yield Entry("KV cache per token of window layers", value, formula, source)
    if m.linear is not None:
        formula = f"{m.linear.layers} layers x {m.linear.state_elements:,} elements x {num(c.state_bytes)} B / {k.gpus}"
        yield Entry("state per sequence", f"{million(cache.state)} per GPU", formula, source)
    tokens = k.demand.input_tokens + k.demand.output_tokens
    held = cache.held(tokens)
    if not m.window_layers and m.linear is None:
        kv_tokens = int(k.budget.kv * GIB / cache.full)
        formula = f"{k.budget.kv:.3f} GiB x 2^30 / {num(cache.full)} B"
        yield Entry("tokens that the KV cache holds", f"{kv_tokens:,}", formula, source)
    yield Entry(
        "sequences that the KV cache holds",
        str(k.kv),
        f"{k.budget.kv:.3f} GiB x 2^30 / {num(held)} B of one sequence of {tokens:,} tokens,"
        f" whole blocks of {cache.block}",
        source,
    )
    longest = cache.held(k.demand.context) / GIB
    formula = f"one sequence of {k.demand.context:,} tokens takes {longest:.3f} GiB of {k.budget.kv:.3f} GiB"
    yield Entry("longest sequence", "fits", formula, source)


def _limits(s: Served, c: Coefficients) -> Iterator[Entry]:
    d = s.demand
    allowed = {"tpot": d.tpot, "ttft": d.ttft, "queue": d.ttft}
    words = []
    for name, most in s.limits:
        limit = allowed.get(name)
        words.append(f"{name}{f' <= {limit:g} ms' if limit is not None else ''}: {most}")
    yield Entry("sequences in flight", str(s.batch), f"smallest of {', '.join(words)}", c.sources["limits"])
    times, b = s.times, s.batch
    tpot, ttft, total = times.tpot(b).total, times.ttft(b).total, times.latency(b)
    formula = f"{ms(ttft)} + ({times.output_tokens:,} - 1) x {ms(tpot)}"
    yield Entry("time of one request", ms(total), formula, c.sources["little"])
    yield Entry(
        "requests per second of one replica",
        per_second(float(s.rate)),
        f"{b} / {ms(total)}, cut to 4 digits",
        c.sources["little"],
    )
    speed = b * times.output_tokens / total * 1000 / times.gpus
    formula = f"{b} x {times.output_tokens:,} tokens / {ms(total)} / {times.gpus} GPUs"
    yield Entry("output tokens per second and GPU", num(speed), formula, c.sources["little"])


def _queue(s: Served, c: Coefficients) -> Iterator[Entry]:
    times, d, b = s.times, s.demand, s.batch
    q = s.queue(times.rate(b))
    wait, long, step = q.wait(s.percentile), times.service(d.input_p95), times.tpot(b).total
    busy, beyond = q.utilisation, 1 - s.percentile
    formula = f"{num(q.rate)}/s x {ms(q.service)} of prefill"
    yield Entry("utilisation of the prefill slot", num(busy), formula, c.sources["queue"])
    if wait:
        spread = f"({num(q.arrivals)} + {num(q.variability)}) / 2 / (1 - {num(busy)})"
        formula = f"{ms(q.service)} x {spread} x ln({num(busy)} / {num(beyond)})"
    else:
        formula = f"no more than {beyond:.0%} of requests find the slot busy"
    yield Entry("95th percentile of the wait", ms(wait), formula, c.sources["queue"])
    formula = f"{ms(wait)} + {ms(long)} prefill of {d.input_p95:,} tokens + one step {ms(step)}"
    yield Entry("TTFT with the queue", ms(s.queued_ttft(b)), formula, c.sources["queue"])
    formula = f"larger of fitted {ms(times.ttft(b).total)} and queue {ms(s.queued_ttft(b))}"
    yield Entry("TTFT reported", ms(s.ttft(b)), formula, c.sources["ttft"])


def _replicas(k: Candidate, s: Served, replicas: int, c: Coefficients) -> Iterator[Entry]:
    d, rate = k.demand, float(s.rate)
    yield Entry("derate", num(float(d.derate)), "part of the predicted throughput that is trusted", c.sources["derate"])
    formula = f"{num(d.rate)} / ({num(rate)} x {num(float(d.derate))}), rounded up"
    yield Entry("replicas needed", str(k.needed), formula, c.sources["little"])
    if replicas != k.needed:
        formula = f"as stated; they carry {num(replicas * k.carried)}/s of {num(d.rate)}/s after the derate"
        yield Entry("replicas", str(replicas), formula, c.sources["spec"])
    share = d.rate / replicas
    if 0 < share <= rate:
        at = s.batch_at(share)
        times = s.times
        value = f"{num(at)} sequences, TPOT {ms(times.tpot(at).total)}, TTFT {ms(s.ttft(at))}"
        formula = f"{num(d.rate)} / {replicas} = {num(share)}/s each; sequences = rate x time of one request"
        yield Entry("one replica at the stated load", value, formula, c.sources["little"])
    yield from _doubt(k, s, c)


def _end(need: float, factor: float, end: Served | str) -> str:
    at = f"with TPOT x {factor:g}"
    if isinstance(end, str):
        return f"{at}: {end}"
    total = ms(end.times.latency(end.batch))
    return f"{at}: {num(need)} / {num(float(end.rate))} ({end.batch} sequences / {total}, limit {end.binding})"


def _doubt(k: Candidate, s: Served, c: Coefficients) -> Iterator[Entry]:
    residual = residual_of(k.model, k.accelerator.name, c)
    tpot = around(s.times.tpot(s.batch).total, residual)
    formula = f"{ms(tpot.expected)} x {residual.low:g} to {residual.high:g}: {residual.words}"
    value = f"{ms(tpot.low)} to {ms(tpot.high)}"
    yield Entry("TPOT, 90 % interval at this batch", value, formula, c.sources["residuals"])
    if k.ends:
        factors = (residual.low, residual.high)
        words = [_end(k.demand.rate, factor, end) for factor, end in zip(factors, k.ends, strict=True)]
        interval = k.replicas_interval
        value = f"{interval[0]} to {interval[1]}" if interval else "no upper end"
        words += ["rounded up, without the derate, which may plan for more", "TTFT's own doubt is wider and not in it"]
        formula = "; ".join(words)
        yield Entry("replicas, 90 % interval", value, formula, c.sources["residuals"])
    outside = outside_fit(s.times, s.batch, c)
    if outside:
        yield Entry("extrapolated", "yes", f"outside what was measured: {'; '.join(outside)}", c.sources["tpot"])
