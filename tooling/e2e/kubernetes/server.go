package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/apiserver/pkg/endpoints/discovery"
	"k8s.io/apiserver/pkg/endpoints/filters"
	"k8s.io/apiserver/pkg/endpoints/handlers/negotiation"
	"k8s.io/apiserver/pkg/endpoints/handlers/responsewriters"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/server/healthz"
)

const maxBodyBytes = 3 * 1024 * 1024

var (
	reviews = authenticationv1.SchemeGroupVersion
	codecs  = func() serializer.CodecFactory {
		scheme := apiruntime.NewScheme()
		if err := authenticationv1.AddToScheme(scheme); err != nil {
			panic(err)
		}
		core := schema.GroupVersion{Version: "v1"}
		metav1.AddToGroupVersion(scheme, core)
		scheme.AddUnversionedTypes(core, &metav1.Status{}, &metav1.APIVersions{}, &metav1.APIGroupList{}, &metav1.APIGroup{}, &metav1.APIResourceList{})
		return serializer.NewCodecFactory(scheme)
	}()
)

// newHandler is the API behind the genuine filters, in the order of kube-apiserver.
func newHandler(authn *authentication, address string) http.Handler {
	mux := http.NewServeMux()
	healthz.InstallHandler(mux)
	healthz.InstallLivezHandler(mux)
	healthz.InstallReadyzHandler(mux, healthz.PingHealthz, healthz.NamedCheck("jwt-authenticators", func(*http.Request) error {
		return authn.ready()
	}))
	mux.HandleFunc("/version", serveVersion(kubernetesRelease()))
	installDiscovery(mux, address)
	mux.HandleFunc("POST /apis/authentication.k8s.io/v1/selfsubjectreviews", reviewSelf)
	mux.HandleFunc("/", notFound)

	var handler http.Handler = mux
	handler = filters.WithAuthorization(handler, bootstrapPolicy{}, codecs)
	handler = filters.WithAuthentication(handler, authn.request, filters.Unauthorized(codecs), authn.audiences, nil)
	handler = filters.WithRequestInfo(handler, &request.RequestInfoFactory{
		APIPrefixes:          sets.NewString("api", "apis"),
		GrouplessAPIPrefixes: sets.NewString("api"),
	})
	handler = filters.WithCacheControl(handler)
	return filters.WithAuditInit(handler)
}

// installDiscovery says that the server has one resource, selfsubjectreviews, and an empty core group.
func installDiscovery(mux *http.ServeMux, address string) {
	addresses := discovery.DefaultAddresses{DefaultAddress: address}
	served := metav1.GroupVersionForDiscovery{GroupVersion: reviews.String(), Version: reviews.Version}
	group := metav1.APIGroup{Name: reviews.Group, Versions: []metav1.GroupVersionForDiscovery{served}, PreferredVersion: served}
	groups := discovery.NewRootAPIsHandler(addresses, codecs)
	groups.AddGroup(group)
	resources := func() []metav1.APIResource {
		return []metav1.APIResource{{
			Name: "selfsubjectreviews", SingularName: "selfsubjectreview", Kind: "SelfSubjectReview", Verbs: metav1.Verbs{"create"},
		}}
	}
	none := func() []metav1.APIResource { return []metav1.APIResource{} }
	mux.Handle("GET /api", discovery.NewLegacyRootAPIHandler(addresses, codecs, "/api"))
	mux.Handle("GET /api/v1", discovery.NewAPIVersionHandler(codecs, schema.GroupVersion{Version: "v1"}, discovery.APIResourceListerFunc(none)))
	mux.Handle("GET /apis", groups)
	mux.Handle("GET /apis/"+reviews.Group, discovery.NewAPIGroupHandler(codecs, group))
	mux.Handle("GET /apis/"+reviews.String(), discovery.NewAPIVersionHandler(codecs, reviews, discovery.APIResourceListerFunc(resources)))
}

// reviewSelf answers `kubectl auth whoami`: the user that the filters found.
func reviewSelf(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBodyBytes))
	if err != nil {
		fail(w, req, apierrors.NewBadRequest(err.Error()))
		return
	}
	decoded, _, err := codecs.UniversalDeserializer().Decode(body, nil, nil)
	if err != nil {
		fail(w, req, apierrors.NewBadRequest(err.Error()))
		return
	}
	review, ok := decoded.(*authenticationv1.SelfSubjectReview)
	if !ok {
		fail(w, req, apierrors.NewBadRequest(fmt.Sprintf("expected a SelfSubjectReview, got %T", decoded)))
		return
	}
	who, ok := request.UserFrom(req.Context())
	if !ok {
		fail(w, req, apierrors.NewBadRequest("no user found on request"))
		return
	}
	extra := make(map[string]authenticationv1.ExtraValue, len(who.GetExtra()))
	for key, values := range who.GetExtra() {
		extra[key] = values
	}
	review.Status.UserInfo = authenticationv1.UserInfo{Username: who.GetName(), UID: who.GetUID(), Groups: who.GetGroups(), Extra: extra}
	review.CreationTimestamp = metav1.Now()
	responsewriters.WriteObjectNegotiated(codecs, negotiation.DefaultEndpointRestrictions, reviews, w, req, http.StatusCreated, review, false)
}

func notFound(w http.ResponseWriter, req *http.Request) {
	fail(w, req, apierrors.NewGenericServerResponse(http.StatusNotFound, req.Method, schema.GroupResource{}, "", "", 0, false))
}

func fail(w http.ResponseWriter, req *http.Request, err error) {
	responsewriters.ErrorNegotiated(err, codecs, schema.GroupVersion{}, w, req)
}

// kubernetesRelease names the release that the linked k8s.io/apiserver belongs to: v0.X.Y is part of Kubernetes v1.X.Y.
func kubernetesRelease() string {
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			if module.Path == "k8s.io/apiserver" {
				return "v1" + strings.TrimPrefix(module.Version, "v0")
			}
		}
	}
	panic("this binary was not built with Go modules")
}

func serveVersion(release string) http.HandlerFunc {
	info := version.Info{
		Major: "1", Minor: strings.Split(release, ".")[1], GitVersion: release, GoVersion: runtime.Version(),
		Compiler: runtime.Compiler, Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(info)
	}
}
