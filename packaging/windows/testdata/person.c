// Runs a command line without an administrator's rights, which Wine's user always
// has, and ends as it did.
#include <wchar.h>
#include <windows.h>

int wmain(int argc, wchar_t **argv)
{
	HANDLE token, limited;
	BYTE sid[SECURITY_MAX_SID_SIZE];
	DWORD size = sizeof sid, code = 1;
	SID_AND_ATTRIBUTES administrators = {sid, 0};
	STARTUPINFOW start = {sizeof start};
	PROCESS_INFORMATION process;
	wchar_t line[4096] = L"";

	for (int i = 1; i < argc && wcslen(line) + wcslen(argv[i]) + 2 < 4096; i++) {
		if (i > 1)
			wcscat(line, L" ");
		wcscat(line, argv[i]);
	}
	start.dwFlags = STARTF_USESTDHANDLES;
	start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
	start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
	start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &token) ||
	    !CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, sid, &size) ||
	    !CreateRestrictedToken(token, 0, 1, &administrators, 0, NULL, 0, NULL, &limited) ||
	    !CreateProcessAsUserW(limited, NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process))
		return 1;
	WaitForSingleObject(process.hProcess, INFINITE);
	GetExitCodeProcess(process.hProcess, &code);
	return code;
}
