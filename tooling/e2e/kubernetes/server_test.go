package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/apis/apiserver"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/user"
)

const reviewPath = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
const reviewBody = `{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}`

var onlyJane = authenticator.TokenFunc(func(_ context.Context, token string) (*authenticator.Response, bool, error) {
	if token != "jane" {
		return nil, false, nil
	}
	return &authenticator.Response{User: &user.DefaultInfo{Name: "jane", Groups: []string{"dev"}}}, true, nil
})

func handlerFor(anonymity *apiserver.AnonymousAuthConfig, ready error) http.Handler {
	authn := &authentication{request: newRequestAuthenticator(onlyJane, anonymity), ready: func() error { return ready }}
	return newHandler(authn, "127.0.0.1:1")
}

func ask(handler http.Handler, method, path, token, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, req)
	return recorder
}

func TestStatus(t *testing.T) {
	open := handlerFor(nil, nil)
	closed := handlerFor(&apiserver.AnonymousAuthConfig{Enabled: false}, nil)
	for name, c := range map[string]struct {
		handler             http.Handler
		method, path, token string
		body                string
		want                int
	}{
		"a bad token is refused everywhere, the public paths too": {open, "GET", "/version", "bob", "", 401},
		"anybody may read the version":                            {open, "GET", "/version", "", "", 200},
		"nobody anonymous may, when the file says so":             {closed, "GET", "/version", "", "", 401},
		"discovery is for the authenticated":                      {open, "GET", "/apis", "", "", 403},
		"discovery answers the authenticated":                     {open, "GET", "/apis", "jane", "", 200},
		"the core group is there":                                 {open, "GET", "/api", "jane", "", 200},
		"nobody anonymous may ask who they are":                   {open, "POST", reviewPath, "", reviewBody, 403},
		"a resource that is not there is forbidden, as by RBAC":   {open, "GET", "/api/v1/secrets", "jane", "", 403},
		"a path that is not there is not found":                   {open, "GET", "/apis/other", "jane", "", 404},
		"a review of another kind is refused":                     {open, "POST", reviewPath, "jane", `{"kind":"Status","apiVersion":"v1"}`, 400},
		"a review that is no JSON is refused":                     {open, "POST", reviewPath, "jane", `{`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			got := ask(c.handler, c.method, c.path, c.token, c.body)
			if got.Code != c.want {
				t.Fatalf("got %d, want %d: %s", got.Code, c.want, got.Body)
			}
			if got.Code < 400 {
				return
			}
			var status metav1.Status
			if err := json.Unmarshal(got.Body.Bytes(), &status); err != nil || status.Kind != "Status" || int(status.Code) != c.want {
				t.Fatalf("not a Status: %s", got.Body)
			}
		})
	}
}

func TestReviewNamesTheUserAndAddsTheAuthenticatedGroup(t *testing.T) {
	got := ask(handlerFor(nil, nil), "POST", reviewPath, "jane", reviewBody)
	if got.Code != http.StatusCreated {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	var review authenticationv1.SelfSubjectReview
	if err := json.Unmarshal(got.Body.Bytes(), &review); err != nil {
		t.Fatal(err)
	}
	who := review.Status.UserInfo
	if who.Username != "jane" || strings.Join(who.Groups, " ") != "dev system:authenticated" {
		t.Fatalf("got %+v", who)
	}
	if review.Kind != "SelfSubjectReview" || got.Header().Get("Audit-Id") == "" {
		t.Fatalf("kind %q, headers %v", review.Kind, got.Header())
	}
}

func TestReadyzFollowsTheAuthenticators(t *testing.T) {
	if got := ask(handlerFor(nil, nil), "GET", "/readyz", "", ""); got.Code != 200 {
		t.Fatalf("ready: %d", got.Code)
	}
	if got := ask(handlerFor(nil, errors.New("no issuer yet")), "GET", "/readyz", "", ""); got.Code != 500 {
		t.Fatalf("not ready: %d", got.Code)
	}
	if got := ask(handlerFor(nil, errors.New("no issuer yet")), "GET", "/healthz", "", ""); got.Code != 200 {
		t.Fatalf("alive though not ready: %d", got.Code)
	}
}
