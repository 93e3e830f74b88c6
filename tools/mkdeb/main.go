// Command mkdeb makes a Debian package out of an nfpm configuration file.
//
// It is nfpm's own deb packager and nothing else: nfpm's command would link the
// packagers of every other format, and with them modules that not every module
// proxy serves.
//
//	mkdeb -config packaging/deb/nfpm.yaml -target dist
//
// Variables of the form ${NAME} in the configuration are taken from the
// environment. It prints the path of the package it made.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb"
)

func main() {
	config := flag.String("config", "packaging/deb/nfpm.yaml", "nfpm configuration file")
	target := flag.String("target", "dist", "folder the package is written into")
	flag.Parse()

	path, err := makeDeb(*config, *target)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mkdeb:", err)
		os.Exit(1)
	}
	fmt.Println(path)
}

// makeDeb writes the package that config describes into the folder target and
// returns its path. A package that could not be finished is removed.
func makeDeb(config, target string) (path string, err error) {
	parsed, err := nfpm.ParseFileWithEnvMapping(config, os.Getenv)
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", config, err)
	}
	info, err := parsed.Get("deb")
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", config, err)
	}
	info = nfpm.WithDefaults(info)
	if err := nfpm.Validate(info); err != nil {
		return "", fmt.Errorf("checking %s: %w", config, err)
	}

	packager := deb.Default
	if err := os.MkdirAll(target, 0o755); err != nil {
		return "", fmt.Errorf("making the folder for the package: %w", err)
	}
	path = filepath.Join(target, packager.ConventionalFileName(info))
	info.Target = path

	out, err := os.Create(path)
	if err != nil {
		return "", fmt.Errorf("making the package: %w", err)
	}
	defer func() {
		if closeErr := out.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("writing the package: %w", closeErr)
		}
		if err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	if err := packager.Package(info, out); err != nil {
		return "", fmt.Errorf("packing: %w", err)
	}
	return path, nil
}
