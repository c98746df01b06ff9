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
    def __init__(self, bed, port):
        self.bed = bed
        self.host = HOST
        self.port = port
        self.api = Api(HOST, port)
        self.name = f"colony-{secrets.token_hex(4)}"
        # Servers wake long polls by executor type, of all colonies at once.
        self.executor_type = f"edge-{self.name}"
        self.owner_key = new_key()
        self.setup("addcolonymsg", bed.owner_key, colony={"name": self.name, "colonyid": id_of(self.owner_key)})
        self.user = self.add_user("alice")

    def setup(self, name, key, **fields):
        """Not through the proxy: it may be meant to be in the way."""
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

    def call(self, name, key=None, **fields):
        """One call by the user, or whose key it is."""
        return self.api.call(name, key or self.user.key, **fields)

    def environment(self, member=None):
        """The names that every client of Colonies reads: all of its spellings."""
        member = member or self.user
        return {"TZ": "UTC", "COLONIES_TLS": "false", "COLONIES_SERVER_TLS": "false",
                "COLONIES_SERVER_HOST": self.host,
                "COLONIES_SERVER_PORT": str(self.port), "COLONIES_SERVER_HTTP_PORT": str(self.port),
                "COLONIES_SERVER_PRVKEY": self.bed.owner_key, "COLONIES_COLONY_NAME": self.name,
                "COLONIES_COLONY_PRVKEY": self.owner_key, "COLONIES_PRVKEY": member.key,
                "COLONIES_EXECUTOR_NAME": member.name, "COLONIES_EXECUTOR_TYPE": self.executor_type}

    def remove(self):
        self.setup("removecolonymsg", self.bed.owner_key, colonyname=self.name)
