package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apiserver/pkg/apis/apiserver"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	authenticationcel "k8s.io/apiserver/pkg/authentication/cel"
	"k8s.io/apiserver/pkg/authentication/group"
	"k8s.io/apiserver/pkg/authentication/request/anonymous"
	"k8s.io/apiserver/pkg/authentication/request/bearertoken"
	requestunion "k8s.io/apiserver/pkg/authentication/request/union"
	tokencache "k8s.io/apiserver/pkg/authentication/token/cache"
	tokenunion "k8s.io/apiserver/pkg/authentication/token/union"
	"k8s.io/apiserver/pkg/util/filesystem"
	"k8s.io/apiserver/plugin/pkg/authenticator/token/oidc"
	"k8s.io/klog/v2"
)

const (
	// How often the file is looked at when the file system reports no change.
	pollInterval = 5 * time.Second
	// How long a new configuration may take to reach its issuers before the old one stays for good.
	reloadTimeout = 30 * time.Second
	// Requests that began before a reload may still use the old authenticators for this long.
	oldConfigurationGrace = time.Minute
)

// authentication is what the server needs of it: who is asking, and is everybody known who may vouch for them.
type authentication struct {
	request authenticator.Request
	// The names of this API server, which every request is authenticated for.
	audiences authenticator.Audiences
	ready     func() error
}

// jwtAuthenticators are the issuers of one version of the configuration file.
type jwtAuthenticators struct {
	authenticator.Token
	healthCheck func() error
	cancel      context.CancelFunc
}

// reloadable is a token authenticator whose issuers are replaced when the configuration file changes.
type reloadable struct {
	current  atomic.Pointer[jwtAuthenticators]
	compiler authenticationcel.Compiler
	path     string
	loaded   []byte
}

func (r *reloadable) AuthenticateToken(ctx context.Context, token string) (*authenticator.Response, bool, error) {
	return r.current.Load().AuthenticateToken(ctx, token)
}

// newAuthentication assembles the chain in the order of kube-apiserver: bearer token, cache, issuers, webhook, group
// adder, anonymous.
func newAuthentication(ctx context.Context, o options) (*authentication, error) {
	audiences := authenticator.Audiences(strings.Split(o.apiAudiences, ","))
	authn := &authentication{audiences: audiences, ready: func() error { return nil }}
	var anonymity *apiserver.AnonymousAuthConfig
	var tokens []authenticator.Token
	if o.configuration != "" {
		issuers, configuration, err := newIssuers(ctx, o.configuration)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, authenticator.WrapAudienceAgnosticToken(audiences, issuers))
		anonymity = configuration.Anonymous
		authn.ready = func() error { return issuers.current.Load().healthCheck() }
	}
	if o.webhook.configFile != "" {
		reviewer, err := newWebhook(o.webhook, audiences)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, reviewer)
	}
	token := tokenunion.New(tokens...)
	if o.cacheTTL > 0 {
		token = tokencache.New(token, true, o.cacheTTL, 0)
	}
	authn.request = newRequestAuthenticator(token, anonymity)
	return authn, nil
}

// newIssuers are those of the configuration file, of which a change takes effect while they run.
func newIssuers(ctx context.Context, path string) (*reloadable, *apiserver.AuthenticationConfiguration, error) {
	data, err := readConfiguration(path)
	if err != nil {
		return nil, nil, err
	}
	issuers := &reloadable{compiler: authenticationcel.NewDefaultCompiler(), path: path, loaded: data}
	configuration, err := parseConfiguration(data, issuers.compiler)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	first, err := newJWTAuthenticators(ctx, configuration, issuers.compiler)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	issuers.current.Store(first)
	go filesystem.WatchUntil(ctx, pollInterval, path, func() { issuers.reload(ctx) }, func(err error) {
		klog.ErrorS(err, "watching the AuthenticationConfiguration", "path", path)
	})
	return issuers, configuration, nil
}

// newRequestAuthenticator wraps a token authenticator. Anonymous requests are allowed unless the file says otherwise,
// as with kube-apiserver; what they may do is decided by authorization.
func newRequestAuthenticator(token authenticator.Token, anonymity *apiserver.AnonymousAuthConfig) authenticator.Request {
	request := group.NewAuthenticatedGroupAdder(bearertoken.New(token))
	switch {
	case anonymity == nil:
		return requestunion.NewFailOnError(request, anonymous.NewAuthenticator(nil))
	case anonymity.Enabled:
		return requestunion.NewFailOnError(request, anonymous.NewAuthenticator(anonymity.Conditions))
	default:
		return request
	}
}

type staticCA []byte

func (ca staticCA) CurrentCABundleContent() []byte { return ca }

func newJWTAuthenticators(parent context.Context, c *apiserver.AuthenticationConfiguration, compiler authenticationcel.Compiler) (*jwtAuthenticators, error) {
	ctx, cancel := context.WithCancel(parent)
	tokens := make([]authenticator.Token, 0, len(c.JWT))
	checks := make([]func() error, 0, len(c.JWT))
	for i, jwt := range c.JWT {
		o := oidc.Options{JWTAuthenticator: jwt, Compiler: compiler, SupportedSigningAlgs: oidc.AllValidSigningAlgorithms()}
		if jwt.Issuer.CertificateAuthority != "" {
			o.CAContentProvider = staticCA(jwt.Issuer.CertificateAuthority)
		}
		token, err := oidc.New(ctx, o)
		if err != nil {
			cancel()
			return nil, fmt.Errorf("jwt[%d]: %w", i, err)
		}
		tokens = append(tokens, token)
		checks = append(checks, token.HealthCheck)
	}
	healthCheck := func() error {
		errs := make([]error, 0, len(checks))
		for _, check := range checks {
			errs = append(errs, check())
		}
		return errors.Join(errs...)
	}
	return &jwtAuthenticators{Token: tokenunion.NewFailOnError(tokens...), healthCheck: healthCheck, cancel: cancel}, nil
}

// reload takes over a changed file once all its issuers answer; a bad file leaves the old configuration in force.
func (r *reloadable) reload(ctx context.Context) {
	data, err := readConfiguration(r.path)
	if err != nil || bytes.Equal(data, r.loaded) {
		return
	}
	configuration, err := parseConfiguration(data, r.compiler)
	if err != nil {
		klog.ErrorS(err, "the changed AuthenticationConfiguration is not valid, the old one stays", "path", r.path)
		return
	}
	next, err := newJWTAuthenticators(ctx, configuration, r.compiler)
	if err != nil {
		klog.ErrorS(err, "the changed AuthenticationConfiguration cannot be used, the old one stays", "path", r.path)
		return
	}
	healthy := func(context.Context) (bool, error) { return next.healthCheck() == nil, nil }
	if err := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, reloadTimeout, true, healthy); err != nil {
		next.cancel()
		klog.ErrorS(next.healthCheck(), "the changed AuthenticationConfiguration has an issuer that does not answer, the old one stays", "path", r.path)
		return
	}
	r.loaded = data
	old := r.current.Swap(next)
	time.AfterFunc(oldConfigurationGrace, old.cancel)
	klog.InfoS("reloaded the AuthenticationConfiguration", "path", r.path)
}
