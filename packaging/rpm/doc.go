// Package rpm holds what the .rpm is made of, and the test that installs,
// upgrades and removes it.
//
//	make.sh        stages the files, has rpmbuild pack them and rpmlint look (`make package`)
//	package.spec   a template; packaging/linux has what all of Linux shares
//	rpmlint.toml   what rpmlint is not asked for, each with its reason
//	rpm_test.go    tries it (`make test-packages`)
package rpm
