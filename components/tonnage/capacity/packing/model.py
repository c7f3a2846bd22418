"""Linear models with whole numbers, and the one call into the solver. One thread, a fixed seed, no clock."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import highspy

_BRANCHES = 200  # of branch and bound; a stop by time would make the answer depend on the machine

_OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "solve_relaxation": True,
}

Columns: TypeAlias = dict[int, int]
"""Column numbers by offer."""


@dataclass
class Model:
    """Columns with a cost to be minimised, and rows over them."""

    costs: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[tuple[float, float, dict[int, float]]] = field(default_factory=list)

    def column(self, cost: float, upper: float, *, whole: bool) -> int:
        """A number from 0 to `upper`; its place."""
        self.costs.append(cost)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.costs) - 1

    def row(self, low: float, high: float, terms: dict[int, float]) -> None:
        """low <= sum of terms <= high."""
        self.rows.append((low, high, terms))


@dataclass(frozen=True)
class Answer:
    """What the solver found."""

    bound: float
    """No solution costs less; proven, also where the search stopped early."""
    linear: float
    """The cost with all numbers free to be fractions."""
    values: tuple[float, ...]
    """Of the best whole solution; of the linear one where none was found."""


def solve(model: Model, branches: int = _BRANCHES) -> Answer | None:
    """Solve first with fractions, then whole; None where there is no solution. `branches`: when to stop looking."""
    import highspy  # noqa: PLC0415 a tenth of a second, which only planning pays

    solver = highspy._core._Highs()  # noqa: SLF001 the public class greets on stdout before it can be silenced
    for option, value in _OPTIONS.items():
        solver.setOptionValue(option, value)
    solver.setOptionValue("mip_max_nodes", branches)
    solver.passModel(_as_lp(model))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    linear = solver.getInfo().objective_function_value
    values = tuple(solver.getSolution().col_value)
    solver.setOptionValue("solve_relaxation", False)
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return None
    info = solver.getInfo()
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        values = tuple(solver.getSolution().col_value)
    return Answer(max(linear, info.mip_dual_bound), linear, values)


def _as_lp(model: Model) -> "highspy.HighsLp":
    import highspy  # noqa: PLC0415 as above
    import numpy as np  # noqa: PLC0415 as above

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.costs), len(model.rows)
    lp.col_cost_ = np.array(model.costs, dtype=float)
    lp.col_lower_ = np.zeros(len(model.costs))
    lp.col_upper_ = np.array(model.upper, dtype=float)
    lp.row_lower_ = np.array([low for low, _, _ in model.rows], dtype=float)
    lp.row_upper_ = np.array([high for _, high, _ in model.rows], dtype=float)
    matrix = lp.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.num_col_, matrix.num_row_ = lp.num_col_, lp.num_row_
    matrix.start_ = np.cumsum([0, *(len(terms) for _, _, terms in model.rows)])
    matrix.index_ = np.array([c for _, _, terms in model.rows for c in terms], dtype=np.int32)
    matrix.value_ = np.array([v for _, _, terms in model.rows for v in terms.values()], dtype=float)
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[whole] for whole in model.whole]
    return lp
