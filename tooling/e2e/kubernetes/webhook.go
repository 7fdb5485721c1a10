package main

import (
	"fmt"
	"time"

	"k8s.io/apiserver/pkg/authentication/authenticator"
	tokencache "k8s.io/apiserver/pkg/authentication/token/cache"
	webhookutil "k8s.io/apiserver/pkg/util/webhook"
	"k8s.io/apiserver/plugin/pkg/authenticator/token/webhook"
)

// webhookOptions are those of kube-apiserver for a token webhook.
type webhookOptions struct {
	// A kubeconfig that says where the webhook is, and who asks.
	configFile string
	version    string
	// How long an answer, good or bad, is taken for the next one about the same token.
	cacheTTL time.Duration
}

// newWebhook is the genuine webhook authenticator behind a cache of its own, as kube-apiserver has it. Failures to ask are
// not kept.
func newWebhook(o webhookOptions, apiAudiences authenticator.Audiences) (authenticator.Token, error) {
	config, err := webhookutil.LoadKubeconfig(o.configFile, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.configFile, err)
	}
	reviewer, err := webhook.New(config, o.version, apiAudiences, *webhook.DefaultRetryBackoff())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.configFile, err)
	}
	return tokencache.New(reviewer, false, o.cacheTTL, o.cacheTTL), nil
}
