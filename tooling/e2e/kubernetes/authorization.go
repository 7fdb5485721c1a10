package main

import (
	"context"
	"slices"
	"strings"

	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

// bootstrapPolicy allows what the three cluster roles allow that every cluster binds to everybody:
// system:public-info-viewer (all), system:discovery and system:basic-user (who has authenticated).
type bootstrapPolicy struct{}

var (
	publicPaths    = []string{"/healthz", "/livez", "/readyz", "/version", "/version/"}
	discoveryPaths = []string{"/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*"}
)

func (bootstrapPolicy) Authorize(_ context.Context, a authorizer.Attributes) (authorizer.Decision, string, error) {
	authenticated := slices.Contains(a.GetUser().GetGroups(), user.AllAuthenticated)
	if a.IsResourceRequest() {
		if authenticated && a.GetVerb() == "create" && a.GetAPIGroup() == "authentication.k8s.io" && a.GetResource() == "selfsubjectreviews" {
			return authorizer.DecisionAllow, "", nil
		}
		return authorizer.DecisionNoOpinion, "", nil
	}
	if a.GetVerb() != "get" {
		return authorizer.DecisionNoOpinion, "", nil
	}
	if slices.Contains(publicPaths, a.GetPath()) || (authenticated && slices.ContainsFunc(discoveryPaths, covers(a.GetPath()))) {
		return authorizer.DecisionAllow, "", nil
	}
	return authorizer.DecisionNoOpinion, "", nil
}

func covers(path string) func(string) bool {
	return func(pattern string) bool {
		if prefix, wild := strings.CutSuffix(pattern, "*"); wild {
			return strings.HasPrefix(path, prefix)
		}
		return path == pattern
	}
}
