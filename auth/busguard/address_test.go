//go:build linux

package busguard_test

import (
	"maps"
	"slices"
	"testing"

	"app.latchkey/auth/busguard"
)

func TestDecide(t *testing.T) {
	const runtime = "/run/user/1000/bus"
	for _, c := range []struct {
		name   string
		env    map[string]string
		answer map[busguard.Socket]busguard.Bus // what is not listed is dead
		state  busguard.Bus
		want   string
		asked  []busguard.Socket
	}{
		{"plain path", map[string]string{busguard.EnvName: "unix:path=/tmp/b"}, map[busguard.Socket]busguard.Bus{"/tmp/b": busguard.Live}, busguard.Live, "unix:path=/tmp/b", []busguard.Socket{"/tmp/b"}},
		{"other keys are kept", map[string]string{busguard.EnvName: "unix:path=/tmp/b,guid=ab12"}, map[busguard.Socket]busguard.Bus{"/tmp/b": busguard.Live}, busguard.Live, "unix:path=/tmp/b,guid=ab12", nil},
		{"guid first", map[string]string{busguard.EnvName: "unix:guid=ab12,path=/tmp/b"}, map[busguard.Socket]busguard.Bus{"/tmp/b": busguard.Live}, busguard.Live, "unix:path=/tmp/b,guid=ab12", nil},
		{"abstract", map[string]string{busguard.EnvName: "unix:abstract=/tmp/dbus-x,guid=0"}, map[busguard.Socket]busguard.Bus{"@/tmp/dbus-x": busguard.Live}, busguard.Live, "unix:abstract=/tmp/dbus-x,guid=0", nil},
		{"runtime", map[string]string{busguard.EnvName: "unix:runtime=yes", "XDG_RUNTIME_DIR": "/r/"}, map[busguard.Socket]busguard.Bus{"/r/bus": busguard.Live}, busguard.Live, "unix:path=/r/bus", nil},
		{"runtime without a directory", map[string]string{busguard.EnvName: "unix:runtime=yes"}, nil, busguard.Dead, busguard.DeadAddress, []busguard.Socket{}},
		{"escaped, made plain for the old godbus", map[string]string{busguard.EnvName: "unix:path=/tmp/a%2bb%C3%A9"}, map[busguard.Socket]busguard.Bus{"/tmp/a+bé": busguard.Live}, busguard.Live, "unix:path=/tmp/a+bé", nil},
		{"escape that must stay", map[string]string{busguard.EnvName: "unix:path=/tmp/a%2cb"}, map[busguard.Socket]busguard.Bus{"/tmp/a,b": busguard.Live}, busguard.Live, "unix:path=/tmp/a%2cb", nil},
		{"broken escape", map[string]string{busguard.EnvName: "unix:path=/tmp/a%2"}, nil, busguard.Dead, busguard.DeadAddress, []busguard.Socket{}},
		{"NUL", map[string]string{busguard.EnvName: "unix:path=/tmp/a%00b"}, nil, busguard.Dead, busguard.DeadAddress, []busguard.Socket{}},
		{"list, second lives", map[string]string{busguard.EnvName: "unix:path=/a;unix:path=/b"}, map[busguard.Socket]busguard.Bus{"/b": busguard.Live}, busguard.Live, "unix:path=/b", []busguard.Socket{"/a", "/b"}},
		{"list, mute before live", map[string]string{busguard.EnvName: "unix:path=/a;unix:path=/b"}, map[busguard.Socket]busguard.Bus{"/a": busguard.Mute, "/b": busguard.Live}, busguard.Live, "unix:path=/b", nil},
		{"list, all bad", map[string]string{busguard.EnvName: "unix:path=/a;unix:path=/b"}, map[busguard.Socket]busguard.Bus{"/a": busguard.Mute}, busguard.Mute, busguard.DeadAddress, nil},
		{"unknown transport is skipped", map[string]string{busguard.EnvName: "unixexec:path=/bin/x;unix:path=/b"}, map[busguard.Socket]busguard.Bus{"/b": busguard.Live}, busguard.Live, "unix:path=/b", nil},
		{"tcp is left alone", map[string]string{busguard.EnvName: "tcp:host=127.0.0.1,port=9"}, nil, busguard.Unchecked, "tcp:host=127.0.0.1,port=9", []busguard.Socket{}},
		{"path and abstract", map[string]string{busguard.EnvName: "unix:path=/a,abstract=b"}, nil, busguard.Dead, busguard.DeadAddress, []busguard.Socket{}},
		{"not an address", map[string]string{busguard.EnvName: "rubbish"}, nil, busguard.Dead, busguard.DeadAddress, []busguard.Socket{}},
		{"mute", map[string]string{busguard.EnvName: "unix:path=/a"}, map[busguard.Socket]busguard.Bus{"/a": busguard.Mute}, busguard.Mute, busguard.DeadAddress, nil},
		{"dead", map[string]string{busguard.EnvName: "unix:path=/a"}, nil, busguard.Dead, busguard.DeadAddress, nil},
		{"set but dead does not fall back to the default", map[string]string{busguard.EnvName: "unix:path=/a", "XDG_RUNTIME_DIR": "/r"}, map[busguard.Socket]busguard.Bus{"/r/bus": busguard.Live}, busguard.Dead, busguard.DeadAddress, []busguard.Socket{"/a"}},
		{"unset, XDG", map[string]string{"XDG_RUNTIME_DIR": "/r"}, map[busguard.Socket]busguard.Bus{"/r/bus": busguard.Live}, busguard.Live, "unix:path=/r/bus", []busguard.Socket{"/r/bus"}},
		{"unset, usual place", map[string]string{"XDG_RUNTIME_DIR": "/r"}, map[busguard.Socket]busguard.Bus{runtime: busguard.Live}, busguard.Live, "unix:path=" + runtime, []busguard.Socket{"/r/bus", runtime}},
		{"unset, asked once", map[string]string{"XDG_RUNTIME_DIR": "/run/user/1000"}, nil, busguard.Missing, busguard.DeadAddress, []busguard.Socket{runtime}},
		{"unset, relative XDG", map[string]string{"XDG_RUNTIME_DIR": "r"}, nil, busguard.Missing, busguard.DeadAddress, []busguard.Socket{runtime}},
		{"empty", map[string]string{busguard.EnvName: ""}, nil, busguard.Missing, busguard.DeadAddress, []busguard.Socket{runtime}},
		{"autolaunch", map[string]string{busguard.EnvName: "autolaunch:"}, nil, busguard.Missing, busguard.DeadAddress, []busguard.Socket{runtime}},
		{"unset, mute", map[string]string{}, map[busguard.Socket]busguard.Bus{runtime: busguard.Mute}, busguard.Mute, busguard.DeadAddress, nil},
		{"XDG path with a comma", map[string]string{"XDG_RUNTIME_DIR": "/r,s"}, map[busguard.Socket]busguard.Bus{"/r,s/bus": busguard.Live}, busguard.Live, "unix:path=/r%2cs/bus", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := []busguard.Socket{}
			got, address := busguard.Decide(
				func(k string) (string, bool) { v, ok := c.env[k]; return v, ok },
				1000,
				func(s busguard.Socket) busguard.Bus {
					asked = append(asked, s)
					if b, ok := c.answer[s]; ok {
						return b
					}
					return busguard.Dead
				})
			if got != c.state || address != c.want {
				t.Errorf("decide(%v) = %v %q, want %v %q", maps.All(c.env), got, address, c.state, c.want)
			}
			if c.asked != nil && !slices.Equal(asked, c.asked) {
				t.Errorf("probed %q, want %q", asked, c.asked)
			}
		})
	}
}
