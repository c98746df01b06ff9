"""A client of a colony that costs the machine little: each call is signed once and sent again and again on one
connection, since the server does not mind, and signing in Python takes longer than its answers."""
import base64
import datetime
import http.client
import json
import time

import measure
from colonies.api import envelope
from colonies.tools import use_pycolonies

PATIENCE = 60  # seconds
SUCCESSFUL = 2


class Client:
    """`with Client(colony) as client:`. One that waits hears of the ends over a subscription, as clients of others do."""

    def __init__(self, colony):
        self.colony = colony
        self.signed = {}

    def __enter__(self):
        use_pycolonies()
        from websocket import create_connection
        self.connection = http.client.HTTPConnection(self.colony.host, self.colony.port, timeout=PATIENCE)
        self.ends = create_connection(f"ws://{self.colony.host}:{self.colony.port}/pubsub", timeout=PATIENCE)
        return self

    def __exit__(self, *_):
        self.ends.close()
        self.connection.close()

    def call(self, name, **fields):
        text = json.dumps([name, fields])
        body = self.signed.get(text) or self.signed.setdefault(text, envelope(name, self.colony.user.key, **fields))
        self.connection.request("POST", "/api", body)
        return told(self.connection.getresponse().read())

    def submit(self, function, count=1):
        """Gives the last one's id."""
        for _ in range(count):
            process = self.call("submitfuncspecmsg", spec=self.colony.spec(function))
        return process["processid"]

    def statistics(self):
        return self.call("getcolonystatsmsg", colonyname=self.colony.name)

    def times(self):
        """When each process that has succeeded was submitted, and when it was closed, in seconds of the server's clock."""
        processes = self.call("getprocesshistmsg", colonyname=self.colony.name, executorid="", seconds=3600,
                              state=SUCCESSFUL)
        return [(seconds(process["submissiontime"]), seconds(process["endtime"])) for process in processes]

    def warm_up(self, function):
        """When it gives, an executor is there, and the end of each process is heard."""
        self.subscribe()
        self.submit_and_await(function)

    def subscribe(self):
        """Only executors may; this one never asks for work."""
        observer = self.colony.add_executor("observer", f"observer-{self.colony.name}")
        self.ends.send(envelope("subscribeprocessesmsg", observer.key, colonyname=self.colony.name,
                                executortype=self.colony.executor_type, state=SUCCESSFUL, timeout=3600))
        time.sleep(0.1)  # nothing says that it is in force

    def submit_and_await(self, function):
        """Gives the seconds from asking until the news of the end."""
        begun = time.perf_counter()
        process = self.submit(function)
        while (ended := told(self.ends.recv())["processid"]) != process:
            pass
        return time.perf_counter() - begun


def told(text):
    reply = json.loads(text)
    payload = json.loads(base64.b64decode(reply["payload"]))
    if reply["error"]:
        raise measure.Failed(f"the Colonies server refuses: {payload['message']}")
    return payload


def seconds(time_text):
    return datetime.datetime.fromisoformat(time_text).timestamp()
