"""The same on the official Python client: kubernetes_client.py list|watch|deploy SPACE COUNT."""
import json
import sys
import time

from kubernetes import client, config, watch

way, space, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
config.load_kube_config()
core, apps = client.CoreV1Api(), client.AppsV1Api()


def list_all():
    for _ in range(count):
        assert core.list_namespaced_config_map(space, label_selector="bench=yes").items


def watch_all():
    there = changed = 0
    for event in watch.Watch().stream(core.list_namespaced_config_map, space, label_selector="bench=yes"):
        if event["type"] == "ADDED":
            there += 1
            if there == count:
                print("watching", file=sys.stderr, flush=True)
        elif event["type"] == "MODIFIED":
            changed += 1
            if changed == count:
                return


def deploy_all():
    for number in range(1, count + 1):
        name = f"python-{number}"
        box = client.V1Container(name=name, image="localhost/box:1", image_pull_policy="Never", command=["sleep", "1000"])
        template = client.V1PodTemplateSpec(metadata=client.V1ObjectMeta(labels={"app": name}),
                                            spec=client.V1PodSpec(containers=[box]))
        spec = client.V1DeploymentSpec(replicas=1, template=template,
                                       selector=client.V1LabelSelector(match_labels={"app": name}))
        apps.create_namespaced_deployment(space, client.V1Deployment(metadata=client.V1ObjectMeta(name=name), spec=spec))
        for event in watch.Watch().stream(apps.list_namespaced_deployment, space, field_selector=f"metadata.name={name}"):
            if event["object"].status.ready_replicas:
                break


begun = time.monotonic()
{"list": list_all, "watch": watch_all, "deploy": deploy_all}[way]()
print(json.dumps({"value": (time.monotonic() - begun) / count}))
