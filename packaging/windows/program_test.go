package windows_test

import (
	"bytes"
	"context"
	"debug/pe"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"app.latchkey/packaging/trial"
)

// unpack takes the program out of the portable .zip.
func unpack(ctx context.Context, t *testing.T, zip string) (program string) {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.CommandContext(ctx, "unzip", "-q", zip, "-d", dir).CombinedOutput(); err != nil {
		t.Fatalf("unzip: %v\n%s", err, out)
	}
	return filepath.Join(dir, "Latchkey", "latchkey.exe")
}

// TestProgram looks at what Windows reads of a program before it runs.
func TestProgram(t *testing.T) {
	dir := os.Getenv("LATCHKEY_WINDOWS")
	if dir == "" {
		t.Skip("LATCHKEY_WINDOWS names no folder: make test-packages makes installers and runs this")
	}
	zip, version := only(t, dir, "-portable.zip")
	file, err := pe.Open(unpack(t.Context(), t, zip))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	header := file.OptionalHeader.(*pe.OptionalHeader64)
	if header.Subsystem != pe.IMAGE_SUBSYSTEM_WINDOWS_GUI {
		t.Errorf("subsystem %d: a console window would open", header.Subsystem)
	}
	const protected = pe.IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE | pe.IMAGE_DLLCHARACTERISTICS_NX_COMPAT | pe.IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA
	if header.DllCharacteristics&protected != protected {
		t.Errorf("characteristics %#x: neither code nor addresses may be guessed or written to", header.DllCharacteristics)
	}
	libraries, err := file.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := file.ImportedSymbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range symbols {
		_, library, _ := strings.Cut(s, ":")
		libraries = append(libraries, library)
	}
	everywhere := []string{"gdi32.dll", "kernel32.dll", "msvcrt.dll", "oleaut32.dll", "opengl32.dll", "shell32.dll", "user32.dll"}
	for _, l := range libraries {
		if !slices.Contains(everywhere, strings.ToLower(l)) {
			t.Errorf("it needs %s, which Windows may not have", l)
		}
	}

	resources, err := file.Section(".rsrc").Data()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`level="asInvoker"`, "PerMonitorV2", ">true</longPathAware>", ">UTF-8</activeCodePage>", "{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"} {
		if !bytes.Contains(resources, []byte(want)) {
			t.Errorf("the manifest lacks %s", want)
		}
	}
	for _, want := range []string{"VS_VERSION_INFO", "ProductVersion\x00" + version, "FileDescription\x00", "Latchkey", "GLFW_ICON"} {
		if !bytes.Contains(unpadded(resources), unpadded(wide(want))) {
			t.Errorf("the resources lack %q", want)
		}
	}
	for _, size := range []byte{16, 32, 48} { // a BITMAPINFOHEADER, of picture and mask
		if !bytes.Contains(resources, []byte{40, 0, 0, 0, size, 0, 0, 0, 2 * size, 0, 0, 0, 1, 0, 32, 0}) {
			t.Errorf("there is no icon of %d pixels", size)
		}
	}
	trial.NewReport(t, zip).Tried("no console window, icon, version, manifest, no library that Windows lacks")
}

// wide is text as Windows' resources hold it.
func wide(text string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}

// unpadded takes the zeros out, with which the values of versions are aligned.
func unpadded(b []byte) []byte { return bytes.ReplaceAll(b, []byte{0}, nil) }

// TestSigning packs the program with a certificate of its own, and looks at each
// signature, that of the uninstaller too.
func TestSigning(t *testing.T) {
	ctx, d, i := open(t)
	dir := t.TempDir()
	tool := func(name string, arguments ...string) string {
		t.Helper()
		cmd := exec.CommandContext(ctx, name, arguments...)
		cmd.Env = append(os.Environ(), "WINDOWS_CERTIFICATE="+dir+"/test.p12", "WINDOWS_CERTIFICATE_PASSWORD_FILE="+dir+"/password", "LATCHKEY_VERSION="+i.version)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %q: %v\n%s", name, arguments, err, out)
		}
		return string(out)
	}
	if err := os.WriteFile(dir+"/password", []byte("a password with spaces & signs\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tool("openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-keyout", dir+"/key.pem", "-out", dir+"/test.pem", "-days", "2",
		"-subj", "/CN=Latchkey test", "-addext", "extendedKeyUsage=codeSigning")
	tool("openssl", "pkcs12", "-export", "-inkey", dir+"/key.pem", "-in", dir+"/test.pem", "-out", dir+"/test.p12", "-passout", "file:"+dir+"/password")
	unsigned := unpack(ctx, t, i.zip)
	tool("./make.sh", "--program", unsigned, "--out", dir+"/out")

	setup, _ := only(t, dir+"/out", "-setup.exe")
	msi, _ := only(t, dir+"/out", ".msi")
	zip, _ := only(t, dir+"/out", "-portable.zip")
	d.must(ctx, setup, "/S")
	installed := d.path(`C:\users\` + user() + `\AppData\Local\Programs\Latchkey`)
	for _, file := range []string{setup, msi, unpack(ctx, t, zip), installed + "/latchkey.exe", installed + "/uninstall.exe"} {
		tool("osslsigncode", "verify", "-CAfile", dir+"/test.pem", file)
	}
	if err := exec.CommandContext(ctx, "osslsigncode", "verify", "-CAfile", dir+"/test.pem", unsigned).Run(); err == nil {
		t.Error("a program without a signature passes: the others mean nothing")
	}
	spoilt, err := os.ReadFile(setup)
	if err != nil {
		t.Fatal(err)
	}
	spoilt[len(spoilt)/2] ^= 1
	if err := os.WriteFile(dir+"/spoilt.exe", spoilt, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := exec.CommandContext(ctx, "osslsigncode", "verify", "-CAfile", dir+"/test.pem", dir+"/spoilt.exe").Run(); err == nil {
		t.Error("a setup with one bit changed passes")
	}
	trial.NewReport(t, setup).Tried("signed by osslsigncode and verified: program, uninstaller, setup, .msi, program of the .zip")
}
