"""Graphs with datasets in a process that hasn't used tf.data yet."""

import subprocess
import sys

PROGRAM = """
import sys
import tftutor as tf

text = bytes.fromhex(sys.argv[1])
assert "tftutor.data.iterator_nodes" not in sys.modules
initializer, element = tf.import_graph_def(
    tf.GraphDef.FromString(text), return_elements=["MakeIterator", "IteratorGetNext:0"])
with tf.Session() as session:
    session.run(initializer)
    print(session.run(element), session.run(element))
"""


def test_a_graph_with_a_dataset_is_imported_by_who_has_not_used_tf_data():
    import tftutor as tf

    with tf.Graph().as_default() as graph:
        tf.data.Dataset.range(5, 9).make_initializable_iterator().get_next()
        text = graph.as_graph_def().SerializeToString().hex()
    done = subprocess.run([sys.executable, "-c", PROGRAM, text], capture_output=True, text=True)
    assert done.stdout == "5 6\n", done.stderr
