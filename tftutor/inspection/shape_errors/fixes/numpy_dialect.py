"""The same changes written for NumPy: arrays and lists are reshaped before they enter the graph."""

from __future__ import annotations


def in_numpy(template: str, is_array: bool) -> str:
    """A template of `fixes/reshaping.py` for an array (or a list); others stay as they are."""
    for start in ("tf.squeeze({}", "tf.expand_dims({}"):
        if template.startswith(start):
            return template.replace("tf.", "np.", 1)
    if template.startswith("tf.transpose({}"):
        rest = template[len("tf.transpose({}") : -1].lstrip(", ")
        if rest:
            return f"np.transpose({{}}, {rest})"
        return "{.}.T" if is_array else "np.transpose({})"
    if template.startswith("tf.reshape({}, ["):
        sizes = template[len("tf.reshape({}, [") : -2]
        as_tuple = f"({sizes})" if "," in sizes else f"({sizes},)"
        return f"{{.}}.reshape({sizes})" if is_array else f"np.reshape({{}}, {as_tuple})"
    if template.startswith("{.}[") and not is_array:
        return template.replace("{.}", "np.array({})", 1)
    return template
