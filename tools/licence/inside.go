package licence

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Part is something in a module that has an author and a licence of its own.
type Part struct {
	Name string
	Licence
}

// inside lists such parts of the modules that this program links, as far as they
// end up in it. No rule finds them: they were looked for.
var inside = map[string][]Part{
	"fyne.io/fyne/v2": {
		{"Noto Sans", Licence{ID: "OFL-1.1", File: "theme/font/LICENSE.txt"}},
		{"DejaVu Sans Mono for Powerline", Licence{ID: "Bitstream-Vera", File: "theme/font/LICENSE_DejaVu-Powerline.txt"}},
		{"Inter", Licence{ID: "OFL-1.1", File: "theme/font/LICENSE_Inter.txt"}},
		{"EmojiOne Color", Licence{ID: "MIT", File: "theme/font/LICENSE_EmojiOneColor.txt"}},
	},
	"github.com/go-gl/glfw/v3.4/glfw": {{"GLFW", Licence{ID: "Zlib", File: "glfw/LICENSE.md"}}},
	"github.com/go-text/typesetting":  {{"HarfBuzz", Licence{ID: "MIT-Modern-Variant", File: "harfbuzz/LICENSE"}}},
}

// Inside reads what the module at path, which lies in dir, holds of others. That
// a file is gone is an error: the list has to be looked over.
func Inside(path, dir string) ([]Part, error) {
	parts := make([]Part, 0, len(inside[path]))
	for _, p := range inside[path] {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(p.File)))
		if err != nil {
			return nil, fmt.Errorf("reading the licence of %s in %s: %w", p.Name, path, err)
		}
		p.Text = strings.ToValidUTF8(string(text), "")
		parts = append(parts, p)
	}
	return parts, nil
}
