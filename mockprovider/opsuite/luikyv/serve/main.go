// Command serve runs luikyv/go-oidc as package luikyv sets it up, on a free
// loopback port, for tests of another module. It prints one JSON line when it
// answers, {"issuer":"http://127.0.0.1:…"}, and ends when its input does.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"app.latchkey/mockprovider/opsuite/luikyv"
)

func main() {
	log.SetFlags(0)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal("serve: ", err)
	}
	issuer := "http://" + listener.Addr().String()
	handler, err := luikyv.NewHandler(issuer, "ES256")
	if err != nil {
		log.Fatal("serve: ", err)
	}
	fmt.Printf("{\"issuer\":%q}\n", issuer)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	log.Fatal("serve: ", http.Serve(listener, handler))
}
