package rpcheck

// faultCases are the rows of the mock provider's table of faults.
func faultCases() []Case { return nil }
