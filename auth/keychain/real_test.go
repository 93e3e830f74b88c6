//go:build linux

package keychain

import (
	"bytes"
	"context"
	"crypto/pbkdf2"
	"crypto/sha512"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// storesVar lets the tests with real services run: LATCHKEY_STORES=1, which
// make test-stores sets. They need what tools/setup.sh stores installs.
const storesVar = "LATCHKEY_STORES"

func needStores(t *testing.T) {
	t.Helper()
	if os.Getenv(storesVar) == "" {
		t.Skip("runs with make test-stores")
	}
}

const realPassword = "password of the test"

// product is a program that provides the Secret Service.
type product struct {
	name string // as in Status.Name
	// start starts it with an unlocked default collection, from the parent of
	// a test on a bus or, after it was killed, from the test itself.
	start func(t *testing.T, dir string)
	// empty starts it with nothing in it: nobody has made a collection yet.
	empty func(t *testing.T, dir string)
	// lock locks it as its own window would.
	lock func(t *testing.T, conn *dbus.Conn)
	// dialog finds, for xdotool, the window that asks for the password;
	// consent the one that asks about single items, nil if there is none.
	dialog, consent []string
	// file is where it keeps the collection, below the test's directory.
	file string
	// delaysWrites: it reports writes before they are on the disk.
	delaysWrites bool
}

func realProducts() []*product {
	return []*product{
		{name: gnomeKeyring, start: startGnomeKeyring, empty: startEmptyGnomeKeyring, lock: lock,
			dialog: []string{"--class", "gcr-prompter"}, file: "/data/keyrings/login.keyring"},
		{name: keePassXC, start: startKeePassXC, empty: startEmptyKeePassXC, lock: lockKeePassXC,
			dialog: []string{"--name", "Unlock Database"}, consent: []string{"--name", "Access Request"},
			file: "/Passwords.kdbx", delaysWrites: true},
		{name: kWallet, start: startKWallet, empty: startEmptyKWallet, lock: lockKWallet,
			dialog: []string{"--class", "kwalletd5"}, file: "/data/kwalletd/kdewallet.kwl", delaysWrites: true},
	}
}

func startEmptyGnomeKeyring(t *testing.T, dir string) {
	t.Helper()
	startService(t, dir, exec.Command(need(t, "gnome-keyring-daemon", "gnome-keyring"), "--foreground", "--start", "--components=secrets"), false)
}

// startKeePassXC starts it with a database of which one group is exposed, and
// its own settings for all else: it asks about single items.
func startKeePassXC(t *testing.T, dir string) {
	t.Helper()
	database := dir + "/Passwords.kdbx"
	if _, err := os.Stat(database); err != nil {
		write(t, dir+"/database.xml", `<?xml version="1.0" encoding="UTF-8"?>
<KeePassFile><Meta><DatabaseName>Passwords</DatabaseName>
<CustomData><Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{00112233-4455-6677-8899-aabbccddeeff}</Value></Item></CustomData></Meta>
<Root><Group><UUID>ABEiM0RVZneImaq7zN3u/w==</UUID><Name>Root</Name></Group></Root></KeePassFile>`)
		cli := exec.Command(need(t, "keepassxc-cli", "keepassxc"), "import", "-p", dir+"/database.xml", database)
		cli.Env = environ(dir)
		cli.Stdin = strings.NewReader(realPassword + "\n" + realPassword + "\n")
		if out, err := cli.CombinedOutput(); err != nil {
			t.Fatalf("keepassxc-cli: %v\n%s", err, out)
		}
	}
	cmd := keePassXCCommand(t, dir, "--pw-stdin", database)
	cmd.Stdin = strings.NewReader(realPassword + "\n")
	startService(t, dir, cmd, true)
}

func startEmptyKeePassXC(t *testing.T, dir string) {
	t.Helper()
	startService(t, dir, keePassXCCommand(t, dir), false)
}

func keePassXCCommand(t *testing.T, dir string, arguments ...string) *exec.Cmd {
	t.Helper()
	write(t, dir+"/keepassxc.ini", "[General]\nConfigVersion=2\nUpdateCheckMessageShown=true\n[FdoSecrets]\nEnabled=true\n[GUI]\nCheckForUpdates=false\n")
	return exec.Command(need(t, "keepassxc", "keepassxc"),
		append([]string{"--config", dir + "/keepassxc.ini", "--localconfig", dir + "/keepassxc-local.ini"}, arguments...)...)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// startService starts a program and waits until it owns the name and, if it
// has one, its default collection is unlocked.
func startService(t *testing.T, dir string, cmd *exec.Cmd, open bool) {
	t.Helper()
	cmd.Env = environ(dir)
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	launch(t, cmd)
	conn, err := dbus.Connect("unix:path=" + dir + "/bus")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	awaitService(t, conn, open)
}

func awaitService(t *testing.T, conn *dbus.Conn, open bool) {
	t.Helper()
	waitFor(t, "the service", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := nameOwner(ctx, conn, serviceName); err != nil {
			return false
		}
		place, err := defaultCollection(ctx, conn)
		if !open || err != nil {
			return !open
		}
		locked, err := isLocked(ctx, conn, place)
		return err == nil && !locked
	})
}

func lockKeePassXC(t *testing.T, conn *dbus.Conn) {
	t.Helper()
	err := conn.Object("org.keepassxc.KeePassXC.MainWindow", "/keepassxc").Call("org.keepassxc.KeePassXC.MainWindow.lockAllDatabases", 0).Err
	if err != nil {
		t.Fatal(err)
	}
	awaitLock(t, conn)
}

// startKWallet starts it without its wizard: kwalletd makes and opens a wallet
// for whoever knows the hash of its password, as the log-in does.
func startKWallet(t *testing.T, dir string) {
	t.Helper()
	salt := bytes.Repeat([]byte("salt"), 14)
	hash, err := pbkdf2.Key(sha512.New, realPassword, salt, 50000, 56)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir+"/data/kwalletd/kdewallet.salt", string(salt))
	_, err = os.Stat(dir + "/data/kwalletd/kdewallet.kwl")
	first := err != nil
	conn, err := dbus.Connect("unix:path=" + dir + "/bus")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	start := func() {
		startEmptyKWallet(t, dir)
		if err := kWalletDaemon(conn).Call("org.kde.KWallet.pamOpen", dbus.FlagNoAutoStart, "kdewallet", hash, int32(0)).Err; err != nil {
			t.Fatal(err)
		}
	}
	start()
	if first {
		// It offers as a collection only what was there when it started.
		endService(t, conn, syscall.SIGTERM)
		start()
	}
	// Open for its own clients, the wallet is locked for the Secret Service's
	// until one of them asks; no dialog comes up then.
	another(t, dir, "unlock")
	awaitService(t, conn, true)
}

func startEmptyKWallet(t *testing.T, dir string) {
	t.Helper()
	write(t, dir+"/config/kwalletrc", "[Wallet]\nEnabled=true\nFirst Use=false\nDefault Wallet=kdewallet\nUse One Wallet=true\n"+
		"Close When Idle=false\nLeave Open=true\nPrompt on Open=false\nLaunch Manager=false\n[org.freedesktop.secrets]\napiEnabled=true\n")
	startService(t, dir, exec.Command(need(t, "kwalletd5", "libkf5wallet-bin")), false)
}

func kWalletDaemon(conn *dbus.Conn) dbus.BusObject {
	return conn.Object("org.kde.kwalletd5", "/modules/kwalletd5")
}

func lockKWallet(t *testing.T, conn *dbus.Conn) {
	t.Helper()
	if err := kWalletDaemon(conn).Call("org.kde.KWallet.closeAllWallets", 0).Err; err != nil {
		t.Fatal(err)
	}
	awaitLock(t, conn)
}

func awaitLock(t *testing.T, conn *dbus.Conn) {
	t.Helper()
	waitFor(t, "the lock", func() bool {
		place, err := defaultCollection(t.Context(), conn)
		if err != nil {
			return false
		}
		locked, err := isLocked(t.Context(), conn, place)
		return err == nil && locked
	})
}
