package backchannel_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/auth/backchannel"
)

func TestSkew(t *testing.T) {
	local := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	date := func(d time.Duration) http.Header {
		return http.Header{"Date": {local.Add(d).Format(http.TimeFormat)}}
	}
	cases := []struct {
		name string
		took time.Duration
		h    http.Header
		want time.Duration
	}{
		{"right", 0, date(0), 0},
		{"a little ahead", 0, date(4 * time.Second), 0},
		{"a little behind", 0, date(-5 * time.Second), 0},
		{"we are behind", 0, date(42 * time.Minute), 42*time.Minute + time.Second},
		{"we are ahead", 0, date(-time.Hour), -time.Hour},
		{"years", 0, date(-6 * 365 * 24 * time.Hour), -6 * 365 * 24 * time.Hour},
		{"half way of a slow answer", 8 * time.Second, date(64 * time.Second), 61 * time.Second},
		{"too slow an answer", 11 * time.Second, date(time.Hour), 0},
		{"clock set back meanwhile", -time.Minute, date(time.Hour), 0},
		{"from a cache", 0, http.Header{"Date": date(-time.Hour)["Date"], "Age": {"3600"}}, 0},
		{"no Date", 0, http.Header{}, 0},
		{"broken Date", 0, http.Header{"Date": {"yesterday"}}, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			now := local
			cl := backchannel.New(backchannel.Options{
				Now: func() time.Time { return now },
				Transport: roundTrip(func(*http.Request) (*http.Response, error) {
					now = now.Add(c.took)
					return &http.Response{StatusCode: 500, Header: c.h, Body: http.NoBody}, nil
				})})
			if _, err := cl.Do(t.Context(), request(t, "GET", "https://a.example/", ""), 0); err != nil {
				t.Fatal(err)
			}
			if d := cl.Skew() - c.want; d.Abs() > time.Second {
				t.Errorf("skew %v, want %v", cl.Skew(), c.want)
			}
			if cl.Now() != now.Add(cl.Skew()) {
				t.Errorf("Now is %v", cl.Now())
			}
		})
	}
}

// TestSkewIsKept: an answer that says nothing leaves the last good measure, a
// good one replaces it.
func TestSkewIsKept(t *testing.T) {
	var h http.Header
	cl := backchannel.New(backchannel.Options{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: h, Body: http.NoBody}, nil
	})})
	ask := func(header http.Header) time.Duration {
		h = header
		if _, err := cl.Do(t.Context(), request(t, "GET", "https://a.example/", ""), 0); err != nil {
			t.Fatal(err)
		}
		return cl.Skew().Round(time.Minute)
	}
	at := func(d time.Duration) http.Header {
		return http.Header{"Date": {time.Now().Add(d).UTC().Format(http.TimeFormat)}}
	}
	for i, c := range []struct {
		h    http.Header
		want time.Duration
	}{{at(time.Hour), time.Hour}, {http.Header{}, time.Hour}, {at(0), 0}} {
		if got := ask(c.h); got != c.want {
			t.Errorf("%d: %v, want %v", i, got, c.want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	cases := []struct {
		value string
		want  time.Duration
		ok    bool
	}{
		{"", 0, false},
		{"0", 0, true},
		{"120", 2 * time.Minute, true},
		{" 5 ", 5 * time.Second, true},
		{"-1", 0, false},
		{"1.5", 0, false},
		{"soon", 0, false},
		{"86401", 24 * time.Hour, true},
		{"99999999999999999999999", 24 * time.Hour, true},
		{now.Add(time.Minute).Format(http.TimeFormat), time.Minute, true},
		{now.Add(-time.Minute).Format(http.TimeFormat), 0, true},
		{now.AddDate(1, 0, 0).Format(http.TimeFormat), 24 * time.Hour, true},
	}
	for _, c := range cases {
		t.Run(c.value, func(t *testing.T) {
			got, ok := backchannel.RetryAfter(http.Header{"Retry-After": {c.value}}, now)
			if got != c.want || ok != c.ok {
				t.Errorf("%v, %v", got, ok)
			}
		})
	}
	if _, ok := backchannel.RetryAfter(http.Header{}, now); ok {
		t.Error("no header")
	}
}

// certificate is one for 127.0.0.1, trusted by the pool.
func certificate(t *testing.T, from, to time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: from, NotAfter: to, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, pool
}

func TestCertificateTime(t *testing.T) {
	now := time.Now()
	cases := []struct {
		name     string
		from, to time.Time
		trusted  bool
		want     bool
	}{
		// The server's own clock, which is right here, says the same: it is not
		// the clock's fault.
		{"expired", now.Add(-2 * time.Hour), now.Add(-time.Hour), true, false},
		{"not yet valid", now.Add(time.Hour), now.Add(2 * time.Hour), true, false},
		{"unknown authority", now.Add(-time.Hour), now.Add(time.Hour), false, false},
		{"good", now.Add(-time.Hour), now.Add(time.Hour), true, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cert, pool := certificate(t, c.from, c.to)
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
			s.Config.ErrorLog = quiet
			s.StartTLS()
			defer s.Close()
			if !c.trusted {
				pool = x509.NewCertPool()
			}
			tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
			defer tr.CloseIdleConnections()
			_, err := backchannel.New(backchannel.Options{Transport: tr}).Do(t.Context(), request(t, "GET", s.URL, ""), 0)
			if backchannel.IsTLS(err) != (c.name != "good") {
				t.Errorf("TLS error: %v for %v", backchannel.IsTLS(err), err)
			}
			if (err == nil) != (c.name == "good") || backchannel.IsCertificateTime(err) != c.want || backchannel.IsNetwork(err) {
				t.Errorf("%v: certificate time %v, network %v", err, backchannel.IsCertificateTime(err), backchannel.IsNetwork(err))
			}
		})
	}
}

// A wrong local clock makes good certificates look bad. The server is asked, so
// that the person is told how far the clock is off; the request itself does not
// go through.
func TestClockThatRefusesCertificates(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		name    string
		off     time.Duration // of this computer's clock
		date    string        // of the server, "" for its own
		trusted bool
		want    time.Duration // 0: not told
		clock   bool          // the clock is to blame
	}{
		{"ten years ahead", 10 * 365 * 24 * time.Hour, "", true, -10 * 365 * 24 * time.Hour, true},
		{"two days behind", -48 * time.Hour, "", true, 48 * time.Hour, true},
		{"a server without a date", -48 * time.Hour, "no", true, 0, true},
		{"an unknown authority", -48 * time.Hour, "", false, 0, false},
		{"a server as wrong as we are", -48 * time.Hour, now.Add(-48 * time.Hour).UTC().Format(http.TimeFormat), true, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			cert, pool := certificate(t, now.Add(-24*time.Hour), now.Add(24*time.Hour))
			var asked, served atomic.Int32
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				if r.Method != http.MethodHead || r.URL.Path != "/" || r.Header.Get("Authorization") != "" {
					served.Add(1)
				}
				switch c.date {
				case "":
				case "no":
					w.Header()["Date"] = nil
				default:
					w.Header().Set("Date", c.date)
				}
			}))
			s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
			s.Config.ErrorLog = quiet
			s.StartTLS()
			defer s.Close()
			if !c.trusted {
				pool = x509.NewCertPool()
			}
			b := backchannel.New(backchannel.Options{RootCAs: pool, Now: func() time.Time { return time.Now().Add(c.off) }})
			defer b.CloseIdle()
			req := request(t, "POST", s.URL+"/token?x=1", "code=c")
			req.Header.Set("Authorization", "Bearer a")
			_, err := b.Do(t.Context(), req, 0)
			if err == nil || !backchannel.IsTLS(err) || backchannel.IsCertificateTime(err) != c.clock {
				t.Errorf("error %v: TLS %v, clock %v, want %v", err, backchannel.IsTLS(err), backchannel.IsCertificateTime(err), c.clock)
			}
			off, ok := backchannel.ClockOff(err)
			if ok != (c.want != 0) || (off-c.want).Abs() > 5*time.Minute {
				t.Errorf("told %v, %v; want %v", off, ok, c.want)
			}
			if served.Load() != 0 || asked.Load() > 1 {
				t.Errorf("%d requests went through, %d of them more than a question", asked.Load(), served.Load())
			}
		})
	}
}

// TestCertificateTimeMacOS: there the error has no type, only the certificate
// tells.
func TestCertificateTimeMacOS(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		from time.Time
		err  error
		want bool
	}{
		"not yet valid":          {now.Add(time.Hour), errors.New("x509: certificate is not standards compliant"), true},
		"valid, something else":  {now.Add(-time.Hour), errors.New("x509: something"), false},
		"not yet, other reason":  {now.Add(time.Hour), x509.UnknownAuthorityError{}, false},
		"not yet, another name":  {now.Add(time.Hour), x509.HostnameError{Certificate: &x509.Certificate{}, Host: "a"}, false},
		"not yet, wrong purpose": {now.Add(time.Hour), x509.CertificateInvalidError{Reason: x509.IncompatibleUsage}, false},
	} {
		t.Run(name, func(t *testing.T) {
			leaf := &x509.Certificate{NotBefore: c.from, NotAfter: now.Add(9 * time.Hour)}
			err := fmt.Errorf("get: %w", &tls.CertificateVerificationError{UnverifiedCertificates: []*x509.Certificate{leaf}, Err: c.err})
			if got := backchannel.IsCertificateTime(err); got != c.want {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestKindsOfNothing(t *testing.T) {
	for _, err := range []error{nil, errors.New("x"), http.ErrServerClosed} {
		if backchannel.IsNetwork(err) || backchannel.IsTimeout(err) || backchannel.IsCertificateTime(err) {
			t.Errorf("%v is something", err)
		}
		if got := backchannel.Redact(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}
