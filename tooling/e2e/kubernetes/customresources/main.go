// Command customresources is the part of a Kubernetes API server that keeps custom resources: the genuine
// k8s.io/apiextensions-apiserver with its watch cache, on a genuine etcd. Who asks is looked up in a file of tokens, in
// the form of --token-auth-file; what they may do stands in a file of RBAC objects, which is read again when it changes.
//
// It prints one JSON line, {"url", "ca"}, once it is ready, and ends on SIGTERM.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"go.opentelemetry.io/otel/trace/noop"
	"k8s.io/apiextensions-apiserver/pkg/apiserver"
	"k8s.io/apiextensions-apiserver/pkg/cmd/server/options"
	generatedopenapi "k8s.io/apiextensions-apiserver/pkg/generated/openapi"
	"k8s.io/apiserver/pkg/authentication/group"
	"k8s.io/apiserver/pkg/authentication/request/bearertoken"
	"k8s.io/apiserver/pkg/authentication/token/tokenfile"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/util/compatibility"
	"k8s.io/apiserver/pkg/util/webhook"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
)

type flags struct {
	etcd         string
	certificates string
	tokens       string
	rbac         string
	port         int
	inFlight     int
}

func main() {
	var f flags
	flag.StringVar(&f.etcd, "etcd-server", "", "URL of the etcd that keeps the objects")
	flag.StringVar(&f.certificates, "cert-dir", "", "folder of the certificate, which is made when it is not there")
	flag.StringVar(&f.tokens, "token-auth-file", "", "lines of token,user,uid,\"group,group\"")
	flag.StringVar(&f.rbac, "rbac-file", "", "JSON list of Roles, ClusterRoles and their bindings")
	flag.IntVar(&f.port, "port", 0, "port on 127.0.0.1")
	flag.IntVar(&f.inFlight, "max-requests-inflight", 400, "requests that are worked on at a time, of readers and of writers; more are answered 429")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, f, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "customresources: "+strings.Join(strings.Fields(err.Error()), " "))
		os.Exit(1)
	}
}

func run(ctx context.Context, f flags, out io.Writer) error {
	config, err := newConfig(f)
	if err != nil {
		return err
	}
	server, err := config.Complete().New(genericapiserver.NewEmptyDelegate())
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.GenericAPIServer.PrepareRun().RunWithContext(ctx) }()
	if err := untilReady(ctx, server.GenericAPIServer.LoopbackClientConfig, ended); err != nil {
		return err
	}
	ca := filepath.Join(f.certificates, "apiserver.crt")
	url := fmt.Sprintf("https://127.0.0.1:%d", f.port)
	if err := json.NewEncoder(out).Encode(map[string]string{"url": url, "ca": ca}); err != nil {
		return err
	}
	return <-ended
}

// newConfig is that of the genuine command, with authentication and authorization from files in the place of a cluster
// to ask.
func newConfig(f flags) (*apiserver.Config, error) {
	o := options.NewCustomResourceDefinitionsServerOptions(os.Stdout, os.Stderr)
	o.ServerRunOptions.ComponentGlobalsRegistry = compatibility.DefaultComponentGlobalsRegistry
	o.ServerRunOptions.MaxRequestsInFlight = f.inFlight
	o.ServerRunOptions.MaxMutatingRequestsInFlight = f.inFlight
	recommended := o.RecommendedOptions
	recommended.Authentication, recommended.Authorization = nil, nil
	recommended.CoreAPI, recommended.Admission = nil, nil
	// It asks a cluster for its rules. Without it, a limit for all requests together answers 429.
	recommended.Features.EnablePriorityAndFairness = false
	recommended.Etcd.StorageConfig.Transport.ServerList = []string{f.etcd}
	recommended.SecureServing.BindAddress = net.IPv4(127, 0, 0, 1)
	recommended.SecureServing.BindPort = f.port
	recommended.SecureServing.ServerCert.CertDirectory = f.certificates
	if err := recommended.SecureServing.MaybeDefaultWithSelfSignedCerts("localhost", nil, []net.IP{net.IPv4(127, 0, 0, 1)}); err != nil {
		return nil, err
	}
	if err := o.Complete(); err != nil {
		return nil, err
	}
	generic := genericapiserver.NewRecommendedConfig(apiserver.Codecs)
	if err := o.ServerRunOptions.ApplyTo(&generic.Config); err != nil {
		return nil, err
	}
	if err := recommended.ApplyTo(generic); err != nil {
		return nil, err
	}
	if err := o.APIEnablement.ApplyTo(&generic.Config, apiserver.DefaultAPIResourceConfigSource(), apiserver.Scheme); err != nil {
		return nil, err
	}
	if err := addAccess(generic, f); err != nil {
		return nil, err
	}
	namer := openapinamer.NewDefinitionNamer(apiserver.Scheme, scheme.Scheme)
	generic.OpenAPIV3Config = genericapiserver.DefaultOpenAPIV3Config(generatedopenapi.GetOpenAPIDefinitions, namer)
	tracker := generic.StorageObjectCountTracker
	return &apiserver.Config{
		GenericConfig: generic,
		ExtraConfig: apiserver.ExtraConfig{
			CRDRESTOptionsGetter: options.NewCRDRESTOptionsGetter(*recommended.Etcd, generic.ResourceTransformers, tracker),
			ServiceResolver:      webhook.NewDefaultServiceResolver(),
			AuthResolverWrapper:  webhook.NewDefaultAuthenticationInfoResolverWrapper(nil, nil, generic.LoopbackClientConfig, noop.NewTracerProvider()),
		},
	}, nil
}

// addAccess lets in whoever the file of tokens knows, to what the file of rules gives them.
func addAccess(generic *genericapiserver.RecommendedConfig, f flags) error {
	tokens, err := tokenfile.NewCSV(f.tokens)
	if err != nil {
		return err
	}
	rules, err := newRules(f.rbac)
	if err != nil {
		return err
	}
	generic.Authentication.Authenticator = group.NewAuthenticatedGroupAdder(bearertoken.New(tokens))
	generic.Authorization.Authorizer = authorizer.AuthorizerFunc(rules.authorize)
	// The server talks to itself with a token of its own.
	genericapiserver.AuthorizeClientBearerToken(generic.LoopbackClientConfig, &generic.Authentication, &generic.Authorization)
	return nil
}

// untilReady waits until the server says so, on the connection that it has to itself.
func untilReady(ctx context.Context, loopback *rest.Config, ended <-chan error) error {
	client, err := kubernetes.NewForConfig(loopback)
	if err != nil {
		return err
	}
	for {
		if client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error() == nil {
			return nil
		}
		select {
		case err := <-ended:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
