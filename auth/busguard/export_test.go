//go:build linux

package busguard

// The tests stand outside the package: a test file inside it that imported
// testing or net would delay the package's init() and change what is tested.

type Socket = socket

const (
	Patience    = patience
	EnvName     = envName
	DeadAddress = deadAddress
)

func Probe(s Socket) Bus { return probe(s) }

func Decide(env func(string) (string, bool), uid int, probe func(Socket) Bus) (Bus, string) {
	d := decide(env, uid, probe)
	return d.state, d.address
}
