// COUNT goroutines sleep at once: the resident memory then, in bytes, and what each of them added.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

func resident() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kilobytes, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		panic(err)
	}
	return kilobytes * 1024
}

func main() {
	count, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	before := resident()
	var begun int64
	for i := 0; i < count; i++ {
		go func() {
			atomic.AddInt64(&begun, 1)
			time.Sleep(time.Hour)
		}()
	}
	for atomic.LoadInt64(&begun) < int64(count) {
		time.Sleep(time.Millisecond)
	}
	after := resident()
	fmt.Printf("{\"value\": %d, \"each\": %f}\n", after, float64(after-before)/float64(count))
}
