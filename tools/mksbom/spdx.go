package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"
)

// The parts of SPDX 2.3 (ISO/IEC 5962) that are used here, in its JSON form.
type (
	spdxDocument struct {
		SPDXVersion       string             `json:"spdxVersion"`
		DataLicense       string             `json:"dataLicense"`
		SPDXID            string             `json:"SPDXID"`
		Name              string             `json:"name"`
		DocumentNamespace string             `json:"documentNamespace"`
		CreationInfo      spdxCreation       `json:"creationInfo"`
		Packages          []spdxPackage      `json:"packages"`
		Relationships     []spdxRelationship `json:"relationships"`
	}
	spdxCreation struct {
		Created  string   `json:"created"`
		Creators []string `json:"creators"`
	}
	spdxPackage struct {
		SPDXID                string         `json:"SPDXID"`
		Name                  string         `json:"name"`
		VersionInfo           string         `json:"versionInfo"`
		PackageFileName       string         `json:"packageFileName,omitempty"`
		Supplier              string         `json:"supplier,omitempty"`
		DownloadLocation      string         `json:"downloadLocation"`
		FilesAnalyzed         bool           `json:"filesAnalyzed"`
		Checksums             []spdxChecksum `json:"checksums,omitempty"`
		Homepage              string         `json:"homepage,omitempty"`
		SourceInfo            string         `json:"sourceInfo,omitempty"`
		LicenseConcluded      string         `json:"licenseConcluded"`
		LicenseDeclared       string         `json:"licenseDeclared"`
		CopyrightText         string         `json:"copyrightText"`
		ExternalRefs          []spdxRef      `json:"externalRefs,omitempty"`
		PrimaryPackagePurpose string         `json:"primaryPackagePurpose,omitempty"`
	}
	spdxChecksum struct {
		Algorithm string `json:"algorithm"`
		Value     string `json:"checksumValue"`
	}
	spdxRef struct {
		Category string `json:"referenceCategory"`
		Type     string `json:"referenceType"`
		Locator  string `json:"referenceLocator"`
	}
	spdxRelationship struct {
		Element string `json:"spdxElementId"`
		Type    string `json:"relationshipType"`
		Related string `json:"relatedSpdxElement"`
	}
)

const (
	noAssertion = "NOASSERTION"
	documentID  = "SPDXRef-DOCUMENT"
	programID   = "SPDXRef-Program"
)

// document is the whole list. It is the same for the same program, byte for byte.
func document(p product, modules []*module) spdxDocument {
	name := fmt.Sprintf("%s-%s-%s-%s", strings.ReplaceAll(p.name, " ", "-"), p.version, p.goos, p.goarch)
	d := spdxDocument{
		SPDXVersion: "SPDX-2.3", DataLicense: "CC0-1.0", SPDXID: documentID, Name: name,
		DocumentNamespace: strings.TrimSuffix(p.homepage, "/") + "/spdx/" + url.PathEscape(name) + "-" + p.sha256[:16],
		CreationInfo: spdxCreation{Created: p.created.Format(time.RFC3339), Creators: []string{
			"Organization: " + organization(p.maintainer), "Tool: mksbom-" + p.version}},
		Relationships: []spdxRelationship{{documentID, "DESCRIBES", programID}},
	}
	d.Packages = append(d.Packages, spdxPackage{
		SPDXID: programID, Name: p.name, VersionInfo: p.version, PackageFileName: p.file,
		Supplier: "Organization: " + organization(p.maintainer), DownloadLocation: noAssertion, Homepage: p.homepage,
		Checksums:        []spdxChecksum{{"SHA256", p.sha256}},
		SourceInfo:       "built from commit " + p.commit + " for " + p.goos + "/" + p.goarch,
		LicenseConcluded: p.licence, LicenseDeclared: p.licence, CopyrightText: noAssertion, PrimaryPackagePurpose: "APPLICATION",
	})
	add := func(s spdxPackage) {
		d.Packages = append(d.Packages, s)
		d.Relationships = append(d.Relationships, spdxRelationship{programID, "DEPENDS_ON", s.SPDXID})
	}
	add(spdxPackage{SPDXID: "SPDXRef-Go", Name: "Go standard library", VersionInfo: p.goVersion, DownloadLocation: "https://go.dev/dl/",
		Homepage: "https://go.dev/", LicenseConcluded: "BSD-3-Clause", LicenseDeclared: "BSD-3-Clause", CopyrightText: noAssertion,
		ExternalRefs:          []spdxRef{{"PACKAGE-MANAGER", "purl", "pkg:golang/stdlib@" + p.goVersion}},
		PrimaryPackagePurpose: "LIBRARY"})
	for _, m := range modules {
		add(spdxPackage{
			SPDXID: moduleID(m), Name: m.path, VersionInfo: m.version,
			DownloadLocation: "https://proxy.golang.org/" + escape(m.path) + "/@v/" + escape(m.version) + ".zip",
			Homepage:         "https://pkg.go.dev/" + m.path + "@" + m.version,
			// go.sum's hash is one over the names and hashes of the module's
			// files, so it is none of the checksums that SPDX knows.
			SourceInfo:       "go.sum " + m.sum,
			LicenseConcluded: m.licence, LicenseDeclared: m.licence, CopyrightText: noAssertion,
			ExternalRefs:          []spdxRef{{"PACKAGE-MANAGER", "purl", purl(m)}},
			PrimaryPackagePurpose: "LIBRARY",
		})
		for _, part := range m.parts {
			id := moduleID(m) + "-" + notInID.ReplaceAllString(part.Name, "-")
			d.Packages = append(d.Packages, spdxPackage{SPDXID: id, Name: part.Name, VersionInfo: "as in " + m.path + " " + m.version,
				DownloadLocation: noAssertion, LicenseConcluded: part.ID, LicenseDeclared: part.ID, CopyrightText: noAssertion})
			d.Relationships = append(d.Relationships, spdxRelationship{moduleID(m), "CONTAINS", id})
		}
	}
	return d
}

// organization is a maintainer without brackets around the address, as SPDX
// writes it: Name (address).
func organization(maintainer string) string {
	return strings.NewReplacer("<", "(", ">", ")").Replace(maintainer)
}

var notInID = regexp.MustCompile(`[^A-Za-z0-9.-]+`)

func moduleID(m *module) string {
	return "SPDXRef-Module-" + notInID.ReplaceAllString(m.path+"-"+m.version, "-")
}

func purl(m *module) string {
	return "pkg:golang/" + strings.ToLower(m.path) + "@" + url.PathEscape(m.version)
}

// escape writes capitals as the module proxy wants them: !c for C.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('!')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("hashing the program: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("hashing %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
