//go:build linux

package keychain

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"
)

const (
	gnomeKeyring = "GNOME Keyring"
	keePassXC    = "KeePassXC"
	kWallet      = "KWallet"
)

// products are the programs that are known to provide the Secret Service:
// other names that they own on the bus, and what their executables are called
// (the kernel cuts these to 15 bytes).
var products = []struct {
	name     string
	busNames []string
	programs []string
}{
	{gnomeKeyring, []string{"org.gnome.keyring"}, []string{"gnome-keyring-d", "gnome-keyring"}},
	{keePassXC, []string{"org.keepassxc.KeePassXC.MainWindow"}, []string{"keepassxc", "KeePassXC"}},
	{kWallet, []string{"org.kde.kwalletd6", "org.kde.kwalletd5"}, []string{"kwalletd6", "kwalletd5", "ksecretd"}},
}

// nameOf returns what users call the service whose unique bus name is owner.
// It asks once per owner. If nothing tells, the name is the interface's.
func (p *secretService) nameOf(ctx context.Context, conn *dbus.Conn, owner string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.labelOf == owner {
		return p.label
	}
	_, label := p.names()
	for _, product := range products {
		for _, n := range product.busNames {
			if o, err := nameOwner(ctx, conn, n); err == nil && o == owner {
				label = product.name
			}
		}
	}
	if program := ownerProgram(ctx, conn, owner); program != "" {
		for _, product := range products {
			for _, known := range product.programs {
				if program == known {
					label = product.name
				}
			}
		}
	}
	if ctx.Err() == nil { // else: ask again next time
		p.label, p.labelOf = label, owner
	}
	return label
}

// ownerProgram returns the name of the program behind a bus name, or "" where
// that can't be seen (another PID namespace, as in a Flatpak).
func ownerProgram(ctx context.Context, conn *dbus.Conn, owner string) string {
	var pid uint32
	err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.GetConnectionUnixProcessID", 0, owner).Store(&pid)
	if err != nil || pid == 0 {
		return ""
	}
	proc := filepath.Join("/proc", strconv.FormatUint(uint64(pid), 10))
	if comm, err := os.ReadFile(filepath.Join(proc, "comm")); err == nil {
		return strings.TrimSpace(string(comm))
	}
	return ""
}
