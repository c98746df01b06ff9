// The same on the official Go client: kubernetes_client list|watch|deploy SPACE COUNT. KUBECONFIG names the cluster.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

var (
	ctx      = context.Background()
	selected = meta.ListOptions{LabelSelector: "bench=yes"}
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func listAll(cluster *kubernetes.Clientset, space string, count int) {
	for i := 0; i < count; i++ {
		if len(must(cluster.CoreV1().ConfigMaps(space).List(ctx, selected)).Items) == 0 {
			log.Fatal("there is nothing")
		}
	}
}

// What is there first, and then what changes: as its informers do it.
func watchAll(cluster *kubernetes.Clientset, space string, count int) {
	there := must(cluster.CoreV1().ConfigMaps(space).List(ctx, selected))
	if len(there.Items) != count {
		log.Fatal("there are ", len(there.Items))
	}
	from := selected
	from.ResourceVersion = there.ResourceVersion
	changes := must(cluster.CoreV1().ConfigMaps(space).Watch(ctx, from))
	fmt.Fprintln(os.Stderr, "watching")
	changed := 0
	for event := range changes.ResultChan() {
		if event.Type == watch.Modified {
			changed++
		}
		if changed == count {
			return
		}
	}
	log.Fatal("the watch ended")
}

func deployment(name string) *apps.Deployment {
	labels := map[string]string{"app": name}
	box := core.Container{Name: name, Image: "localhost/box:1", ImagePullPolicy: core.PullNever, Command: []string{"sleep", "1000"}}
	return &apps.Deployment{
		ObjectMeta: meta.ObjectMeta{Name: name},
		Spec: apps.DeploymentSpec{
			Selector: &meta.LabelSelector{MatchLabels: labels},
			Template: core.PodTemplateSpec{
				ObjectMeta: meta.ObjectMeta{Labels: labels},
				Spec:       core.PodSpec{Containers: []core.Container{box}},
			},
		},
	}
}

func deployAll(cluster *kubernetes.Clientset, space string, count int) {
	deployments := cluster.AppsV1().Deployments(space)
	for number := 1; number <= count; number++ {
		name := fmt.Sprint("go-", number)
		must(deployments.Create(ctx, deployment(name), meta.CreateOptions{}))
		changes := must(deployments.Watch(ctx, meta.ListOptions{FieldSelector: "metadata.name=" + name}))
		for event := range changes.ResultChan() {
			if one, is := event.Object.(*apps.Deployment); is && one.Status.ReadyReplicas == 1 {
				break
			}
		}
		changes.Stop()
	}
}

func main() {
	way, space, count := os.Args[1], os.Args[2], must(strconv.Atoi(os.Args[3]))
	config := must(clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG")))
	cluster := must(kubernetes.NewForConfig(config))
	begun := time.Now()
	map[string]func(*kubernetes.Clientset, string, int){"list": listAll, "watch": watchAll, "deploy": deployAll}[way](cluster, space, count)
	fmt.Printf("{\"value\": %g}\n", time.Since(begun).Seconds()/float64(count))
}
