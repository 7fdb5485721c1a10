// Calls an API for administrators with the client that Dex publishes for Go.
//
// It reads an array of calls from its standard input, {"rpc": "CreateClient", "request": {...}}, makes them in turn over one
// connection, and writes an array of answers, {"code": "OK", "response": {...}} or {"code": "NotFound", "message": "..."}.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"time"

	"github.com/dexidp/dex/api/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

type call struct {
	RPC     string          `json:"rpc"`
	Request json.RawMessage `json:"request"`
}

type answer struct {
	Code     string          `json:"code"`
	Message  string          `json:"message,omitempty"`
	Response json.RawMessage `json:"response,omitempty"`
}

func main() {
	address := flag.String("address", "", "host:port")
	ca := flag.String("ca", "", "file of the authority of the server; without it the connection is in the clear")
	cert := flag.String("cert", "", "file of the certificate to show")
	key := flag.String("key", "", "file of its key")
	flag.Parse()
	if err := run(*address, *ca, *cert, *key); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(address, ca, cert, key string) error {
	secured, err := credentialsOf(ca, cert, key)
	if err != nil {
		return err
	}
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(secured))
	if err != nil {
		return err
	}
	defer connection.Close()
	var calls []call
	if err := json.NewDecoder(os.Stdin).Decode(&calls); err != nil {
		return err
	}
	answers := []answer{}
	for _, one := range calls {
		made, err := answerOf(api.NewDexClient(connection), one)
		if err != nil {
			return err
		}
		answers = append(answers, made)
	}
	return json.NewEncoder(os.Stdout).Encode(answers)
}

func credentialsOf(ca, cert, key string) (credentials.TransportCredentials, error) {
	if ca == "" {
		return insecure.NewCredentials(), nil
	}
	authority, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		return nil, errors.New(ca + " holds no certificate")
	}
	config := &tls.Config{RootCAs: pool}
	if cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return credentials.NewTLS(config), nil
}

// answerOf calls the method of the client that has the name.
func answerOf(client api.DexClient, one call) (answer, error) {
	method := reflect.ValueOf(client).MethodByName(one.RPC)
	if !method.IsValid() {
		return answer{}, errors.New("the client has no call " + one.RPC)
	}
	request := reflect.New(method.Type().In(1).Elem())
	if err := protojson.Unmarshal(one.Request, request.Interface().(proto.Message)); err != nil {
		return answer{}, fmt.Errorf("%s: %w", one.RPC, err)
	}
	limited, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	results := method.Call([]reflect.Value{reflect.ValueOf(limited), request})
	if err, _ := results[1].Interface().(error); err != nil {
		told := status.Convert(err)
		return answer{Code: told.Code().String(), Message: told.Message()}, nil
	}
	response, err := protojson.Marshal(results[0].Interface().(proto.Message))
	return answer{Code: "OK", Response: response}, err
}
