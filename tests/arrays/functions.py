"""A table of the public array functions, for tests that check all of them."""

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

import evmarket as em


@dataclass(frozen=True)
class Function:
    """How to call an array function, and what it does along its axis."""

    label: str
    call: Callable
    arguments: tuple[str, ...]
    options: dict = field(default_factory=dict)
    axis: int | None = None  # the default axis; None for elementwise functions
    reduces: bool = False
    out: bool = False

    def __call__(self, *arrays, **options):
        return self.call(*arrays, **{**self.options, **options})

    @property
    def arity(self) -> int:
        return len(self.arguments)

    def sample(
        self, shape, *, whole=False, holes=False, seed=0
    ) -> tuple[np.ndarray, ...]:
        """Positive float64 arguments below 150, with or without fractions and NaN."""
        rng = np.random.default_rng(seed)
        arrays = []
        for name in self.arguments:
            x = rng.integers(1, 100, size=shape).astype(np.float64)
            if not whole:
                x *= rng.random(shape) + 0.5
            if holes and name != "years":
                x[rng.random(shape) < 0.1] = np.nan
            arrays.append(x)
        return tuple(arrays)

    def fill(self, *arrays):
        """The arrays as arguments in turn; an argument `years` gets 3 everywhere."""
        years, given = np.full_like(arrays[0], 3), iter(arrays)
        return [years if name == "years" else next(given) for name in self.arguments]


def base_effect_total(x, *, lag, return_status=False, **options):
    effect = em.base_effect(x, lag, **options)
    return (effect.total, effect.status) if return_status else effect.total


def per_group(function, option):
    """A function whose second positional argument is an option, not an array."""

    def call(x, **options):
        return function(x, options.pop(option), **options)

    return call


FUNCTIONS = [
    Function("growth", em.growth, ("x",), {"lag": 2}, axis=-1, out=True),
    Function("growth abs", em.growth, ("x",), {"policy": "abs"}, axis=-1, out=True),
    Function(
        "growth signed", em.growth, ("x",), {"policy": "signed"}, axis=-1, out=True
    ),
    Function("growth ahead", em.growth, ("x",), {"lag": -1}, axis=-1, out=True),
    Function(
        "growth midpoint", em.growth, ("x",), {"policy": "midpoint"}, axis=-1, out=True
    ),
    Function("growth_between", em.growth_between, ("base", "current"), out=True),
    Function(
        "growth_between midpoint",
        em.growth_between,
        ("base", "current"),
        {"policy": "midpoint"},
        out=True,
    ),
    Function("log_growth", em.log_growth, ("x",), {"lag": 2}, axis=-1, out=True),
    Function(
        "annualized_growth",
        em.annualized_growth,
        ("x",),
        {"lag": 2, "per_year": 12},
        axis=-1,
        out=True,
    ),
    Function("cagr", em.cagr, ("first", "last", "years"), out=True),
    Function("mean_growth", em.mean_growth, ("x",), axis=-1, reduces=True),
    Function(
        "mean_growth accumulative",
        em.mean_growth,
        ("x",),
        {"method": "accumulative"},
        axis=-1,
        reduces=True,
    ),
    Function("index", em.index, ("x",), axis=-1, out=True),
    Function("index mean", em.index, ("x",), {"base": slice(0, 2)}, axis=-1, out=True),
    Function("ytd", em.ytd, ("x",), {"per_year": 3, "start": 1}, axis=-1),
    Function("from_ytd", em.from_ytd, ("y",), {"per_year": 3, "start": 1}, axis=-1),
    Function(
        "trailing",
        per_group(em.trailing, "window"),
        ("x",),
        {"window": 2},
        axis=-1,
        out=True,
    ),
    Function("base_effect", base_effect_total, ("x",), {"lag": 2}, axis=-1),
    Function("margin", em.margin, ("revenue", "cost"), out=True),
    Function("markup", em.markup, ("revenue", "cost"), out=True),
    Function("ratio", em.ratio, ("numerator", "denominator"), out=True),
    Function(
        "incremental_margin",
        em.incremental_margin,
        ("revenue", "profit"),
        axis=-1,
        out=True,
    ),
    Function("share", em.share, ("x",), axis=0, out=True),
    Function(
        "concentration",
        per_group(em.concentration, "k"),
        ("x",),
        {"k": 2},
        axis=0,
        reduces=True,
    ),
    Function("hhi", em.hhi, ("x",), axis=0, reduces=True),
    Function("rank", em.rank, ("x",), axis=0),
    Function("rank dense", em.rank, ("x",), {"method": "dense"}, axis=0),
]
ALONG = [f for f in FUNCTIONS if f.axis is not None]
ELEMENTWISE = [f for f in FUNCTIONS if f.axis is None]
WITH_OUT = [f for f in FUNCTIONS if f.out]


def name_of(function: Function) -> str:
    return function.label.replace(" ", "-")


def same_bits(a, b) -> bool:
    """Whether dtype, shape and bits are equal; all NaN count as equal."""
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    unsigned = f"u{a.dtype.itemsize}"
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    equal = a.view(unsigned) == b.view(unsigned)
    if a.dtype.kind == "f":
        equal |= np.isnan(a) & np.isnan(b)
    return bool(equal.all())


def assert_same(got, expected):
    """Values and statuses have equal bits."""
    assert same_bits(got[0], expected[0])
    assert same_bits(got[1], expected[1])


def both(function, *arrays, **options):
    return function(*arrays, return_status=True, **options)


def wild(shape, dtype=np.float64, seed=1) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays with all exponents, signs, zeros, infinities and NaN."""
    rng = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    pair = []
    for _ in range(2):
        if dtype.kind == "i":
            info = np.iinfo(dtype)
            x = rng.integers(info.min, info.max, size=shape, endpoint=True, dtype=dtype)
            small = rng.integers(-3, 4, size=shape, dtype=dtype)
            pair.append(np.where(rng.random(shape) < 0.4, small, x))
            continue
        info = np.finfo(dtype)
        exponents = rng.integers(info.minexp - info.nmant, info.maxexp, size=shape)
        with np.errstate(all="ignore"):
            x = np.ldexp(rng.random(shape) + 0.5, exponents).astype(dtype)
        ordinary = (rng.integers(1, 50, size=shape) * 0.1).astype(dtype)
        x = np.where(rng.random(shape) < 0.5, ordinary, x)
        x = np.where(rng.random(shape) < 0.2, -x, x)
        special = np.array(
            [0.0, -0.0, np.inf, -np.inf, np.nan, info.max, info.tiny], dtype
        )
        at = rng.random(shape) < 0.1
        pair.append(np.where(at, special[rng.integers(0, len(special), size=shape)], x))
    return pair[0], pair[1]


def digests() -> dict[str, str]:
    """A hash of the results of every function, from the same data on every machine."""
    hashes = {}
    for f in FUNCTIONS:
        state = hashlib.sha256()
        for dtype in (np.float64, np.float32, np.int64):
            for shape in ((10_007,), (61, 67)):
                arrays = f.fill(*wild(shape, dtype))
                positive = f.fill(
                    *(
                        np.abs(a) // 2 + 1 if a.dtype.kind == "i" else np.abs(a)
                        for a in arrays
                    )
                )
                for inputs in (arrays, positive):
                    values, status = f(*inputs, return_status=True)
                    values = np.where(
                        np.isnan(values), np.asarray(np.nan, values.dtype), values
                    )
                    state.update(values.tobytes() + status.tobytes())
        hashes[f.label] = state.hexdigest()
    return hashes


if __name__ == "__main__":
    warnings.simplefilter("error")
    for label, digest in digests().items():
        print(digest, label, sep="  ")
