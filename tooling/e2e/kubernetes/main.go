// Command kubernetes is the part of a Kubernetes API server that an issuer of tokens meets: the genuine authentication
// chain of k8s.io/apiserver, read from a genuine AuthenticationConfiguration, with as much API as kubectl needs to ask
// who it is. There is no storage behind it.
//
// It prints one JSON line, {"url", "ca"}, once it listens, and ends on SIGTERM or when its standard input closes, so
// that it cannot outlive the test that started it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

type options struct {
	configuration string
	certificates  string
	port          int
	cacheTTL      time.Duration
	apiAudiences  string
	webhook       webhookOptions
}

func main() {
	var o options
	flag.StringVar(&o.configuration, "authentication-config", "", "AuthenticationConfiguration file, read again when it changes")
	flag.StringVar(&o.certificates, "cert-dir", "", "folder that ca.pem is written to")
	flag.IntVar(&o.port, "port", 0, "port on 127.0.0.1; 0 takes a free one")
	flag.DurationVar(&o.cacheTTL, "token-success-cache-ttl", 10*time.Second, "how long an accepted token is accepted unseen; 0 turns the cache off")
	flag.StringVar(&o.apiAudiences, "api-audiences", "https://kubernetes.default.svc.cluster.local", "names of this API server, by commas; the default is what kubeadm makes of --service-account-issuer")
	flag.StringVar(&o.webhook.configFile, "authentication-token-webhook-config-file", "", "kubeconfig of a token webhook")
	flag.StringVar(&o.webhook.version, "authentication-token-webhook-version", "v1beta1", "version of the TokenReview that is sent: v1 or v1beta1")
	flag.DurationVar(&o.webhook.cacheTTL, "authentication-token-webhook-cache-ttl", 2*time.Minute, "how long an answer of the webhook is taken for the next")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(untilClosed(ctx, os.Stdin), o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "kubernetes: "+strings.Join(strings.Fields(err.Error()), " "))
		os.Exit(1)
	}
}

// untilClosed is a context that ends when the reader does: the parent holds the other end of standard input.
func untilClosed(ctx context.Context, in io.Reader) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, in)
		cancel()
	}()
	return ctx
}

func run(ctx context.Context, o options, out io.Writer) error {
	if o.configuration == "" && o.webhook.configFile == "" || o.certificates == "" {
		return errors.New("--cert-dir is required, and --authentication-config or --authentication-token-webhook-config-file")
	}
	authn, err := newAuthentication(ctx, o)
	if err != nil {
		return err
	}
	certificate, ca, err := makeCertificate(o.certificates)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", o.port))
	if err != nil {
		return err
	}
	url := "https://" + listener.Addr().String()
	server := &http.Server{
		Handler:           newHandler(authn, listener.Addr().String()),
		TLSConfig:         certificate,
		ReadHeaderTimeout: 10 * time.Second,
	}
	served := make(chan error, 1)
	go func() { served <- server.ServeTLS(listener, "", "") }()
	if err := json.NewEncoder(out).Encode(map[string]string{"url": url, "ca": ca}); err != nil {
		return err
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		return server.Close()
	}
}
