package main

import "app.latchkey/app/presenter"

// problemShots are the pictures of the commonest problems.
var problemShots = []shot{
	{name: "problem-offline", documented: true, state: told("offline", presenter.NextRefresh, nil)},
	{name: "problem-locked", state: told("store_locked", presenter.NextUnlock, map[string]string{"Store": "GNOME Keyring"})},
	{name: "problem-restart", state: told("store_restart", presenter.NextRestart, map[string]string{"Store": "GNOME Keyring"})},
	{name: "problem-html", state: told("provider_html", presenter.NextRetry, map[string]string{"Host": longHost})},
	{name: "problem-config", state: told("config_invalid", presenter.NextOpenConfig, map[string]string{"Error": "providers.toml:3:1: key \"clientid\" is not known: did you mean \"client_id\"?"})},
}

func told(code string, next presenter.Next, values map[string]string) presenter.State {
	return signIn(func(s *presenter.State) {
		s.Demo = false
		s.Problem = &presenter.ProblemView{Code: code, Next: next, Detail: code, Values: values}
	})
}
