// Program openshift reads an answer of OpenShift's API as JSON and refuses it unless OpenShift's own types describe it.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	userv1 "github.com/openshift/api/user/v1"
	"sigs.k8s.io/json"
)

func main() {
	if err := readUser(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// readUser decodes a User of user.openshift.io/v1, refusing members that it does not have, in Kubernetes' own strict way.
func readUser(from io.Reader) error {
	text, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	var user userv1.User
	strict, err := json.UnmarshalStrict(text, &user)
	return errors.Join(append(strict, err)...)
}
