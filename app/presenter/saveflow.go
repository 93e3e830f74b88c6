package presenter

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"app.latchkey/auth/flow"
	"app.latchkey/settings"
)

// Format is how a record is saved.
type Format string

// The formats.
const (
	FormatPage Format = "html" // a page for people
	FormatData Format = "json" // for programs
)

// SavedView says what became of saving the record.
type SavedView struct {
	Path   string `json:"path,omitempty"`   // of the file
	Failed bool   `json:"failed,omitempty"` // it could not be written
}

// Export is what is saved: the steps as they are drawn, and the whole record.
type Export struct {
	View   FlowView
	Record flow.Flow
	At     time.Time
	// Language is that of the page, a BCP 47 tag of the translations.
	Language string
}

// Exporter turns a record into a file's content.
type Exporter interface {
	Export(e Export, f Format) ([]byte, error)
}

// SaveFlow implements Actions.
func (p *Presenter) SaveFlow(format Format, language string) {
	p.post(func() {
		view := p.flowNow()
		if view == nil || len(view.Steps) == 0 || p.config.Exporter == nil {
			return
		}
		export := Export{View: *view, Record: *p.record, At: p.config.Now(), Language: language}
		session := p.session
		p.work(func() {
			path, err := p.saveFlow(export, format)
			if err != nil {
				p.config.Logger.Warn("saving how you signed in", "error", err.Error())
			}
			p.onSession(session, func() {
				p.saved = &SavedView{Path: path, Failed: err != nil}
				p.showFlow()
			})
		})
	})
}

func (p *Presenter) saveFlow(e Export, format Format) (string, error) {
	data, err := p.config.Exporter.Export(e, format)
	if err != nil {
		return "", err
	}
	folder := settings.Downloads
	if p.config.SaveDir != nil {
		folder = p.config.SaveDir
	}
	dir, err := folder()
	if err != nil {
		return "", err
	}
	name := "Latchkey sign-in " + e.At.Format("2006-01-02 15.04")
	path, err := reserve(dir, name, "."+string(format))
	if err != nil {
		return "", err
	}
	// Readable by its owner only: what it says of him is his to give away.
	if err := settings.WriteFile(path, data); err != nil {
		return "", errors.Join(err, os.Remove(path))
	}
	return path, nil
}

// reserve makes an empty file with a name that no other has, so that nothing is
// overwritten: "x.html", "x (2).html", …
func reserve(dir, name, extension string) (string, error) {
	const most = 100
	for n := 1; n <= most; n++ {
		path := filepath.Join(dir, name+extension)
		if n > 1 {
			path = filepath.Join(dir, fmt.Sprintf("%s (%d)%s", name, n, extension))
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			return path, f.Close()
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("making a file in the downloads: %w", err)
		}
	}
	return "", fmt.Errorf("there are %d files named %q already", most, name)
}

// OpenSaved implements Actions.
func (p *Presenter) OpenSaved() {
	p.post(func() {
		if p.saved != nil && p.saved.Path != "" {
			p.config.Window.OpenFolder(filepath.Dir(p.saved.Path))
		}
	})
}
