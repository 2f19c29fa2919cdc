"""Columns and ready-made estimators: the nodes they make, what they find and what they refuse.

See estimator_programs.py for what a program gets. `ask_estimator.py` asks TF 1.15 about them.
"""

import os

import numpy as np

from estimator_programs import failing, program

ROWS = 24
NUMBERS = np.random.RandomState(0).rand(ROWS, 2).astype(np.float32)
FEATURES = {"x": NUMBERS, "n": np.arange(ROWS) % 7, "w": np.array(list("abc") * (ROWS // 3)),
            "i": np.arange(ROWS) % 3, "wt": np.linspace(0.5, 2, ROWS).astype(np.float32)}
TWO = (NUMBERS.sum(1) > 1).astype(np.int64)
THREE = (FEATURES["n"] % 3).astype(np.int64)
WORDS = np.array(["no", "yes"])[TWO]


def columns(tf):
    """Columns by short names."""
    fc = tf.feature_column
    found = {"x": fc.numeric_column("x", (2,)), "n": fc.numeric_column("n"),
             "w": fc.categorical_column_with_vocabulary_list("w", ["a", "b"]),
             "oov": fc.categorical_column_with_vocabulary_list("w", ["a", "b"], num_oov_buckets=2),
             "h": fc.categorical_column_with_hash_bucket("w", 5),
             "i": fc.categorical_column_with_identity("i", 3),
             "j": fc.categorical_column_with_identity("i", 2, 0)}
    found["b"] = fc.bucketized_column(found["n"], [2, 4])
    found["c"] = fc.crossed_column(["w", found["b"]], 7)
    found["cc"] = fc.crossed_column([found["c"], "i"], 9, 5)
    found["weighted"] = fc.weighted_categorical_column(found["w"], "wt")
    return found


def say_nodes(tf, say, make):
    """Record the nodes, variables and values of what `make` builds on the features."""
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(1)
        features = {name: tf.constant(value[:4]) for name, value in sorted(FEATURES.items())}
        count = len(graph.get_operations())
        result = make(features)
        for op in graph.get_operations()[count:]:
            say(op.name, op.type, [t.name for t in op.inputs])
        say([v.name for v in tf.global_variables()], [v.name for v in tf.trainable_variables()],
            [v.name for v in tf.model_variables()])
        with tf.Session() as session:
            session.run([tf.global_variables_initializer(), tf.tables_initializer()])
            say(result.shape, np.round(session.run(result), 4).tolist())


@program
def columns_side_by_side(tf, folder, say):
    fc, c = tf.feature_column, columns(tf)
    scaled = fc.numeric_column("n", normalizer_fn=lambda value: value / 7)
    for chosen in ([c["x"], c["n"]], [c["b"], fc.indicator_column(c["w"]), c["x"]], scaled,
                   [fc.indicator_column(c["j"]), fc.indicator_column(c["cc"])],
                   [fc.embedding_column(c["oov"], 3, combiner="sum", max_norm=0.5),
                    fc.embedding_column(c["i"], 2, trainable=False)],
                   [fc.embedding_column(c["weighted"], 2)]):
        say_nodes(tf, say, lambda f, chosen=chosen: fc.input_layer(f, chosen))


@program
def columns_summed(tf, folder, say):
    fc, c = tf.feature_column, columns(tf)
    for chosen, arguments in (([c["x"], c["b"], c["w"]], {}),
                              ([c["c"], fc.embedding_column(c["i"], 2)],
                               {"units": 2, "sparse_combiner": "mean"}), ([c["weighted"]], {})):
        say_nodes(tf, say, lambda f, chosen=chosen, arguments=arguments: fc.linear_model(
            f, chosen, **arguments))
    with tf.Graph().as_default():
        features = {name: tf.constant(value) for name, value in FEATURES.items()}
        found, outputs = {}, {}
        fc.linear_model(features, [c["x"], c["b"]], cols_to_vars=found)
        fc.linear_model(features, [c["x"], c["b"]], trainable=False)
        fc.input_layer(features, [c["x"], fc.embedding_column(c["i"], 2)], ["mine"],
                       cols_to_vars=found, cols_to_output_tensors=outputs)
        say(sorted((str(key), [v.name for v in found[key]]) for key in found))
        say(sorted((str(key).split("(")[0], outputs[key].name) for key in outputs))
        say([v.name for v in tf.get_collection("mine")], [v.name for v in tf.global_variables()],
            [v.name for v in tf.trainable_variables()])


@program
def columns_of_words_in_files(tf, folder, say):
    fc, path = tf.feature_column, os.path.join(folder, "words.txt")
    with open(path, "w") as file:
        file.write("b\nc\nz\n")
    with open(os.path.join(folder, "numbers.txt"), "w") as file:
        file.write("2\n0\n")
    words = fc.categorical_column_with_vocabulary_file
    for column in (words("w", path), words("w", path, 2, default_value=0),
                   words("w", path, 2, 3),
                   words("i", os.path.join(folder, "numbers.txt"), dtype=tf.int64)):
        say_nodes(tf, say, lambda f, column=column: fc.input_layer(
            f, fc.indicator_column(column)))
        say(column)
    failing(say, lambda: words("w", ""), lambda: words("w", path + "x"),
            lambda: words("w", path, 0), lambda: words("w", path, 2, 1, 1),
            lambda: words("w", path, 2, -1),
            lambda: words("w", path, 2, dtype=tf.float32), lambda: words(1, path, 2))
    texts, make = tf.lookup.TextFileInitializer, tf.lookup.StaticHashTable
    with open(os.path.join(folder, "table.txt"), "w") as file:
        file.write("a 1\nb 2\n\nc x\n")
    for arguments in ((path, tf.string, -2, tf.int64, -1, 4),
                      (path + "x", tf.string, -2, tf.int64, -1),
                      (os.path.join(folder, "table.txt"), tf.string, 0, tf.int64, 1, None, " "),
                      (os.path.join(folder, "table.txt"), tf.string, 0, tf.int64, 1, 2, " "),
                      (path, tf.string, 0, tf.int64, 1), (path, tf.int64, -2, tf.int64, -1),
                      (path, tf.int64, -1, tf.string, -2)):
        with tf.Graph().as_default(), tf.Session() as session:
            table = make(texts(*arguments), "?" if arguments[3] == tf.string else -1)
            failing(say, lambda: session.run(table.initializer))
            failing(say, lambda: say(sorted(session.run(table.export())[0].tolist())))
    failing(say, lambda: texts("", tf.string, -2, tf.int64, -1),
            lambda: texts("a", tf.string, -3, tf.int64, -1),
            lambda: texts("a", tf.string, -1, tf.int64, -1),
            lambda: texts("a", tf.float32, -2, tf.int64, -1),
            lambda: texts("a", tf.string, -2, tf.int32, -1),
            lambda: texts("a", tf.string, -2, tf.int64, -2),
            lambda: texts("a", tf.string, -2, tf.int64, -1, 0))


@program
def columns_as_values(tf, folder, say):
    fc, c = tf.feature_column, columns(tf)
    for name in sorted(c):
        say(name, c[name].name)
    say(c["x"], c["b"], c["x"] == fc.numeric_column("x", [2]), len({c["x"], c["n"], c["x"]}))
    say(fc.embedding_column(c["i"], 2).name, fc.indicator_column(c["cc"]).name)
    say(c["b"].num_buckets, c["c"].num_buckets, c["oov"].num_buckets, c["weighted"].num_buckets)
    spec = fc.make_parse_example_spec([c["x"], c["b"], c["w"], c["cc"], c["weighted"]])
    for name in sorted(spec):
        say(name, spec[name])
    say(fc.numeric_column("a", (2, 1), [[1], [2]]).default_value,
        fc.numeric_column("a", 3, 0.5).default_value, fc.numeric_column("a", dtype=tf.int64).dtype)


@program
def wrong_columns(tf, folder, say):
    fc, c = tf.feature_column, columns(tf)
    words = fc.categorical_column_with_vocabulary_list
    failing(
        say, lambda: fc.numeric_column(1), lambda: fc.numeric_column("a", (1.5,)),
        lambda: fc.numeric_column("a", 0), lambda: fc.numeric_column("a", 1, "x"),
        lambda: fc.numeric_column("a", 2, [1]), lambda: fc.numeric_column("a", dtype=tf.string),
        lambda: fc.numeric_column("a", normalizer_fn=1),
        lambda: fc.numeric_column("a", 1, 0.5, tf.int32), lambda: fc.bucketized_column(1, [1]),
        lambda: fc.bucketized_column(fc.numeric_column("a", (1, 1)), [1]),
        lambda: fc.bucketized_column(c["n"], []), lambda: fc.bucketized_column(c["n"], [2, 1]),
        lambda: fc.bucketized_column(c["n"], 3), lambda: words("a", []), lambda: words("a", None),
        lambda: words("a", ["b", "b"]), lambda: words("a", [1.5]), lambda: words(1, ["b"]),
        lambda: words("a", ["b"], dtype=tf.int32), lambda: words("a", ["b"], num_oov_buckets=-1),
        lambda: words("a", ["b"], default_value=0, num_oov_buckets=1),
        lambda: fc.categorical_column_with_hash_bucket("a", None),
        lambda: fc.categorical_column_with_hash_bucket("a", 0),
        lambda: fc.categorical_column_with_hash_bucket("a", 1, tf.float32),
        lambda: fc.categorical_column_with_identity("a", 0),
        lambda: fc.categorical_column_with_identity("a", 2, 2),
        lambda: fc.crossed_column(["a"], 2), lambda: fc.crossed_column(["a", "b"], 0),
        lambda: fc.crossed_column(["a", 1], 2), lambda: fc.crossed_column(["a", c["h"]], 2),
        lambda: fc.embedding_column(c["i"], 0), lambda: fc.embedding_column(c["i"], 1, "mean", 1),
        lambda: fc.embedding_column(c["i"], 1, ckpt_to_load_from="a"),
        lambda: fc.weighted_categorical_column(c["i"], "a", tf.string),
        lambda: fc.make_parse_example_spec([1]))
    features = {"x": tf.constant(NUMBERS[:3]), "i": tf.constant([0, 5]), "w": tf.constant(["a"]),
                "n": tf.constant(1.0), "wt": tf.constant([1.0, 2.0])}
    layer, model = fc.input_layer, fc.linear_model
    failing(
        say, lambda: layer(features, []), lambda: layer(features, [1]), lambda: layer(features, {}),
        lambda: layer(features, c["i"]), lambda: layer(features, [c["x"], c["x"]]),
        lambda: layer(features, fc.numeric_column("zz")), lambda: layer(features, c["n"]),
        lambda: layer(features, [c["x"], fc.numeric_column("wt")]), lambda: model(features, [1]),
        lambda: layer(features, fc.indicator_column(fc.categorical_column_with_identity("wt", 2))),
        lambda: layer(features, fc.indicator_column(words("i", ["a"]))),
        lambda: layer(features, fc.indicator_column(
            fc.categorical_column_with_hash_bucket("wt", 3))))
    with tf.Session() as session:
        out = layer(features, fc.indicator_column(c["i"]))
        failing(say, lambda: session.run(out))


def model_program(function):
    """A ready-made estimator: `function(tf, columns)` gives how to make it, and the labels."""

    def run(tf, folder, say):
        make, labels = function(tf, columns(tf))

        def listing(what):
            class Listing(tf.train.SessionRunHook):
                def after_create_session(self, session, coord):
                    for op in session.graph.get_operations():
                        if not op.name.startswith("save"):
                            say(what, op.name, op.type, [t.name for t in op.inputs])

            return [Listing()]

        def rows(count=None, size=8):
            return lambda: tf.data.Dataset.from_tensor_slices(
                (FEATURES, labels)).repeat(count).batch(size)

        model = make(config=tf.estimator.RunConfig(folder, tf_random_seed=3))
        model.train(rows(), listing("train"), steps=6)
        results = model.evaluate(rows(1), hooks=listing("evaluate"))
        for key in sorted(results):
            say(key, "%.4g" % results[key])
        found = list(model.predict(rows(1, 3), hooks=listing("predict")))
        for row in found[:2]:
            say(sorted((key, value.dtype.kind, np.round(value, 3).tolist()
                        if value.dtype.kind == "f" else value.tolist())
                       for key, value in row.items()))
        for name in model.get_variable_names():
            say(name, model.get_variable_value(name).shape)

    run.__name__ = function.__name__
    return program(run)


@model_program
def dnn_of_two_classes(tf, c):
    dense = [c["x"], tf.feature_column.indicator_column(c["w"]),
             tf.feature_column.embedding_column(c["h"], 2)]
    return lambda **k: tf.estimator.DNNClassifier([4, 3], dense, **k), TWO


@model_program
def dnn_of_three_classes(tf, c):
    return lambda **k: tf.estimator.DNNClassifier(
        [4], [c["x"], c["b"]], n_classes=3, weight_column="wt", dropout=0.4, batch_norm=True,
        optimizer=tf.train.AdamOptimizer(0.01), **k), THREE


@model_program
def dnn_of_numbers(tf, c):
    return lambda **k: tf.estimator.DNNRegressor(
        [4], [c["x"], c["b"]], label_dimension=2, activation_fn=tf.nn.tanh, optimizer="SGD",
        **k), NUMBERS * 2


@model_program
def linear_of_two_classes(tf, c):
    return lambda **k: tf.estimator.LinearClassifier(
        [c["x"], c["b"], c["w"]], weight_column="wt", label_vocabulary=["no", "yes"], **k), WORDS


@model_program
def linear_of_three_classes(tf, c):
    return lambda **k: tf.estimator.LinearClassifier(
        [c["x"], c["c"]], n_classes=3, loss_reduction="weighted_mean", sparse_combiner="mean",
        optimizer=lambda: tf.train.GradientDescentOptimizer(0.1), **k), THREE


@model_program
def linear_of_numbers(tf, c):
    return lambda **k: tf.estimator.LinearRegressor(
        [c["x"], c["b"], tf.feature_column.embedding_column(c["i"], 2)], **k), NUMBERS[:, 0] * 2


@model_program
def wide_and_deep(tf, c):
    return lambda **k: tf.estimator.DNNLinearCombinedClassifier(
        linear_feature_columns=[c["w"], c["b"]], dnn_feature_columns=[c["x"]],
        dnn_hidden_units=[3], dnn_optimizer="Adam", weight_column="wt", **k), TWO


@model_program
def wide_or_deep(tf, c):
    return lambda **k: tf.estimator.DNNLinearCombinedRegressor(
        dnn_feature_columns=[c["x"]], dnn_hidden_units=[3], **k), NUMBERS[:, :1]


@model_program
def baseline_of_three_classes(tf, c):
    return lambda **k: tf.estimator.BaselineClassifier(n_classes=3, **k), THREE


@model_program
def baseline_of_numbers(tf, c):
    return lambda **k: tf.estimator.BaselineRegressor(
        optimizer=lambda: tf.train.GradientDescentOptimizer(0.01), **k), NUMBERS[:, 0]


@program
def specs_of_examples(tf, folder, say):
    c, e = columns(tf), tf.estimator
    for spec in (e.classifier_parse_example_spec([c["x"], c["w"]], "y", weight_column="wt"),
                 e.regressor_parse_example_spec([c["x"]], "y", label_dimension=2,
                                                weight_column=c["n"])):
        for name in sorted(spec):
            say(name, spec[name])
    failing(say, lambda: e.classifier_parse_example_spec([c["x"]], "x"),
            lambda: e.classifier_parse_example_spec([c["x"]], "y", weight_column="x"),
            lambda: e.classifier_parse_example_spec([c["x"]], "y", weight_column=1),
            lambda: e.DNNLinearCombinedClassifier(folder),
            lambda: e.DNNLinearCombinedClassifier(folder, dnn_feature_columns=[c["x"]]).train(
                lambda: ({"x": tf.constant(NUMBERS)}, tf.constant(TWO)), steps=1))


@program
def wrong_models(tf, folder, say):
    e, c = tf.estimator, columns(tf)

    def training(make, labels, features=FEATURES):
        return lambda: make().train(
            lambda: tf.data.Dataset.from_tensor_slices((features, labels)).batch(4), steps=1)

    config = tf.estimator.RunConfig(folder)

    def dnn(**arguments):
        return lambda: e.DNNClassifier([2], [c["x"]], config=config, **arguments)

    def regressor(**arguments):
        return lambda: e.LinearRegressor([c["x"]], config=config, **arguments)

    failing(
        say, dnn(n_classes=1), dnn(label_vocabulary="a"), dnn(n_classes=3, label_vocabulary="a"),
        dnn(loss_reduction="none"), dnn(loss_reduction="x"), regressor(label_dimension=0),
        training(dnn(optimizer="X"), TWO), training(dnn(optimizer=1), TWO),
        training(dnn(n_classes=3), WORDS), training(dnn(n_classes=3), NUMBERS),
        training(dnn(n_classes=3, label_vocabulary=["a", "b", "c"]), TWO),
        training(dnn(weight_column=1), TWO), training(regressor(), NUMBERS),
        training(lambda: e.DNNClassifier([2], [c["i"]], config=config), TWO),
        training(lambda: e.DNNClassifier([2], [], config=config), TWO),
        training(dnn(), TWO, NUMBERS))
    failing(say, training(dnn(n_classes=3), THREE + 1), training(dnn(), TWO + 2))


def checkpointed_model(tf, folder):
    """The model whose checkpoint is kept."""
    c = columns(tf)
    dense = [c["x"], tf.feature_column.embedding_column(c["w"], 2)]
    return tf.estimator.DNNClassifier([4], dense, config=tf.estimator.RunConfig(
        folder, tf_random_seed=1))


def checkpointed_rows(tf):
    return lambda: tf.data.Dataset.from_tensor_slices((FEATURES, TWO)).repeat().batch(8)
