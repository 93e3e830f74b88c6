package fault

import (
	"fmt"
	"strings"
)

// Markdown returns the table for the documentation: one row per fault, its
// name in backquotes in the first column.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| fault | where | what happens | parameters | client | what a correct client does | demanded by |\n|---|---|---|---|---|---|---|\n")
	for _, r := range table {
		var params []string
		for _, p := range r.Params {
			value := p.Default
			if value == "" {
				value = "(none)"
			}
			params = append(params, fmt.Sprintf("`%s` = %s: %s", p.Name, value, p.About))
		}
		where := string(r.Stage)
		if r.Movable() && r.Endpoint != "" {
			where += ", " + r.Endpoint
		}
		if r.Grant != "" {
			where += ", " + r.Grant
		}
		spec := r.Spec
		if r.Suite != "" {
			spec = strings.TrimPrefix(spec+"; "+r.Suite, "; ")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s |\n", r.Name, where, r.About, strings.Join(params, "; "), r.Client, r.Must, spec)
	}
	return b.String()
}
