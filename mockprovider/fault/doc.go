// Package fault is the mock provider's misbehaviour as data. One table (Rows)
// lists all faults; each row says where it bends, what can be chosen about it,
// what it does, what a correct client must do about it, and which section
// demands that.
//
// A Spec makes a row active: its name, parameters, what it matches, how often
// it applies. The same Spec comes from Go, from the control API's JSON, from a
// configuration file and, by ParseFlag, from a command line:
//
//	p.AddFault(fault.Spec{Name: "latency", Params: fault.Params{"delay": "2s"}, Times: fault.Once})
//	{"name": "latency", "params": {"delay": "2s"}, "times": "once"}
//	mockprovider --fault latency:delay=2s,times=once
//
// An Engine holds the active faults of one provider and applies them at the
// stages of package stage. Faults apply in the order in which they were added.
// Two that bend the same place for the same requests are refused, because one
// would hide the other. Nothing is shared between providers or tenants, and
// nothing is a queue: a fault waits for the requests that it matches, however
// many others come by.
//
// To add a fault, add a row to one of the table_*.go files; documentation,
// control API, command line, the login page's menu and the tests that walk the
// table find it there.
package fault
