// An executor in Go on upstream's client library, as its documentation has one written: it asks for one process at a
// time with a long poll, does it, and closes it. The environment names the server, the colony and the executor's key.
package main

import (
	"errors"
	"log"
	"os"
	"strconv"

	"github.com/colonyos/colonies/pkg/client"
	"github.com/colonyos/colonies/pkg/core"
)

const patience = 10 // seconds of a long poll

func nothing([]interface{}) []interface{} { return []interface{}{"done"} }

func main() {
	port, err := strconv.Atoi(os.Getenv("COLONIES_SERVER_PORT"))
	if err != nil {
		log.Fatal("COLONIES_SERVER_PORT: ", err)
	}
	colony, key := os.Getenv("COLONIES_COLONY_NAME"), os.Getenv("COLONIES_PRVKEY")
	server := client.CreateColoniesClient(os.Getenv("COLONIES_SERVER_HOST"), port, true, false)
	for {
		process, err := server.Assign(colony, patience, "", "", key)
		var refused *core.ColoniesError
		if errors.As(err, &refused) && refused.Status == 404 {
			continue // there is nothing to do
		}
		if err != nil {
			log.Fatal("assign: ", err)
		}
		if err := server.CloseWithOutput(process.ID, nothing(process.FunctionSpec.Args), key); err != nil {
			log.Fatal("close: ", err)
		}
	}
}
