"""Pods that are replicas, by the library of Kubernetes for Python: for the peers that keep such."""
import kubernetes

LABELS = {"bench": "replica"}


class Pods:
    def __init__(self, task):
        kubernetes.config.load_kube_config()
        self.api = kubernetes.client.CoreV1Api()
        self.space = task["space"]
        folder = task["folder"]
        self.form = {
            "metadata": {"generateName": "bench-", "labels": LABELS},
            "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
                     "containers": [{"name": "replica", "image": task["image"], "imagePullPolicy": "IfNotPresent",
                                     "args": task["command"],
                                     "env": [{"name": name, "value": value} for name, value in task["environment"].items()],
                                     "volumeMounts": [{"name": "folder", "mountPath": folder}]}],
                     "volumes": [{"name": "folder", "hostPath": {"path": folder}}]}}

    def look(self):
        """How many run; what has ended is removed."""
        running = 0
        for pod in self.api.list_namespaced_pod(self.space, label_selector="bench=replica").items:
            if pod.status.phase in ("Failed", "Succeeded"):
                self.remove(pod.metadata.name)
            else:
                running += 1
        return running

    def start(self):
        self.api.create_namespaced_pod(self.space, self.form)

    def remove(self, name):
        """Whether it was there."""
        try:
            self.api.delete_namespaced_pod(name, self.space, grace_period_seconds=0)
        except kubernetes.client.ApiException as error:
            if error.status != 404:
                raise
            return False
        return True
