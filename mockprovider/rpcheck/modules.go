package rpcheck

// moduleCases are the modules of the OpenID conformance suite.
func moduleCases() []Case { return nil }
