// Runs `true` COUNT times with os/exec, WIDTH at once, while HEAP megabytes are held: children COUNT WIDTH HEAP
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

func number(index int) int {
	value, err := strconv.Atoi(os.Args[index])
	if err != nil {
		panic(err)
	}
	return value
}

func runOne() {
	var stdout, stderr bytes.Buffer
	command := exec.Command("true")
	command.Stdout = &stdout
	command.Stderr = &stderr
	if err := command.Run(); err != nil {
		panic(err)
	}
}

func runAll(count, width int) {
	turns := make(chan struct{})
	var workers sync.WaitGroup
	for i := 0; i < width; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for range turns {
				runOne()
			}
		}()
	}
	for i := 0; i < count; i++ {
		turns <- struct{}{}
	}
	close(turns)
	workers.Wait()
}

func cpuSeconds() float64 {
	sum := 0.0
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var used syscall.Rusage
		if err := syscall.Getrusage(who, &used); err != nil {
			panic(err)
		}
		sum += float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
	}
	return sum
}

func main() {
	count, width := number(1), number(2)
	held := bytes.Repeat([]byte("x"), number(3)<<20)
	cpu := cpuSeconds()
	begun := time.Now()
	runAll(count, width)
	seconds, runs := time.Since(begun).Seconds(), float64(count)
	fmt.Printf("{\"value\": %f, \"each\": %f}\n", runs/seconds, (cpuSeconds()-cpu)/runs)
	runtime.KeepAlive(held)
}
