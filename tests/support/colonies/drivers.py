"""Clients that others wrote, as users of Colonies have them: pycolonies, and the command line. Both can the same.

A function is described as Colonies does it (`Colony.spec`); a process is the record that the server keeps."""
import contextlib
import json
import os
import re
import subprocess
import tempfile
import time

from colonies import tools
from premises import PATIENCE, until

FAILED = 3
ENDED = 2  # the first of the states that are an end: successful, failed, cancelled


class Driver:
    def __init__(self, colony, member=None):
        self.colony = colony
        self.member = member or colony.user

    def wait(self, id):
        """Gives the process when it has ended, however. Both clients' own ways to wait know of success alone."""
        def ended():
            process = self.get(id)
            return process if process["state"] >= ENDED else None

        process = until(ended, lambda: f"process {id} does not end: {self.get(id)}")
        if process["errors"] or process["state"] != FAILED:
            return process
        time.sleep(0.2)  # the server shows the state before the errors; what fails with its workflow never has any
        return self.get(id)


class PyColonies(Driver):
    """It cannot cancel; and what has an object among its arguments or in its output it cannot read."""

    def __init__(self, colony, member=None):
        super().__init__(colony, member)
        tools.use_pycolonies()
        import model
        import pycolonies
        self.model = model
        self.client = pycolonies.Colonies(colony.host, colony.port, tls=colony.authority is not None)
        self.key = self.member.key

    def submit(self, spec):
        return self.client.submit_func_spec(self.model.FuncSpec(**spec), self.key).processid

    def get(self, id):
        return self.client.get_process(id, self.key).model_dump(by_alias=True)

    def logs(self, id):
        lines = self.client.get_process_log(self.colony.name, id, 500, 0, self.key) or []
        return "".join(line["message"] for line in lines)

    def submit_workflow(self, specs):
        workflow = self.model.Workflow(colonyname=self.colony.name, functionspecs=specs)
        return self.client.submit_workflow(workflow, self.key).processgraphid

    def workflow(self, id):
        return self.client.get_processgraph(id, self.key).model_dump()


class CommandFailed(Exception):
    pass


class CommandLine(Driver):
    def run(self, *args):
        """Gives what it wrote to its outputs."""
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"} | self.colony.environment(self.member)
        done = subprocess.run([tools.colonies(), *args], env=environment, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=PATIENCE)
        if done.returncode != 0:
            raise CommandFailed(f"colonies {' '.join(map(str, args))}: {done.stderr}")
        return done.stdout, done.stderr

    def told(self, name, *args):
        """What it tells of in its log as NAME=VALUE."""
        _, log = self.run(*args)
        return re.search(rf"\b{name}=(\w+)", log)[1]

    def shown(self, *args):
        """Its JSON document, which something else follows."""
        return json.JSONDecoder().raw_decode(self.run(*args, "--json")[0])[0]

    def submit(self, spec):
        with written(spec) as path:
            return self.told("ProcessId", "function", "submit", "--spec", path)

    def get(self, id):
        return self.shown("process", "get", "--processid", id)

    def cancel(self, id):
        self.run("process", "cancel", "--processid", id)

    def logs(self, id):
        return self.run("log", "get", "--processid", id)[0]

    def submit_workflow(self, specs):
        with written(specs) as path:
            return self.told("WorkflowID", "workflow", "submit", "--spec", path)

    def workflow(self, id):
        return self.shown("workflow", "get", "--workflowid", id)


@contextlib.contextmanager
def written(value):
    """A file with this as JSON, as long as it is needed."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(value, file)
        file.flush()
        yield file.name
