package registry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"seawall/internal/image/imageref"
)

// explain turns a failed exchange into words that say what to do. Addresses
// are left out: after a redirect they hold signatures that give access.
func explain(err error, ref imageref.Reference) error {
	if ctxErr := contextError(err); ctxErr != nil {
		return ctxErr
	}
	var (
		advice   = adviceFor(err, ref.Domain)
		status   *transport.Error
		idle     *idleError
		deadline *deadlineError
		address  *url.Error
	)
	switch {
	case advice == "" && errors.As(err, &status):
		return explainStatus(status, ref)
	case errors.As(err, &idle):
		err = idle
	case errors.As(err, &deadline):
		err = deadline
	case errors.As(err, &address):
		err = address.Err
	}
	if advice == "" {
		return err
	}
	return fmt.Errorf("%s: %w", advice, err)
}

// contextError keeps the two ends of a context recognisable, without the
// address that the HTTP client puts around them.
func contextError(err error) error {
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			return end
		}
	}
	return nil
}

func adviceFor(err error, registry string) string {
	var (
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		invalid     x509.CertificateInvalidError
		record      tls.RecordHeaderError
	)
	var idle *idleError
	switch {
	case errors.As(err, &idle) && idle.received == 0:
		return fmt.Sprintf("the registry %s hangs, try again later", registry)
	case errors.As(err, &idle), errors.As(err, new(*deadlineError)):
		return fmt.Sprintf("the registry %s answers too slowly, try again later (layers that are in the cache are not fetched again)", registry)
	case errors.As(err, &dns):
		return fmt.Sprintf("the registry %s was not found, check its name and the network", registry)
	case errors.As(err, &certificate), errors.As(err, &invalid):
		return fmt.Sprintf("the certificate of %s is not trusted, add its authority to the system's certificates or use --insecure", registry)
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return fmt.Sprintf("the registry %s does not speak TLS, use --insecure to read it over plain HTTP", registry)
	case errors.Is(err, errPlainHTTP):
		return fmt.Sprintf("the registry %s does not answer over TLS, use --insecure to read it over plain HTTP", registry)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("nothing answers at the registry %s, check its address and that it runs", registry)
	case isTimeout(err):
		return fmt.Sprintf("the registry %s cannot be reached in time, check the network and the proxy", registry)
	case isTransient(err):
		return fmt.Sprintf("the connection to the registry %s breaks off, try again later", registry)
	}
	return ""
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// explainStatus puts a status into words. Registries answer 401 and 403 also
// for repositories that don't exist, so that nobody can find out.
func explainStatus(err *transport.Error, ref imageref.Reference) error {
	said := ""
	if len(err.Errors) > 0 {
		said = fmt.Sprintf(" (%s: %.200s)", err.Errors[0].Code, err.Errors[0].Message)
	}
	switch err.StatusCode {
	case http.StatusUnauthorized:
		return fmt.Errorf("the registry %s answers 401 unauthorized%s: run docker login %s, or check the name: there may be no such repository", ref.Domain, said, ref.Domain)
	case http.StatusForbidden:
		return fmt.Errorf("the registry %s answers 403 forbidden%s: the account in use may not read %s", ref.Domain, said, ref.Path)
	case http.StatusNotFound:
		return fmt.Errorf("the registry %s does not have it%s: check the repository and the tag or digest", ref.Domain, said)
	case http.StatusTooManyRequests:
		return fmt.Errorf("the registry %s has had too many requests from this address%s: wait, or run docker login %s for a higher limit", ref.Domain, said, ref.Domain)
	}
	if err.StatusCode >= 500 {
		return fmt.Errorf("the registry %s answers %d%s: the fault is on its side, try again later", ref.Domain, err.StatusCode, said)
	}
	return fmt.Errorf("the registry %s answers %d %s%s", ref.Domain, err.StatusCode, http.StatusText(err.StatusCode), said)
}
