package mockprovider

import (
	"slices"

	"app.latchkey/mockprovider/tomlfile"
)

// checkNames lists all checks, for those who write their own words for one.
func checkNames() []string {
	// Those outside the tables, where the check is one step of an answer.
	names := []string{
		"parameters_form", "prompt_none", "revoke_token_present", "revoke_known", "revoke_client",
		"tokeninfo_one_token", "tokeninfo_known", "person_fields", "application_client",
		"application_token_present", "application_token", "login_cancelled", "consent_denied", "consent_nothing_ticked",
	}
	names = appendNames(names, clientChecks)
	names = appendNames(names, requestChecks)
	names = appendNames(names, formChecks)
	names = appendNames(names, clientAuthChecks)
	names = appendNames(names, codeChecks)
	names = appendNames(names, refreshChecks)
	names = appendNames(names, bearerChecks)
	names = appendNames(names, userinfoScope)
	names = appendNames(names, peopleScope)
	names = appendNames(names, introspectionChecks)
	names = appendNames(names, endSessionChecks)
	names = appendNames(names, userAgentPresent)
	names = appendNames(names, emailsScope)
	slices.Sort(names)
	return slices.Compact(names)
}

func appendNames[T any](names []string, checks []check[T]) []string {
	for _, c := range checks {
		names = append(names, c.name)
	}
	return names
}

// nearest ends an error about an unknown name.
func nearest(name string, known []string) string {
	if near := tomlfile.Nearest(name, known); near != "" {
		return ": did you mean " + near + "?"
	}
	return ""
}
