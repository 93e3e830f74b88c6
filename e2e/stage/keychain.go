package stage

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/godbus/dbus/v5"
)

// busConfig is a session bus without services to start by themselves: who is
// not started by the stage is not there.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// startBus starts a session bus of the stage's own.
func (s *Stage) startBus(ctx context.Context) error {
	config := filepath.Join(s.Dir, "bus.conf")
	socket := filepath.Join(s.Dir, "run", "bus")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, socket), 0o600); err != nil {
		return fmt.Errorf("starting the bus: %w", err)
	}
	address, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("starting the bus: %w", err)
	}
	defer address.Close()
	bus, err := s.start("dbus-daemon", func(cmd *exec.Cmd) { cmd.ExtraFiles = []*os.File{write} },
		"dbus-daemon", "--nofork", "--nopidfile", "--config-file="+config, "--print-address=3")
	write.Close()
	if err != nil {
		return err
	}
	line, err := bufio.NewReader(address).ReadString('\n')
	if err != nil {
		<-bus.done
		return bus.failure()
	}
	s.Bus = strings.TrimSpace(line)
	return ctx.Err()
}

// startKeychain starts gnome-keyring with a login keychain of the stage's own,
// unlocked, and waits until it answers as the default place for secrets.
func (s *Stage) startKeychain(ctx context.Context) error {
	keyring, err := s.start("gnome-keyring", func(cmd *exec.Cmd) { cmd.Stdin = strings.NewReader("stage") },
		"gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	if err != nil {
		return err
	}
	conn, err := dbus.Connect(s.Bus)
	if err != nil {
		return fmt.Errorf("asking for the keychain: %w", err)
	}
	defer conn.Close()
	return keyring.await(ctx, "the keychain", func() bool {
		var collection dbus.ObjectPath
		err := conn.Object("org.freedesktop.secrets", "/org/freedesktop/secrets").
			CallWithContext(ctx, "org.freedesktop.Secret.Service.ReadAlias", dbus.FlagNoAutoStart, "default").
			Store(&collection)
		return err == nil && collection != "/"
	})
}

// KeychainItems returns the labels of everything in the stage's default
// keychain, in no order.
func (s *Stage) KeychainItems(ctx context.Context) ([]string, error) {
	conn, err := dbus.Connect(s.Bus)
	if err != nil {
		return nil, fmt.Errorf("asking the keychain: %w", err)
	}
	defer conn.Close()
	const service, collection = "org.freedesktop.secrets", "/org/freedesktop/secrets/aliases/default"
	property, err := conn.Object(service, collection).GetProperty("org.freedesktop.Secret.Collection.Items")
	if err != nil {
		return nil, fmt.Errorf("asking the keychain: %w", err)
	}
	paths, ok := property.Value().([]dbus.ObjectPath)
	if !ok {
		return nil, fmt.Errorf("asking the keychain: items are of type %s", property.Signature())
	}
	labels := make([]string, 0, len(paths))
	for _, path := range paths {
		label, err := conn.Object(service, path).GetProperty("org.freedesktop.Secret.Item.Label")
		if err != nil {
			return nil, fmt.Errorf("asking the keychain: %w", err)
		}
		text, _ := label.Value().(string)
		labels = append(labels, text)
	}
	return labels, ctx.Err()
}
