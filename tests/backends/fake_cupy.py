"""CuPy played by NumPy: only what CuPy's record has, called only as CuPy can be called.

What would fail with CuPy fails here: a name that isn't there, an argument that isn't taken, a NumPy
array among CuPy's, an implicit conversion to NumPy. What can't be played raises NotPlayed.
"""

from __future__ import annotations

import contextlib
import operator
import sys
import types
from collections.abc import Callable
from typing import Any

import array_api_compat
import array_api_compat.numpy as compat_numpy
import numpy as np

from tests.backends import fake_cuda, fake_elementwise
from tests.backends.cupy_record import COMPAT, is_module, lookup, misfit, result_types
from tftutor.backends.array_library import ArrayLibrary

# What takes NumPy arrays, to bring them to the GPU or because it looks at types only.
_TAKES_NUMPY = {"array", "asarray", "ascontiguousarray", "asanyarray", "asfortranarray", "asnumpy",
                "result_type", "can_cast", "isdtype", "finfo", "iinfo", "shape", "ndim", "size"}


# As the error texts of CuPy 14 list them.
_INTEGERS = ("int32", "int64", "uint32", "uint64")
_ATOMIC = {"add": (*_INTEGERS, "float16", "float32", "float64"), "subtract": ("int32", "uint32"),
           "maximum": (*_INTEGERS, "float32", "float64"), "bitwise_and": _INTEGERS,
           "minimum": (*_INTEGERS, "float32", "float64"), "bitwise_or": _INTEGERS,
           "bitwise_xor": _INTEGERS}


class NotPlayed(Exception):
    """A part of CuPy that NumPy can't play."""


class ndarray:  # noqa: N801 - CuPy's name
    """A CuPy array on one device."""

    __array_priority__ = 100

    def __init__(self, array: np.ndarray, device: int | None = None) -> None:
        self._array = array
        self.device = fake_cuda.Device(device)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        dotted = f"cupy.ndarray.{name}"
        if lookup(dotted) is None:
            raise AttributeError(f"CuPy's arrays have no {name}")
        if lookup(dotted) == "value":
            return wrapped(getattr(self._array, name))
        return _checked(dotted, getattr(self._array, name))

    @property
    def data(self) -> Any:
        """Its memory: `ptr` is a number that the copy functions know."""
        fake_pointers[id(self._array)] = self._array
        return types.SimpleNamespace(ptr=id(self._array))

    def get(self, stream: Any = None, order: str = "C", out: Any = None,
            blocking: bool = True) -> np.ndarray:
        """A NumPy array, when the stream's work is done."""
        fake_cuda.note("get")
        return np.array(self._array, order="C")

    def item(self) -> Any:
        """The only element as a Python value."""
        return self._array.item()

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__":
            raise NotPlayed(f"numpy.{ufunc.__name__}.{method} of CuPy's arrays")
        return getattr(modules["cupy"], ufunc.__name__)(*inputs, **kwargs)

    def __array_function__(self, function: Any, kinds: Any, args: Any, kwargs: Any) -> Any:
        owner = "cupy" + function.__module__.removeprefix("numpy")
        return getattr(modules[owner], function.__name__)(*args, **kwargs)

    def __getitem__(self, key: Any) -> Any:
        return wrapped(self._array[_index(key, self._array.shape)])

    def __setitem__(self, key: Any, value: Any) -> None:
        self._array[_index(key, self._array.shape)] = _operand(value)

    def __len__(self) -> int:
        return len(self._array)

    def __iter__(self) -> Any:
        return (wrapped(item) for item in self._array)

    def __bool__(self) -> bool:
        return bool(self._array)

    def __int__(self) -> int:
        return int(self._array)

    def __float__(self) -> float:
        return float(self._array)

    def __complex__(self) -> complex:
        return complex(self._array)

    def __index__(self) -> int:
        return self._array.__index__()

    def __repr__(self) -> str:
        return f"cupy{self._array!r}"


def _add_operators() -> None:
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or",
                 "xor", "lshift", "rshift", "divmod"):
        function = divmod if name == "divmod" else getattr(operator, f"__{name}__")
        ufunc = _UFUNCS.get(name, name)
        setattr(ndarray, f"__{name}__", lambda a, b, f=function, u=ufunc: _operated(f, u, a, b))
        setattr(ndarray, f"__r{name}__", lambda a, b, f=function, u=ufunc: _operated(f, u, b, a))
        if name != "divmod":
            in_place = getattr(operator, f"__i{name}__")
            setattr(ndarray, f"__i{name}__", lambda a, b, f=in_place: _operated_in_place(f, a, b))
    for name in ("lt", "le", "eq", "ne", "gt", "ge"):
        function = getattr(operator, name)
        ufunc = _UFUNCS[name]
        setattr(ndarray, f"__{name}__", lambda a, b, f=function, u=ufunc: _operated(f, u, a, b))
    for name in ("neg", "pos", "abs", "invert"):
        function = getattr(operator, name)
        ufunc = _UFUNCS.get(name, name)
        setattr(ndarray, f"__{name}__", lambda a, f=function, u=ufunc: _operated(f, u, a))
    ndarray.__hash__ = None  # type: ignore[assignment]


_UFUNCS = {"sub": "subtract", "mul": "multiply", "truediv": "true_divide",
           "floordiv": "floor_divide", "mod": "remainder", "pow": "power", "and": "bitwise_and",
           "or": "bitwise_or", "xor": "bitwise_xor", "lshift": "left_shift",
           "rshift": "right_shift", "lt": "less", "le": "less_equal", "eq": "equal",
           "ne": "not_equal", "gt": "greater", "ge": "greater_equal", "neg": "negative",
           "pos": "positive"}


def _operated(function: Any, ufunc: str, *operands: Any) -> Any:
    plain = [_operand(value) for value in operands]
    return wrapped(_typed(function(*plain), result_types(ufunc, plain)))


def _typed(found: Any, types: tuple[np.dtype, ...] | None) -> Any:
    """What NumPy computes, in the types that CuPy gives."""
    if types is None:
        return found
    if len(types) == 1:
        return np.asarray(found).astype(types[0], copy=False)
    return tuple(np.asarray(part).astype(t, copy=False)
                 for part, t in zip(found, types, strict=True))


def _operated_in_place(function: Any, array: ndarray, value: Any) -> ndarray:
    array._array = np.asarray(function(array._array, _operand(value)))
    return array


def _operand(value: Any) -> Any:
    """What NumPy computes with in place of an operand. Raises: TypeError as CuPy."""
    if isinstance(value, np.ndarray):
        raise TypeError("Unsupported type <class 'numpy.ndarray'>")
    return value._array if isinstance(value, ndarray) else value


def _index(key: Any, shape: tuple[int, ...]) -> Any:
    """An index for NumPy. Beyond an end CuPy counts on from the other one, and doesn't complain."""
    plain = tuple(map(_unwrapped, key)) if isinstance(key, tuple) else (_unwrapped(key),)
    if all(isinstance(k, np.ndarray | slice | int) for k in plain) and len(plain) <= len(shape):
        plain = tuple(
            k % size if isinstance(k, np.ndarray) and k.dtype.kind in "iu" and size else k
            for k, size in zip(plain, shape, strict=False))
    return plain if isinstance(key, tuple) else plain[0]


def _unwrapped(value: Any) -> Any:
    if isinstance(value, ndarray):
        return value._array
    if isinstance(value, list | tuple):
        return type(value)(map(_unwrapped, value)) if type(value) in (list, tuple) else value
    return value


def wrapped(value: Any) -> Any:
    """NumPy arrays and scalars as CuPy arrays, in tuples and lists too."""
    if isinstance(value, np.ndarray | np.generic):
        return ndarray(np.asarray(value), fake_cuda.current_device())
    if isinstance(value, list):
        return [wrapped(item) for item in value]
    if isinstance(value, tuple):
        items = [wrapped(item) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    return value


def _has_numpy(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_numpy, value))
    return isinstance(value, np.ndarray)


def _checked(dotted: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with CuPy's ideas of what it may be given."""

    def call(*args: Any, **kwargs: Any) -> Any:
        problem = misfit(dotted, args, kwargs)
        if problem:
            raise TypeError(problem)
        name = dotted.rpartition(".")[2]
        if name not in _TAKES_NUMPY and _has_numpy([*args, *kwargs.values()]):
            raise TypeError(f"{dotted}: Unsupported type <class 'numpy.ndarray'>")
        kwargs.pop("blocking", None)
        plain = {key: _unwrapped(value) for key, value in kwargs.items()}
        plain.pop("device", None)
        operands = list(map(_unwrapped, args))
        result = function(*operands, **plain)
        if not plain and dotted.startswith((f"cupy.{name}", f"{COMPAT}.{name}")):
            result = _typed(result, result_types(name, operands))
        return kwargs["out"] if isinstance(kwargs.get("out"), ndarray) else wrapped(result)

    return call


# -- modules --------------------------------------------------------------------------------------

fake_pointers: dict[int, np.ndarray] = {}
pool = fake_cuda.MemoryPool()


def _upload(obj: Any, *args: Any, **kwargs: Any) -> Any:
    fake_cuda.note("upload")
    return _checked("cupy.array", np.array)(obj, *args, **kwargs)


def _copy_peer(dst: int, dst_device: int, src: int, src_device: int, size: int,
               stream: int) -> None:
    fake_cuda.note("peer copy", src_device, dst_device, stream)
    fake_pointers[dst][...] = fake_pointers[src]


class ElementwiseKernel:
    """C++ code for every element; compiled for the host."""

    def __init__(self, in_params: str, out_params: str, operation: str, name: str = "kernel",
                 reduce_dims: bool = True, preamble: str = "", no_return: bool = False,
                 return_tuple: bool = False, **kwargs: Any) -> None:
        self._code = (in_params, out_params, operation, preamble)
        self._return_tuple = return_tuple

    def __call__(self, *args: Any) -> Any:
        try:
            found = fake_elementwise.run(*self._code, [_operand(value) for value in args])
        except fake_elementwise.CannotPlay as error:
            raise NotPlayed(str(error)) from error
        return wrapped(found if self._return_tuple or len(found) > 1 else found[0])


def _at(name: str) -> Callable[..., None]:
    """`cupy.add.at`: NumPy's, for the types that CuPy's has atomic operations for."""

    def at(a: ndarray, indices: Any, b: Any) -> None:
        if a._array.dtype.name not in _ATOMIC[name]:
            raise TypeError(f"cupy.{name}.at only supports {_ATOMIC[name]} as data type")
        getattr(np, name).at(a._array, _index(indices, a._array.shape), _operand(b))

    return at


_SPECIAL = {"erf": "Erf", "erfc": "Erfc", "gammaln": "Lgamma", "digamma": "Digamma",
            "i0e": "BesselI0e", "i1e": "BesselI1e", "gammainc": "Igamma", "gammaincc": "Igammac",
            "zeta": "Zeta", "betainc": "Betainc"}


def _special(name: str) -> Callable[..., Any]:
    """A function of cupyx.scipy.special: the NumPy kernel of the op of that kind."""
    from tftutor.framework.op_def import get_op_def

    if name not in _SPECIAL:
        raise NotPlayed(f"cupyx.scipy.special.{name}")
    definition = get_op_def(_SPECIAL[name])
    kernel, params = definition.library_kernels.get(
        "numpy", (definition.kernel_fn, definition.kernel_params))
    keywords = {"xp": np} if "xp" in params else {}
    return lambda *values: kernel(*values, **keywords)  # type: ignore[misc]


_PLAYED: dict[str, Any] = {
    "cupy.ndarray": ndarray, "cupy.array": _upload, "cupy.ElementwiseKernel": ElementwiseKernel,
    "cupy.cuda.Device": fake_cuda.Device, "cupy.cuda.Stream": fake_cuda.Stream,
    "cupy.cuda.Event": fake_cuda.Event, "cupy.cuda.runtime.memcpyPeerAsync": _copy_peer,
    "cupy.cuda.is_available": lambda: True, "cupy.get_default_memory_pool": lambda: pool,
    "cupyx.scatter_add": _at("add"), "cupyx.scatter_max": _at("maximum"),
    "cupyx.scatter_min": _at("minimum"),
    "cupyx.errstate": lambda **kinds: contextlib.nullcontext(),  # NumPy's linalg always raises
}


class FakeModule(types.ModuleType):
    """A module of CuPy with the names of its record, played by a module of NumPy."""

    def __getattr__(self, name: str) -> Any:
        dotted = f"{self.__name__}.{name}"
        if is_module(dotted):
            found = modules[dotted]
        elif lookup(dotted) is None or name.startswith("__"):
            raise AttributeError(f"CuPy has no {dotted}")
        else:
            found = self._play(dotted, name)
        setattr(self, name, found)
        return found

    def _play(self, dotted: str, name: str) -> Any:
        if f"cupy.{name}" == "cupy.ndarray":
            return ndarray
        if dotted in _PLAYED:
            return _PLAYED[dotted]
        if dotted.startswith("cupyx.scipy.special."):
            return _checked(dotted, _special(name))
        base = compat_numpy if dotted.startswith(COMPAT) else np
        for part in dotted.removeprefix(COMPAT).removeprefix("cupy").split("."):
            base = getattr(base, part, None) if part else base
        if base is None:
            raise NotPlayed(dotted)
        if not callable(base) or isinstance(base, type):
            return base
        function = _checked(dotted, base)
        if name in _ATOMIC:
            function.at = _at(name)  # type: ignore[attr-defined]
        return function


modules = {name: FakeModule(name) for name in (
    "cupy", "cupy.linalg", "cupy.fft", "cupy.random", "cupy.lib", "cupy.lib.stride_tricks",
    "cupy.cuda", "cupy.cuda.runtime", "cupy.cuda.memory", "cupyx", "cupyx.scipy",
    "cupyx.scipy.special", COMPAT, f"{COMPAT}.linalg", f"{COMPAT}.fft")}
_add_operators()


def install(monkeypatch: Any) -> None:
    """Let `import cupy` and `import cupyx` give the fake, until the test ends."""
    fake_cuda.reset()
    pool.limits.clear()
    forget_compiled_kernels()
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    # `import array_api_compat.cupy as ...` asks the package first, where CuPy is installed.
    monkeypatch.setattr(array_api_compat, "cupy", modules[COMPAT], raising=False)


def forget_compiled_kernels() -> None:
    """Let no kernel of the fake be used with CuPy, nor the other way round."""
    for name, module in list(sys.modules.items()):
        if name.startswith("tftutor.kernels.cupy."):
            for member in vars(module).values():
                if hasattr(member, "cache_clear"):
                    member.cache_clear()


def fake_library() -> ArrayLibrary:
    """A CupyLibrary on the fake; `install` it first."""
    from tftutor.backends.cupy_library import CupyLibrary

    return CupyLibrary(0)
