package mockprovider

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Limits of the HTTP server. They are generous for a person and a client, and
// end what neither of them does.
const (
	readTimeout    = 10 * time.Second
	idleTimeout    = 60 * time.Second
	maxHeaderBytes = 64 << 10
	maxBodyBytes   = 64 << 10
)

// Start listens on addr ("127.0.0.1:0" for any free port), answers in the
// background and returns. It ends when ctx does or Close is called.
func (p *Provider) Start(ctx context.Context, addr string) error {
	if p.parent != nil {
		return errTenant
	}
	if err := p.checkAddr(addr); err != nil {
		return err
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("mock provider: %w", err)
	}
	server, err := p.prepare(listener)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	go func() {
		defer stop()
		// Serve ends only by Close: the listener's errors are retried inside.
		_ = serveOn(server, listener)
	}()
	return nil
}

// Serve answers on the listener until ctx ends or Close is called, and closes
// the listener. It returns nil in both cases.
func (p *Provider) Serve(ctx context.Context, listener net.Listener) error {
	if p.parent != nil {
		return errors.Join(errTenant, listener.Close())
	}
	if err := p.checkAddr(listener.Addr().String()); err != nil {
		return errors.Join(err, listener.Close())
	}
	server, err := p.prepare(listener)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	if err := serveOn(server, listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("mock provider: %w", err)
	}
	return nil
}

// Close stops listening and drops all connections. The state stays.
func (p *Provider) Close() error {
	p.mu.Lock()
	server := p.server
	p.mu.Unlock()
	if server == nil {
		return nil
	}
	return server.Close()
}

// checkAddr refuses addresses that other computers can reach.
func (p *Provider) checkAddr(addr string) error {
	if p.nonLoopback {
		return nil
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("mock provider: address %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("mock provider: %q is not a loopback IP address such as 127.0.0.1: anybody who reaches the mock can sign in as anybody, so other addresses must be allowed explicitly", addr)
	}
	return nil
}

// prepare makes the server for a listener and settles the issuer.
func (p *Provider) prepare(listener net.Listener) (*http.Server, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server != nil {
		return nil, errors.New("mock provider: is serving already")
	}
	p.addr = listener.Addr().String()
	if p.issuer == "" {
		host, _, err := net.SplitHostPort(p.addr)
		if err != nil {
			return nil, fmt.Errorf("mock provider: %w", err)
		}
		if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
			return nil, fmt.Errorf("mock provider: %s is no address that clients can use: name the issuer too", p.addr)
		}
		p.issuer = "http://" + p.addr
		if p.tls != nil {
			p.issuer = "https://" + p.addr
		}
	}
	p.server = &http.Server{
		Handler:           p.handler,
		ReadTimeout:       readTimeout,
		ReadHeaderTimeout: readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		// Broken connections are daily business; requests are in the journal.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	if p.tls != nil {
		p.server.TLSConfig = p.tls.config()
		p.server.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){} // no HTTP/2
	}
	return p.server, nil
}

// serveOn answers on the listener, over TLS if the server has a certificate.
func serveOn(server *http.Server, listener net.Listener) error {
	if server.TLSConfig != nil {
		return server.ServeTLS(listener, "", "")
	}
	return server.Serve(listener)
}
