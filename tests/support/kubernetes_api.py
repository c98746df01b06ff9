"""A real Kubernetes API server with its store and its controllers, without nodes, on this machine alone. No root is needed.

    with KubernetesApi() as kubernetes:
        space = kubernetes.namespace()
        kubernetes.ask("GET", f"/api/v1/namespaces/{space}/pods")

A Deployment gets its ReplicaSet and Pods, which stay Pending: a test plays the kubelet with `kubernetes.run_pod`. The API
server can be stopped, killed and started again; what it has stays. `kubernetes_cluster` has a node on top."""
import http.client
import json
import os
import pathlib
import signal
import ssl
import subprocess
import urllib.parse

from premises import BedError, Premises, tail, until
from redis_server import free_port

MODULE = pathlib.Path(__file__).with_name("kubernetes") / "go.mod"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "forager"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
SERVER_NAMES = "subjectAltName=IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes.default.svc"
KINDS = {"patch": "application/merge-patch+json", "apply": "application/apply-patch+yaml"}


def programs():
    """The folder of what .dev/bed.sh has made of the version in go.mod."""
    name = "k8s.io/kubernetes v"
    version = next(line.split(name)[1].split()[0] for line in MODULE.read_text().splitlines() if name in line)
    folder = CACHE / f"kubernetes-{version}"
    if not folder.is_dir():
        raise BedError(f"{folder} is not there: `./dev test integration` makes it")
    return folder


class Authority:
    """Signs for servers, users and service accounts."""

    def __init__(self, folder):
        self.folder, self.file = folder, folder / "ca.crt"
        self.run("req", "-x509", *KEY, "-days", "2", "-subj", "/CN=test-ca", "-keyout", folder / "ca.key", "-out", self.file)
        self.run("genrsa", "-out", folder / "accounts.key", "2048")
        self.run("rsa", "-in", folder / "accounts.key", "-pubout", "-out", folder / "accounts.pub")

    def issue(self, name, subject, *extensions):
        self.run("req", "-x509", *KEY, "-days", "2", "-subj", subject, "-CA", self.file, "-CAkey", self.folder / "ca.key",
                 "-keyout", self.folder / f"{name}.key", "-out", self.folder / f"{name}.crt",
                 "-addext", "basicConstraints=critical,CA:FALSE", *(word for one in extensions for word in ("-addext", one)))

    def run(self, *words):
        done = subprocess.run(["openssl", *words], capture_output=True, text=True)
        if done.returncode != 0:
            raise BedError(f"openssl {words[0]}: {done.stderr}")


class Refused(Exception):
    """An answer of status 400 and above."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body


class KubernetesApi:
    ADMIN_TOKEN, USER_TOKEN = "admin-token", "forager-token"  # the user's has no rights but what a test gives it

    def __init__(self, *options):
        """The options go to the API server."""
        self.options = options
        self.programs = programs()
        self.premises = Premises()
        self.ports = {name: free_port() for name in ("api", "etcd", "peer", "controllers", "scheduler", "kubelet")}
        self.url = f"https://127.0.0.1:{self.ports['api']}"
        self.servers, self.spaces = {}, 0
        try:
            self.make_keys()
            self.start_all()
        except BaseException:
            self.close()
            raise

    def make_keys(self):
        self.keys = self.premises.room("keys")
        self.authority = Authority(self.keys)
        self.authority.issue("server", "/CN=kube-apiserver", SERVER_NAMES, "extendedKeyUsage=serverAuth")
        self.authority.issue("admin", "/O=system:masters/CN=admin", "extendedKeyUsage=clientAuth")
        (self.keys / "tokens.csv").write_text(f'{self.ADMIN_TOKEN},admin,u1,"system:masters"\n{self.USER_TOKEN},forager,u2,"forager"\n')
        self.trust = ssl.create_default_context(cafile=self.authority.file)
        self.admin = self.kubeconfig("admin", self.certificate("admin"))
        self.user = self.kubeconfig("user", {"token": self.USER_TOKEN})

    def certificate(self, name):
        """A user's, as a kubeconfig has it."""
        return {"client-certificate": str(self.keys / f"{name}.crt"), "client-key": str(self.keys / f"{name}.key")}

    def kubeconfig(self, name, user, namespace=None, **cluster):
        """A file for this user; `cluster` has more of the cluster's fields."""
        path = self.keys / f"{name}.kubeconfig"
        cluster = {"server": self.url, "certificate-authority": str(self.authority.file), **cluster}
        context = {"cluster": "here", "user": "who", **({"namespace": namespace} if namespace else {})}
        path.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", "current-context": "test",
                                    "clusters": [{"name": "here", "cluster": cluster}],
                                    "users": [{"name": "who", "user": user}],
                                    "contexts": [{"name": "test", "context": context}]}))
        return path

    def start_all(self):
        etcd, peer = (f"http://127.0.0.1:{self.ports[name]}" for name in ("etcd", "peer"))
        self.start("etcd", self.programs / "etcd", "--data-dir=data", f"--listen-client-urls={etcd}",
                   f"--advertise-client-urls={etcd}", f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
                   f"--initial-cluster=default={peer}", "--unsafe-no-fsync", "--log-level=warn")
        self.start_api()
        self.start("controllers", self.programs / "kube-controller-manager", f"--kubeconfig={self.admin}",
                   "--bind-address=127.0.0.1", f"--secure-port={self.ports['controllers']}", "--leader-elect=false",
                   f"--service-account-private-key-file={self.keys}/accounts.key", f"--root-ca-file={self.authority.file}",
                   "--authentication-skip-lookup=true", "--profiling=false")
        self.await_account("default")

    def start_api(self):
        keys = self.keys
        self.start("api", self.programs / "kube-apiserver", f"--etcd-servers=http://127.0.0.1:{self.ports['etcd']}",
                   "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", f"--secure-port={self.ports['api']}",
                   f"--tls-cert-file={keys}/server.crt", f"--tls-private-key-file={keys}/server.key",
                   f"--client-ca-file={keys}/ca.crt", f"--token-auth-file={keys}/tokens.csv",
                   "--authorization-mode=Node,RBAC", "--anonymous-auth=false",
                   "--service-account-issuer=https://kubernetes.default.svc",
                   f"--service-account-key-file={keys}/accounts.pub",
                   f"--service-account-signing-key-file={keys}/accounts.key",
                   f"--kubelet-client-certificate={keys}/admin.crt", f"--kubelet-client-key={keys}/admin.key",
                   f"--kubelet-certificate-authority={keys}/ca.crt",
                   "--kubelet-preferred-address-types=InternalIP,Hostname", "--service-cluster-ip-range=10.96.0.0/24",
                   "--endpoint-reconciler-type=none", "--allow-privileged=true", "--profiling=false", *self.options)
        until(self.is_ready, lambda: f"the API server does not get ready\n{self.said('api')}")

    def start(self, name, program, *options):
        room = self.premises.folder / name
        room.mkdir(mode=0o700, exist_ok=True)
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(room)}
        self.servers[name] = self.premises.start([program, *options], room, environment)

    def is_ready(self):
        if self.servers["api"].poll() is not None:
            raise BedError(f"the API server ended\n{self.said('api')}")
        try:
            self.raw("GET", "/readyz")
        except (OSError, Refused, http.client.HTTPException):
            return False
        return True

    def stop_api(self):
        self.end("api", signal.SIGTERM)

    def kill_api(self):
        self.end("api", signal.SIGKILL)

    def freeze(self, frozen=True):
        """The API server keeps its connections and says nothing, or goes on."""
        self.servers["api"].send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def end(self, name, sign):
        self.servers[name].send_signal(sign)
        self.servers[name].wait()

    def said(self, name):
        return tail(self.premises.folder / f"{name}.log")

    def raw(self, method, path, body=None, *, kind="application/json", token=ADMIN_TOKEN):
        connection = http.client.HTTPSConnection("127.0.0.1", self.ports["api"], context=self.trust, timeout=60)
        try:
            connection.request(method, path, body=None if body is None else json.dumps(body),
                               headers={"Authorization": f"Bearer {token}", "Content-Type": kind})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status >= 400:
            raise Refused(answer.status, text)
        return text

    def ask(self, method, path, body=None, **options):
        return json.loads(self.raw(method, path, body, **options))

    def patch(self, path, body):
        return self.ask("PATCH", path, body, kind=KINDS["patch"])

    def objects(self, path, **query):
        return self.ask("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))["items"]

    def exists(self, path):
        try:
            self.raw("GET", path)
        except Refused as refused:
            if refused.status != 404:
                raise
            return False
        return True

    def namespace(self):
        """A fresh one, in which pods can be made."""
        self.spaces += 1
        name = f"test-{self.spaces}"
        self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        self.await_account(name)
        return name

    def await_account(self, space):
        until(lambda: self.exists(f"/api/v1/namespaces/{space}/serviceaccounts/default"),
              lambda: f"{space} gets no service account\n{self.said('controllers')}")

    def run_pod(self, space, name, **status):
        """As a kubelet would: it runs and is ready, or has the status that is given."""
        ready = {"phase": "Running", "podIP": "10.9.9.9", "conditions": [{"type": "Ready", "status": "True"}]}
        return self.patch(f"/api/v1/namespaces/{space}/pods/{name}/status", {"status": status or ready})

    def allow(self, space, *rules, to=None):
        """Gives these in a namespace to the user that has no rights, or to another subject: {"apiGroups": …, "resources": …,
        "verbs": …}."""
        group = "rbac.authorization.k8s.io"
        base = f"/apis/{group}/v1/namespaces/{space}"
        self.ask("POST", f"{base}/roles", {"metadata": {"name": "user"}, "rules": list(rules)})
        self.ask("POST", f"{base}/rolebindings",
                 {"metadata": {"name": "user"}, "roleRef": {"apiGroup": group, "kind": "Role", "name": "user"},
                  "subjects": [to or {"apiGroup": group, "kind": "Group", "name": "forager"}]})

    def await_phase(self, space, pod, phase):
        path = f"/api/v1/namespaces/{space}/pods/{pod}"
        until(lambda: self.ask("GET", path)["status"].get("phase") == phase, lambda: f"{pod} does not become {phase}")

    def forget(self, space):
        """Removes a namespace with all that is in it, in the background."""
        self.ask("DELETE", f"/api/v1/namespaces/{space}")

    def close(self):
        self.premises.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
