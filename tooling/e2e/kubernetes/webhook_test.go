package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
)

const apiAudience = "https://kubernetes.default.svc.cluster.local"

// reviewer is a webhook that knows jane, counts who asks, and keeps what it was asked last.
type reviewer struct {
	audiences []string
	status    int
	asked     atomic.Int32
	last      atomic.Pointer[authenticationv1.TokenReview]
}

func (r *reviewer) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.asked.Add(1)
	user, password, _ := req.BasicAuth()
	review := &authenticationv1.TokenReview{}
	if err := json.NewDecoder(req.Body).Decode(review); err != nil || user != "cluster" || password != "secret" {
		http.Error(w, "no", http.StatusBadRequest)
		return
	}
	r.last.Store(review)
	if r.status != 0 {
		http.Error(w, "no", r.status)
		return
	}
	if review.Spec.Token == "jane" {
		review.Status = authenticationv1.TokenReviewStatus{
			Authenticated: true, Audiences: r.audiences, User: authenticationv1.UserInfo{Username: "jane", Groups: []string{"dev"}},
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(review)
}

func startWebhook(t *testing.T, r *reviewer, o webhookOptions) http.Handler {
	t.Helper()
	server := httptest.NewTLSServer(r) // client-go sends no credentials without TLS
	t.Cleanup(server.Close)
	o.configFile = filepath.Join(t.TempDir(), "webhook.yaml")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	kubeconfig := fmt.Sprintf(`{apiVersion: v1, kind: Config, current-context: w,
clusters: [{name: o, cluster: {server: %q, certificate-authority-data: %s}}],
users: [{name: a, user: {username: cluster, password: secret}}],
contexts: [{name: w, context: {cluster: o, user: a}}]}`, server.URL+"/token/review", base64.StdEncoding.EncodeToString(ca))
	if err := os.WriteFile(o.configFile, []byte(kubeconfig), 0o600); err != nil {
		t.Fatal(err)
	}
	authn, err := newAuthentication(context.Background(), options{webhook: o, apiAudiences: apiAudience})
	if err != nil {
		t.Fatal(err)
	}
	return newHandler(authn, "127.0.0.1:1")
}

func TestWebhookDecidesWhoIsIn(t *testing.T) {
	for name, c := range map[string]struct {
		audiences []string
		status    int
		version   string
		token     string
		want      int
	}{
		"a token that it knows, for no audience in particular": {nil, 0, "v1", "jane", 200},
		"a token that it knows, for this API server":           {[]string{"other", apiAudience}, 0, "v1", "jane", 200},
		"a token that it knows, for others":                    {[]string{"other"}, 0, "v1", "jane", 401},
		"a token that it does not know":                        {nil, 0, "v1", "bob", 401},
		"an answer that is none":                               {nil, 403, "v1", "jane", 401},
		"the older version":                                    {nil, 0, "v1beta1", "jane", 200},
	} {
		t.Run(name, func(t *testing.T) {
			r := &reviewer{audiences: c.audiences, status: c.status}
			handler := startWebhook(t, r, webhookOptions{version: c.version})
			if got := ask(handler, "GET", "/apis", c.token, ""); got.Code != c.want {
				t.Fatalf("got %d, want %d: %s", got.Code, c.want, got.Body)
			}
			asked := r.last.Load()
			if asked == nil || asked.APIVersion != "authentication.k8s.io/"+c.version || !slices.Equal(asked.Spec.Audiences, []string{apiAudience}) {
				t.Fatalf("asked %+v", asked)
			}
		})
	}
}

func TestWebhookAnswersAreKept(t *testing.T) {
	r := &reviewer{}
	handler := startWebhook(t, r, webhookOptions{version: "v1", cacheTTL: time.Minute})
	for range 3 {
		ask(handler, "GET", "/apis", "jane", "")
		ask(handler, "GET", "/apis", "bob", "")
	}
	if asked := r.asked.Load(); asked != 2 {
		t.Fatalf("asked %d times, want once for each token", asked)
	}
}

func TestWebhookNeedsAKubeconfigAndAKnownVersion(t *testing.T) {
	_, err := newWebhook(webhookOptions{configFile: filepath.Join(t.TempDir(), "none"), version: "v1"}, nil)
	if err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Fatalf("got %v", err)
	}
	file := filepath.Join(t.TempDir(), "webhook.yaml")
	if err := os.WriteFile(file, []byte(`{apiVersion: v1, kind: Config, clusters: [{name: o, cluster: {server: "https://a"}}], contexts: [{name: w, context: {cluster: o}}], current-context: w}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newWebhook(webhookOptions{configFile: file, version: "v2"}, nil); err == nil || !strings.Contains(err.Error(), `"v2"`) {
		t.Fatalf("got %v", err)
	}
}
