package main

import (
	"strings"
	"testing"

	authenticationcel "k8s.io/apiserver/pkg/authentication/cel"
)

const validBody = `kind: AuthenticationConfiguration
jwt:
- issuer: {url: https://issuer.example.com, audiences: [cluster]}
  claimMappings: {username: {claim: sub, prefix: ""}}
`

func TestParseConfiguration(t *testing.T) {
	compiler := authenticationcel.NewDefaultCompiler()
	for name, c := range map[string]struct{ text, wantError string }{
		"v1 is read":                    {"apiVersion: apiserver.config.k8s.io/v1\n" + validBody, ""},
		"v1beta1 is read":               {"apiVersion: apiserver.config.k8s.io/v1beta1\n" + validBody, ""},
		"an unknown field is refused":   {"apiVersion: apiserver.config.k8s.io/v1\nissuers: []\n" + validBody, `unknown field "issuers"`},
		"an unknown version is refused": {"apiVersion: apiserver.config.k8s.io/v9\n" + validBody, "no kind"},
		"another kind is refused":       {"apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\nauthorizers: []\n", "expected an AuthenticationConfiguration"},
		"an http issuer is refused":     {"apiVersion: apiserver.config.k8s.io/v1\n" + strings.Replace(validBody, "https:", "http:", 1), "URL scheme must be https"},
		"a missing prefix is refused":   {"apiVersion: apiserver.config.k8s.io/v1\n" + strings.Replace(validBody, `, prefix: ""`, "", 1), "prefix"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseConfiguration([]byte(c.text), compiler)
			if c.wantError == "" {
				if err != nil {
					t.Fatal(err)
				}
				if len(got.JWT) != 1 || got.JWT[0].Issuer.Audiences[0] != "cluster" {
					t.Fatalf("the issuer was lost: %+v", got)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.wantError) {
				t.Fatalf("got %v, want an error with %q", err, c.wantError)
			}
		})
	}
}
