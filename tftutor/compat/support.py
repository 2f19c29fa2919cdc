"""What tftutor knows about names it doesn't have: are they TF 1.15's, and what is near them?

Every "missing symbol" text comes from here: the one of `tf.foo` at run time, of a failed import
and of `tftutor check`.
"""

from __future__ import annotations

import difflib
import functools
import gzip
import importlib.resources
import re

from tftutor.compat import python_modules
from tftutor.framework.api import exported_names, namespace_modules

# What to use instead, where spelling alone doesn't find it. The longest matching prefix counts.
_INSTEAD: dict[str, str] = {
    "GradientTape": "graphs only: tf.gradients(ys, xs)",
    "function": "graphs only: build the graph, then Session.run or Session.make_callable",
    "enable_eager_execution": "graphs only: run tensors in a tf.Session, or t.eval()",
    "contrib.eager": "graphs only: run tensors in a tf.Session; tf.gradients for gradients",
    "contrib.slim": "tf.layers, or the same layers in tf.contrib.layers",
    "contrib.layers": "the layers of tf.layers",
    "contrib.rnn": "the cells of tf.nn.rnn_cell and tf.nn.static_rnn / tf.nn.dynamic_rnn",
    "contrib.learn": "tf.estimator, or a training loop with a tf.Session",
    "contrib.losses": "tf.losses",
    "contrib.metrics": "tf.metrics",
    "contrib.data": "tf.data",
    "contrib.framework": "the same name in tf, tf.train or tf.nn",
    "contrib.distributions": "tf.random_normal and its family",
    "contrib.keras": "tf.layers",
    "contrib.tpu": "tf.device with /cpu or /gpu (there are no TPUs here)",
    "contrib.nn": "tf.nn",
    "contrib.summary": "tf.summary",
    "contrib.seq2seq": "tf.nn.dynamic_rnn and tf.while_loop",
    "contrib.legacy_seq2seq": "tf.nn.dynamic_rnn and tf.while_loop",
    "keras": "tf.layers, or tf.nn and tf.train",
    "lite": "nothing: tftutor doesn't convert models",
    "tpu": "tf.device with /cpu or /gpu (there are no TPUs here)",
    "raw_ops": "the op's public function, e.g. tf.matmul for tf.raw_ops.MatMul",
    "distribute.cluster_resolver": "tf.cluster.from_tf_config() or tf.cluster.from_slurm()",
    "contrib.cluster_resolver": "tf.cluster.from_tf_config() or tf.cluster.from_slurm()",
    "distribute": "tf.train.replica_device_setter, or towers under tf.device; instead of its "
                  "cluster resolvers tf.cluster.from_tf_config() and tf.cluster.from_slurm()",
    "estimator.tpu": "tf.estimator.Estimator (there are no TPUs here)",
    **dict.fromkeys(("estimator.FinalExporter", "estimator.LatestExporter",
                     "estimator.BestExporter"),
                    "a class derived from tf.estimator.Exporter that copies the checkpoint: there "
                    "is no SavedModel here"),
    **dict.fromkeys(("estimator.Head", "estimator.BinaryClassHead", "estimator.MultiClassHead",
                     "estimator.MultiHead", "estimator.MultiLabelHead", "estimator.RegressionHead",
                     "estimator.LogisticRegressionHead", "estimator.PoissonRegressionHead"),
                    "a model function with tf.losses and tf.metrics for tf.estimator.Estimator"),
    **dict.fromkeys(("estimator.DNNEstimator", "estimator.LinearEstimator",
                     "estimator.BaselineEstimator", "estimator.DNNLinearCombinedEstimator"),
                    "a model function for tf.estimator.Estimator, with "
                    "tf.feature_column.input_layer or linear_model"),
    "autograph": "tf.cond and tf.while_loop",
    "compat.v2": "the names of tf itself (this is TensorFlow 1.15's API)",
    "python.keras": "tf.layers, or tf.nn and tf.train",
    "python.debug": "tf.Print, or fetching the tensor in sess.run",
    # Names that TensorFlow 1.0 removed.
    "histogram_summary": "tf.summary.histogram",
    "image_summary": "tf.summary.image",
    "merge_all_summaries": "tf.summary.merge_all",
    "merge_summary": "tf.summary.merge",
    "scalar_summary": "tf.summary.scalar",
    "audio_summary": "tf.summary.audio",
    "train.SummaryWriter": "tf.summary.FileWriter",
    "pack": "tf.stack",
    "unpack": "tf.unstack",
    "select": "tf.where",
    "mul": "tf.multiply",
    "sub": "tf.subtract",
    "neg": "tf.negative",
    "batch_matmul": "tf.matmul",
    "listdiff": "tf.setdiff1d",
    "complex_abs": "tf.abs",
    "nn.rnn": "tf.nn.static_rnn",
    "nn.bidirectional_rnn": "tf.nn.static_bidirectional_rnn",
    "nn.seq2seq": "tf.contrib.legacy_seq2seq",
    "models.rnn": "tf.nn.rnn_cell",
    "nn.sampled_softmax": "tf.nn.sampled_softmax_loss",
    "initialize_variables": "tf.variables_initializer",
    "all_variables": "tf.global_variables",
}


def canonical(symbol: str) -> str:
    """A symbol's name below `tf`: "tf.nn.relu", "tensorflow.nn.relu" -> "nn.relu"."""
    for prefix in ("tensorflow.", "tf.", "tftutor."):
        symbol = symbol.removeprefix(prefix)
    return symbol.removeprefix("compat.v1.")


@functools.cache
def known_symbols() -> dict[str, str]:
    """TF 1.15's public names -> "class", "function", "constant" or "module"."""
    file = importlib.resources.files("tftutor.compat") / "known_symbols.txt.gz"
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    return dict(line.split(maxsplit=1) for line in lines if line.strip())


def _is_available(name: str) -> bool:
    """Whether tftutor has a symbol or namespace of that name."""
    if any(n == name or n.startswith(f"{name}.") for n in exported_names()):
        return True
    return any(name == n or name.startswith(f"{n}.") for n in namespace_modules())


def _curated(name: str) -> str | None:
    """The table's advice for a name or the namespaces around it.

    Advice whose every `tf.` name is missing too (so far) is left out.
    """
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        advice = _INSTEAD.get(".".join(parts[:length]))
        if advice is None:
            continue
        named = re.findall(r"\btf\.([\w.]*\w)", advice)
        if not named or any(_is_available(each) for each in named):
            return advice
    return None


def nearest_supported(symbol: str, limit: int = 3) -> list[str]:
    """Supported names that end or look like the symbol, best first, as "tf.x"."""
    name = canonical(symbol)
    leaf = name.rpartition(".")[2]
    names = [n for n in exported_names() if not n.startswith("_")]
    by_leaf: dict[str, list[str]] = {}
    for candidate in names:
        by_leaf.setdefault(candidate.rpartition(".")[2].lower(), []).append(candidate)
    found = sorted(by_leaf.get(leaf.lower(), ()), key=len)
    found += difflib.get_close_matches(name, names, n=limit, cutoff=0.8)
    for close in difflib.get_close_matches(leaf.lower(), by_leaf, n=limit, cutoff=0.8):
        found += sorted(by_leaf[close], key=len)
    unique = [n for n in dict.fromkeys(found) if n != name]
    return [f"tf.{n}" for n in unique[:limit]]


def advice_for(symbol: str) -> str:
    """The nearest supported way, as a phrase; empty when nothing is near."""
    name = canonical(symbol)
    near = nearest_supported(name)
    curated = _curated(name)
    if curated and name in _INSTEAD:
        return f"use {curated}"
    same_leaf = [n for n in near if n.rpartition(".")[2] == name.rpartition(".")[2]]
    if same_leaf:
        return f"use {same_leaf[0]}"
    if curated:
        return f"use {curated}"
    return f"did you mean {' or '.join(near)}?" if near else ""


def _public_name_behind(name: str) -> str | None:
    """The public name of TF 1.15 that `python.ops.math_ops.add` is: "add"."""
    module, _, leaf = name.removeprefix("python.").rpartition(".")
    if not name.startswith("python.") or not module:
        return None
    for namespace in python_modules.namespaces_of(module) or ():
        candidate = leaf if namespace == "." else f"{namespace}.{leaf}"
        if candidate in known_symbols():
            return candidate
    return None


def explain_missing(symbol: str) -> str:
    """One sentence or two: whose name it is, that tftutor lacks it, what to use instead.

    Example: "tf.contrib.slim.conv2d is a function of TensorFlow 1.15 that tftutor doesn't
    support yet; use ...". Works for names with or without a leading "tf.".
    """
    name = canonical(symbol)
    kind = known_symbols().get(name)
    advice = advice_for(name)
    tail = f"; {advice}" if advice else "."
    if kind:
        return f"tf.{name} is a {kind} of TensorFlow 1.15 that tftutor doesn't support yet{tail}"
    behind = _public_name_behind(name)
    if behind:
        return f"tf.{name} is tf.{behind}; " + explain_missing(behind)
    if name.startswith(("python.", "core.", "compiler.", "tools.")) or ".python." in name:
        return f"tf.{name} belongs to TensorFlow's internals, which tftutor doesn't have{tail}"
    if name.partition(".")[0] == "contrib":
        return f"tf.{name} isn't supported by tftutor{tail}"
    return f"tf.{name} isn't a name of TensorFlow 1.15{tail}"
