"""A Kubernetes cluster with one real node, whose pods are real containers; for root alone.

    def setUpModule():
        global cluster
        cluster = unittest.enterModuleContext(KubernetesCluster())

The node lives in namespaces of its own: when they go, so do its pods and mounts, whatever ended the test. What it has as an
image is `KubernetesCluster.IMAGE`, a static busybox; pods have addresses, and neither names nor services."""
import hashlib
import io
import json
import os
import pathlib
import random
import signal
import sys
import tarfile

from docker_engine import APPLETS, FIRST_PROCESS, child_of
from kubernetes_api import KubernetesApi
from premises import BedError, until

NODE = "127.0.0.1"  # so named, the API server reaches it without asking anybody for its address
CGROUPS = pathlib.Path("/sys/fs/cgroup")
FORWARDING = pathlib.Path("/proc/sys/net/ipv4/ip_forward")
# What the node keeps outside of its folders is seen by it alone.
FURNISH = """
mount -t tmpfs none /run && mount -t tmpfs none /var && mkdir -p /var/lib /var/log /var/tmp && ln -s /run /var/run
"""

CONTAINERD = """
version = 2
root = "{room}/root"
state = "{room}/state"
[grpc]
  address = "{room}/s"
[ttrpc]
  address = "{room}/t"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{room}/net"
"""


class KubernetesCluster(KubernetesApi):
    IMAGE = "localhost/box:1"

    def start_all(self):
        self.forwarded = FORWARDING.read_text()
        self.authority.issue("kubelet", f"/O=system:nodes/CN=system:node:{NODE}", f"subjectAltName=IP:{NODE}",
                             "extendedKeyUsage=clientAuth,serverAuth")
        self.make_house()
        super().start_all()
        self.start("scheduler", self.programs / "kube-scheduler", f"--kubeconfig={self.admin}", "--bind-address=127.0.0.1",
                   f"--secure-port={self.ports['scheduler']}", "--leader-elect=false", "--authentication-skip-lookup=true")
        self.start_engine()
        self.start_kubelet()

    def make_house(self):
        """The namespaces, which live as long as their first process."""
        room = self.premises.room("house")
        house = self.premises.start(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
                                     f'{FURNISH.strip()} && exec "$@"', "sh", sys.executable, "-I", "-c", FIRST_PROCESS],
                                    room, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        self.house = until(lambda: child_of(house.pid), lambda: f"unshare does not work\n{self.said('house')}")
        until((room / "lived_in").exists, lambda: f"the first process does not begin\n{self.said('house')}")

    def start_inside(self, name, program, *options):
        self.start(name, "nsenter", "--target", str(self.house), "--mount", "--pid", program, *options)

    def start_engine(self):
        room = self.premises.room("c")  # short: paths of sockets below it have their limit
        self.engine = room / "s"
        (room / "config.toml").write_text(CONTAINERD.format(room=room))
        (room / "net").mkdir()
        (room / "net" / "10-pod.conflist").write_text(json.dumps(
            {"cniVersion": "0.4.0", "name": "pod", "plugins": [
                {"type": "ptp", "ipMasq": False,
                 "ipam": {"type": "host-local", "dataDir": str(room / "addresses"), "routes": [{"dst": "0.0.0.0/0"}],
                          "ranges": [[{"subnet": f"10.{random.randint(200, 250)}.{random.randint(0, 255)}.0/24"}]]}}]}))
        self.start_inside("c", "containerd", "--config", room / "config.toml")
        images = room / "images.tar"
        write_images(images)
        until(lambda: self.control("version"), lambda: f"containerd does not begin\n{self.said('c')}")
        if not self.control("images", "import", images):
            raise RuntimeError(f"containerd takes no images\n{self.said('ctr')}")

    def control(self, *words):
        self.start_inside("ctr", "ctr", "--address", self.engine, "--namespace", "k8s.io", *words)
        return self.servers["ctr"].wait() == 0

    def start_kubelet(self):
        try:
            self.begin_kubelet()
        except BedError:  # now and then one stands still at its start, before it has asked for anything
            self.kill_kubelet()
            self.begin_kubelet()

    def begin_kubelet(self):
        room = self.premises.folder / "kubelet"
        room.mkdir(mode=0o700, exist_ok=True)
        for hierarchy in [CGROUPS] if (CGROUPS / "cgroup.controllers").exists() else CGROUPS.iterdir():
            make_cgroup(hierarchy, self.premises.folder.name)
        keys = self.keys
        (room / "config.yaml").write_text(json.dumps({
            "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "address": NODE,
            "port": self.ports["kubelet"], "healthzPort": 0,
            "authentication": {"anonymous": {"enabled": False}, "webhook": {"enabled": False},
                               "x509": {"clientCAFile": str(self.authority.file)}},
            "authorization": {"mode": "AlwaysAllow"}, "tlsCertFile": f"{keys}/kubelet.crt",
            "tlsPrivateKeyFile": f"{keys}/kubelet.key", "containerRuntimeEndpoint": f"unix://{self.engine}",
            "cgroupDriver": "cgroupfs", "cgroupRoot": f"/{self.premises.folder.name}", "enforceNodeAllocatable": [],
            "failSwapOn": False, "makeIPTablesUtilChains": False, "resolvConf": "", "clusterDNS": ["10.96.0.10"],
            "clusterDomain": "cluster.local", "imageGCHighThresholdPercent": 100, "nodeStatusUpdateFrequency": "5s",
            "evictionHard": {"memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
            "podLogsDir": f"{room}/logs"}))
        user = self.kubeconfig("kubelet", self.certificate("kubelet"))
        self.start_inside("kubelet", self.programs / "kubelet", f"--config={room}/config.yaml", f"--kubeconfig={user}",
                          f"--root-dir={room}/root", f"--hostname-override={NODE}")
        until(self.has_node, lambda: f"the node does not get ready\n{self.said('kubelet')}")

    def has_node(self):
        if not self.exists(f"/api/v1/nodes/{NODE}"):
            return False
        conditions = self.ask("GET", f"/api/v1/nodes/{NODE}")["status"].get("conditions", [])
        return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)

    def kill_kubelet(self):
        """Its pods go on, and the API server hears no more of them."""
        os.kill(child_of(self.servers["kubelet"].pid), signal.SIGKILL)
        self.servers["kubelet"].wait()

    def close(self):
        super().close()
        # The pods' network has switched it on.
        if getattr(self, "forwarded", None) == "0\n":
            FORWARDING.write_text(self.forwarded)


def processes_of(word):
    """What runs with this among its words, on the node as anywhere."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if word.encode() in words:
            found.append(folder.name)
    return found


def make_cgroup(hierarchy, name):
    group = hierarchy / name
    group.mkdir(exist_ok=True)
    for setting in ("cpuset.cpus", "cpuset.mems"):  # without them no process may enter
        if (group / setting).exists():
            (group / setting).write_text((hierarchy / setting).read_text())


def write_images(path):
    """One layer under two names, in the form of `docker save`: what holds a pod together, and what runs in it."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        tar.add("/bin/busybox", "bin/busybox")
        for name in [*APPLETS, "date", "find", "httpd", "ln", "tail", "tar", "wget"]:
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        for name in ("tmp", "etc"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o1777
            tar.addfile(folder)
    layer = layer.getvalue()
    digest = hashlib.sha256(layer).hexdigest()
    with tarfile.open(path, "w") as archive:
        add(archive, "layer.tar", layer)
        manifest = []
        for name, command in (("pause", ["/bin/sleep", "2147483647"]), ("box", ["/bin/sh"])):
            config = {"architecture": "amd64" if os.uname().machine == "x86_64" else "arm64", "os": "linux",
                      "config": {"Env": ["PATH=/bin"], "Cmd": command},
                      "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]}}
            add(archive, f"{name}.json", json.dumps(config).encode())
            manifest.append({"Config": f"{name}.json", "RepoTags": [f"localhost/{name}:1"], "Layers": ["layer.tar"]})
        add(archive, "manifest.json", json.dumps(manifest).encode())


def add(archive, name, content):
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))
