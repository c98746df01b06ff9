"""An agent that stands in for upstream's executors, by their types, and what no client should send them. Used by
tests/integration."""
from colony_agent import ColonyAgent

TYPES = ("echo", "sleep", "unix", "python", "ml")
HUGE = "x" * 5_000_000
HOSTILE = ["; touch FOLDER/harm", "$(touch FOLDER/harm)", "`touch FOLDER/harm`", "' \" \\ \\n", "two\nlines\n", "-rf", "", "*",
           "é \U0001f41d \u202e", "%s%n{}", "../../etc/passwd", "{\"$base64\": \"eA==\"}", "null"]


class Families(ColonyAgent):
    """One agent that stands in for upstream's executors, by their types."""

    def setUp(self):
        super().setUp()
        self.serve(executors="".join(self.executor(type, name=type) for type in TYPES))

    def gives(self, type, function, *args, **fields):
        return self.output(function, *args, conditions={"executortype": type}, **fields)

    def fails(self, type, function, *args, **fields):
        return self.errors(function, *args, conditions={"executortype": type}, **fields)[0]

    def sent(self, type, function, *args, **fields):
        return self.send(function, *args, conditions={"executortype": type}, **fields)

    def hostile(self):
        return [text.replace("FOLDER", str(self.folder)) for text in HOSTILE]

    def assert_harmless(self):
        self.assertFalse((self.folder / "harm").exists())
        self.assertEqual(self.gives("echo", "echo", "still there"), ["still there"])
