"""A colony of its own for each test: nothing in it has a name that another test's has."""
import dataclasses
import secrets

from colonies.api import Api, id_of, new_key
from colonies.server import HOST


@dataclasses.dataclass(frozen=True)
class Member:
    name: str
    key: str
    type: str | None = None  # of executors

    @property
    def id(self):
        return id_of(self.key)


class Colony:
    def __init__(self, bed, door):
        """Clients come through the door, a Server or a FaultProxy."""
        self.bed = bed
        self.host = HOST
        self.port = door.port
        self.authority = getattr(door, "authority", None)  # of TLS
        self.api = Api(HOST, self.port, self.authority)
        self.name = f"colony-{secrets.token_hex(4)}"
        # Servers wake long polls by executor type, of all colonies at once.
        self.executor_type = f"edge-{self.name}"
        self.owner_key = new_key()
        self.setup("addcolonymsg", bed.owner_key, colony={"name": self.name, "colonyid": id_of(self.owner_key)})
        self.user = self.add_user("alice")

    def setup(self, name, key, /, **fields):
        """Not through a proxy: it may be in the way already."""
        return self.bed.server.api.call(name, key, **fields)

    def add_user(self, name):
        user = Member(name, new_key())
        self.setup("addusermsg", self.owner_key, user={"colonyname": self.name, "name": name, "userid": user.id})
        return user

    def add_executor(self, name="edge", type=None, approve=True):
        executor = Member(name, new_key(), type or self.executor_type)
        self.setup("addexecutormsg", self.owner_key,
                   executor={"executorid": executor.id, "executortype": executor.type, "executorname": name,
                             "colonyname": self.name})
        if approve:
            self.setup("approveexecutormsg", self.owner_key, colonyname=self.name, executorname=name)
        return executor

    def call(self, name, key=None, /, **fields):
        """One call by the user, or whose key it is."""
        return self.api.call(name, key or self.user.key, **fields)

    # What an executor does

    def assign(self, executor, seconds=30):
        return self.call("assignprocessmsg", executor.key, colonyname=self.name, timeout=seconds)

    def close(self, executor, process, *output):
        return self.call("closesuccessfulmsg", executor.key, processid=process["processid"], out=list(output))

    def echo(self, executor):
        """Serves one process, in the simplest way."""
        process = self.assign(executor)
        self.close(executor, process, *process["spec"]["args"])

    # What clients need

    def spec(self, function, *args, **fields):
        """Of a function, for whatever client; `conditions` come on top of what every function needs."""
        conditions = {"colonyname": self.name, "executortype": self.executor_type} | fields.pop("conditions", {})
        return {"nodename": function, "funcname": function, "args": list(args), "kwargs": {}, "maxwaittime": -1,
                "maxexectime": -1, "maxretries": -1, "conditions": conditions} | fields

    def environment(self, member=None):
        """What clients of Colonies read, in all their spellings, for the user or this member."""
        member = member or self.user
        tls = "true" if self.authority else "false"
        names = {"TZ": "UTC", "COLONIES_TLS": tls, "COLONIES_SERVER_TLS": tls, "COLONIES_SERVER_HOST": self.host,
                 "COLONIES_SERVER_PORT": str(self.port), "COLONIES_SERVER_HTTP_PORT": str(self.port),
                 "COLONIES_SERVER_PRVKEY": self.bed.owner_key, "COLONIES_COLONY_NAME": self.name,
                 "COLONIES_COLONY_PRVKEY": self.owner_key, "COLONIES_PRVKEY": member.key}
        if member.type:
            names |= {"COLONIES_EXECUTOR_NAME": member.name, "COLONIES_EXECUTOR_TYPE": member.type}
        if self.authority:
            trusted = str(self.authority.file)
            names |= {"SSL_CERT_FILE": trusted, "REQUESTS_CA_BUNDLE": trusted}
        return names

    def remove(self):
        self.setup("removecolonymsg", self.bed.owner_key, colonyname=self.name)
