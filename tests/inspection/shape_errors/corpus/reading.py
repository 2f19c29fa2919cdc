"""Reading the corpus: one program a file, the mistake's repairs in comments above its line.

    # right: y = tf.matmul(tf.squeeze(x, axis=2), w)
    y = tf.matmul(x, w)

The comment is the statement to write instead of the next one; several such comments are several
good repairs. A line that ends in `# origin` is where the bad axis or type came from. The program
leaves what it computes in `result`. Imports neither library, and runs under Python 3.7 too.
"""

import glob
import os

HERE = os.path.dirname(os.path.abspath(__file__))
RIGHT = "# right: "
ORIGIN = "# origin"


class Mistake:
    """One program: `name` is family/name, `source` its text, `path` its file."""

    def __init__(self, path):
        self.path = path
        self.name = os.path.relpath(path, HERE)[:-len(".py")].replace(os.sep, "/")
        with open(path) as file:
            self.source = file.read()
        self._lines = self.source.splitlines()

    def __repr__(self):
        return self.name

    @property
    def origin(self):
        """The number of the line that the bad axis comes from, or None."""
        for number, line in enumerate(self._lines, 1):
            if line.endswith(ORIGIN):
                return number
        return None

    def repaired(self):
        """The text of the program under each of its repairs; line numbers stay."""
        programs = []
        for number, line in enumerate(self._lines):
            if line.strip().startswith(RIGHT):
                wrong = number
                while self._lines[wrong].strip().startswith(RIGHT):
                    wrong += 1
                indent = line[:len(line) - len(line.lstrip())]
                lines = list(self._lines)
                lines[wrong] = indent + line.strip()[len(RIGHT):]
                programs.append("\n".join(lines) + "\n")
        return programs


def mistakes():
    """All programs of the corpus, by name."""
    paths = sorted(glob.glob(os.path.join(HERE, "*", "*.py")))
    return [Mistake(path) for path in paths]
