//go:build linux

package atspi_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// falseBus lets anybody in, says hello, and then whatever a test has it say.
type falseBus struct {
	path    string
	embeds  bool // it is a registry too, and then reads no more
	greeted chan net.Conn
	ended   chan struct{}
	ponged  chan struct{}
	over    <-chan struct{} // the test
}

func newFalseBus(t *testing.T) *falseBus {
	t.Helper()
	b := &falseBus{path: filepath.Join(t.TempDir(), "s"), greeted: make(chan net.Conn, 1), ended: make(chan struct{}, 1), ponged: make(chan struct{}, 1), over: t.Context().Done()}
	l, err := net.Listen("unix", b.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			b.play(c)
		}
	}()
	return b
}

// play is the authentication (D-Bus specification, "Authentication Protocol") and
// the answer to Hello.
func (b *falseBus) play(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	_, _ = in.ReadByte()
	for begun := false; !begun; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch {
		case strings.TrimSpace(line) == "AUTH":
			_, _ = io.WriteString(c, "REJECTED EXTERNAL\r\n")
		case strings.HasPrefix(line, "AUTH EXTERNAL"), strings.HasPrefix(line, "DATA"):
			_, _ = io.WriteString(c, "OK 1234\r\n")
		case strings.HasPrefix(line, "BEGIN"):
			begun = true
		default:
			_, _ = io.WriteString(c, "ERROR\r\n")
		}
	}
	hello, err := dbus.DecodeMessage(in)
	if err != nil {
		return
	}
	_, _ = c.Write(encode(&dbus.Message{Type: dbus.TypeMethodReply, Body: []any{":1.7"}, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldReplySerial: dbus.MakeVariant(hello.Serial()), dbus.FieldSignature: dbus.MakeVariant(dbus.SignatureOf("")),
		dbus.FieldSender: dbus.MakeVariant("org.freedesktop.DBus")}}, 1))
	b.greeted <- c
	if b.embeds {
		embed, err := dbus.DecodeMessage(in)
		if err != nil {
			return
		}
		desktop := ref{":1.0", rootPath}
		_, _ = c.Write(encode(&dbus.Message{Type: dbus.TypeMethodReply, Body: []any{desktop}, Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldReplySerial: dbus.MakeVariant(embed.Serial()), dbus.FieldSignature: dbus.MakeVariant(dbus.SignatureOf(desktop)),
			dbus.FieldSender: dbus.MakeVariant("org.a11y.atspi.Registry")}}, 2))
		<-b.over
		return
	}
	for m, err := dbus.DecodeMessage(in); err == nil; m, err = dbus.DecodeMessage(in) {
		if m.Type == dbus.TypeMethodReply {
			b.ponged <- struct{}{}
		}
	}
	b.ended <- struct{}{}
}

// ping is what a program answers when it has read all before.
func ping() []byte {
	return encode(&dbus.Message{Type: dbus.TypeMethodCall, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldPath: dbus.MakeVariant(dbus.ObjectPath("/")), dbus.FieldInterface: dbus.MakeVariant("org.freedesktop.DBus.Peer"),
		dbus.FieldMember: dbus.MakeVariant("Ping"), dbus.FieldSender: dbus.MakeVariant(":1.9")}}, 77)
}

// encode writes a message with a serial number, which the library sets only on
// what it sends itself.
func encode(m *dbus.Message, serial uint32) []byte {
	var b bytes.Buffer
	if err := m.EncodeTo(&b, binary.LittleEndian); err != nil {
		panic(err)
	}
	out := b.Bytes()
	binary.LittleEndian.PutUint32(out[8:], serial)
	return out
}
