package main

import (
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"
	"time"

	certutil "k8s.io/client-go/util/cert"
)

// makeCertificate makes a CA and a serving certificate for loopback, writes the CA to ca.pem in the folder and returns
// its absolute path. The keys never touch the disk.
func makeCertificate(folder string) (*tls.Config, string, error) {
	chain, key, err := certutil.GenerateSelfSignedCertKeyWithOptions(certutil.SelfSignedCertKeyOptions{
		Host:         "127.0.0.1",
		AlternateDNS: []string{"localhost"},
		MaxAge:       48 * time.Hour,
	})
	if err != nil {
		return nil, "", fmt.Errorf("making the serving certificate: %w", err)
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return nil, "", fmt.Errorf("reading the serving certificate: %w", err)
	}
	certificates, err := certutil.ParseCertsPEM(chain)
	if err != nil {
		return nil, "", fmt.Errorf("reading the serving certificate: %w", err)
	}
	ca, err := certutil.EncodeCertificates(certificates[len(certificates)-1])
	if err != nil {
		return nil, "", fmt.Errorf("writing the CA: %w", err)
	}
	path, err := filepath.Abs(filepath.Join(folder, "ca.pem"))
	if err != nil {
		return nil, "", err
	}
	if err := os.WriteFile(path, ca, 0o644); err != nil {
		return nil, "", err
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, path, nil
}
