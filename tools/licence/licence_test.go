package licence_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"app.latchkey/tools/licence"
)

const (
	mit = "Permission is hereby granted, free of charge, to any\n person obtaining a copy of …\nThe above copyright notice and this permission notice shall be included in all"
	bsd = "Redistribution and use in source and binary forms, with or without …\n * Redistributions in binary form must reproduce the …"
)

func TestIdentify(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"MIT":             {mit, "MIT"},
		"two clauses":     {bsd, "BSD-2-Clause"},
		"three clauses":   {bsd + "\nNeither the name … may be used to endorse or promote products\nderived from", "BSD-3-Clause"},
		"two licences":    {mit + "\n\n Apache License\n    Version 2.0, January 2004", "Apache-2.0 AND MIT"},
		"MPL, naming GPL": {"Mozilla Public License Version 2.0 … “Secondary License” means the GNU General Public License", "MPL-2.0"},
		"GPL":             {"GNU GENERAL PUBLIC LICENSE Version 3", ""},
		"MIT or GPL":      {mit + " or the GNU General Public License", ""},
		"four clauses":    {bsd + " All advertising materials mentioning", ""},
		"nothing":         {"All rights reserved.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := licence.Identify(c.text)
			if got != c.want || (c.want == "") != errors.Is(err, licence.ErrUnknown) {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestOf(t *testing.T) {
	dir := t.TempDir()
	if _, err := licence.Of(dir); !errors.Is(err, licence.ErrUnknown) {
		t.Errorf("a folder without a licence: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "License.md"), []byte("# "+mit), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := licence.Of(dir)
	if err != nil || l.ID != "MIT" || l.File != "License.md" || l.Text != "# "+mit {
		t.Errorf("got %+v, %v", l, err)
	}
	if l, err = licence.Of("../.."); err != nil || l.ID != "MIT" {
		t.Errorf("our own licence is %q, %v", l.ID, err)
	}
}

func TestInside(t *testing.T) {
	if parts, err := licence.Inside("example.com/none", t.TempDir()); err != nil || len(parts) != 0 {
		t.Errorf("got %v, %v", parts, err)
	}
	if _, err := licence.Inside("fyne.io/fyne/v2", t.TempDir()); err == nil {
		t.Error("licences that are gone were not missed")
	}
}
