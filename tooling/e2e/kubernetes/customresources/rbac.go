package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/client-go/kubernetes/scheme"
	rbachelpers "k8s.io/component-helpers/auth/rbac/validation"
)

// rules decides by Roles, ClusterRoles and their bindings as the documentation of RBAC describes it: permissions are
// additive, a RoleBinding gives them in its namespace only. The evaluator of kube-apiserver is not a module of its own.
type rules struct {
	path string

	mu       sync.Mutex
	modified time.Time
	objects  []runtime.Object
}

func newRules(path string) (*rules, error) {
	r := &rules{path: path}
	_, err := r.current()
	return r, err
}

// current are the objects of the file, read again when it was replaced.
func (r *rules) current() ([]runtime.Object, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	info, err := os.Stat(r.path)
	if err != nil {
		return nil, err
	}
	if info.ModTime().Equal(r.modified) {
		return r.objects, nil
	}
	objects, err := readObjects(r.path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.path, err)
	}
	r.modified, r.objects = info.ModTime(), objects
	return objects, nil
}

func readObjects(path string) ([]runtime.Object, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var items []json.RawMessage
	if err := json.Unmarshal(data, &items); err != nil {
		return nil, err
	}
	objects := make([]runtime.Object, 0, len(items))
	for _, item := range items {
		object, _, err := scheme.Codecs.UniversalDeserializer().Decode(item, nil, nil)
		if err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
	return objects, nil
}

func (r *rules) authorize(_ context.Context, a authorizer.Attributes) (authorizer.Decision, string, error) {
	if slices.Contains(a.GetUser().GetGroups(), user.SystemPrivilegedGroup) {
		return authorizer.DecisionAllow, "", nil
	}
	objects, err := r.current()
	if err != nil {
		return authorizer.DecisionNoOpinion, "", err
	}
	for _, object := range objects {
		var granted []rbacv1.PolicyRule
		switch binding := object.(type) {
		case *rbacv1.ClusterRoleBinding:
			if names(binding.Subjects, "", a.GetUser()) {
				granted = rulesOf(objects, binding.RoleRef, "")
			}
		case *rbacv1.RoleBinding:
			if binding.Namespace == a.GetNamespace() && a.GetNamespace() != "" && names(binding.Subjects, binding.Namespace, a.GetUser()) {
				granted = rulesOf(objects, binding.RoleRef, binding.Namespace)
			}
		}
		if slices.ContainsFunc(granted, func(rule rbacv1.PolicyRule) bool { return allows(rule, a) }) {
			return authorizer.DecisionAllow, "", nil
		}
	}
	return authorizer.DecisionNoOpinion, "", nil
}

func names(subjects []rbacv1.Subject, namespace string, who user.Info) bool {
	return slices.ContainsFunc(subjects, func(subject rbacv1.Subject) bool {
		switch subject.Kind {
		case rbacv1.UserKind:
			return subject.Name == who.GetName()
		case rbacv1.GroupKind:
			return slices.Contains(who.GetGroups(), subject.Name)
		case rbacv1.ServiceAccountKind:
			if subject.Namespace != "" {
				namespace = subject.Namespace
			}
			return serviceaccount.MatchesUsername(namespace, subject.Name, who.GetName())
		}
		return false
	})
}

func rulesOf(objects []runtime.Object, ref rbacv1.RoleRef, namespace string) []rbacv1.PolicyRule {
	for _, object := range objects {
		switch role := object.(type) {
		case *rbacv1.ClusterRole:
			if ref.Kind == "ClusterRole" && role.Name == ref.Name {
				return role.Rules
			}
		case *rbacv1.Role:
			if ref.Kind == "Role" && role.Name == ref.Name && role.Namespace == namespace {
				return role.Rules
			}
		}
	}
	return nil
}

// allows compares by the genuine rule of what a rule covers.
func allows(rule rbacv1.PolicyRule, a authorizer.Attributes) bool {
	asked := rbacv1.PolicyRule{Verbs: []string{a.GetVerb()}, NonResourceURLs: []string{a.GetPath()}}
	if a.IsResourceRequest() {
		resource := a.GetResource()
		if a.GetSubresource() != "" {
			resource += "/" + a.GetSubresource()
		}
		asked = rbacv1.PolicyRule{Verbs: []string{a.GetVerb()}, APIGroups: []string{a.GetAPIGroup()}, Resources: []string{resource}}
		if a.GetName() != "" {
			asked.ResourceNames = []string{a.GetName()}
		}
	}
	covered, _ := rbachelpers.Covers([]rbacv1.PolicyRule{rule}, []rbacv1.PolicyRule{asked})
	return covered
}
