//go:build windows && cgo

// The window's side: answers Windows' question for a provider, has what readers
// ask for done on the window's thread, and tells of changes.
#include "internal_windows.h"

#include "_cgo_export.h"

static const WCHAR property[] = L"app.latchkey.uia"; // of the window: its bridge

void bridge_hold(uia_bridge *b) { InterlockedIncrement(&b->references); }

void bridge_release(uia_bridge *b) {
	if (InterlockedDecrement(&b->references) == 0) {
		free(b->shown);
		free(b);
	}
}

// load finds Windows' side of it, when it is first wanted: most people never do.
static BOOL load(uia_bridge *b) {
	if (b->core) return b->answer && b->host;
	b->core = LoadLibraryExW(L"uiautomationcore.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
	if (!b->core) return FALSE;
	b->answer = (void *)GetProcAddress(b->core, "UiaReturnRawElementProvider");
	b->host = (void *)GetProcAddress(b->core, "UiaHostProviderFromHwnd");
	b->listening = (void *)GetProcAddress(b->core, "UiaClientsAreListening");
	b->raise = (void *)GetProcAddress(b->core, "UiaRaiseAutomationEvent");
	b->raise_property = (void *)GetProcAddress(b->core, "UiaRaiseAutomationPropertyChangedEvent");
	b->raise_text = (void *)GetProcAddress(b->core, "UiaRaiseNotificationEvent");
	// Wines that lack the former have one of these that ends the program.
	if (b->raise_text) b->raise_structure = (void *)GetProcAddress(b->core, "UiaRaiseStructureChangedEvent");
	return b->answer && b->host;
}

// leave gives the window its own function back, unless another has come between.
static void leave(uia_bridge *b, WNDPROC us) {
	if ((WNDPROC)GetWindowLongPtrW(b->window, GWLP_WNDPROC) == us) {
		SetWindowLongPtrW(b->window, GWLP_WNDPROC, (LONG_PTR)b->before);
		RemovePropW(b->window, property);
		bridge_release(b);
	}
}

void bridge_asked(uia_bridge *b) {
	InterlockedExchange64(&b->latest, GetTickCount64());
	if (InterlockedExchange(&b->resting, 0)) PostMessageW(b->window, b->asked, ASK_TREES, 0);
}

void uia_rest(uia_bridge *b, uint32_t milliseconds) {
	if (!b->core || uia_listening(b) || GetTickCount64() - b->latest < milliseconds) return;
	if (b->resting) return;
	PostMessageW(b->window, b->asked, ASK_NO_TREES, 0);
	InterlockedExchange(&b->resting, 1); // after it: who asks from now on is heard later
}

static LRESULT CALLBACK follow(HWND window, UINT message, WPARAM w, LPARAM l) {
	uia_bridge *b = GetPropW(window, property);
	if (!b) return DefWindowProcW(window, message, w, l);
	WNDPROC before = b->before;
	if (message == WM_GETOBJECT && (DWORD)l == (DWORD)UiaRootObjectId && b->handle && load(b)) {
		bridge_asked(b);
		uiaAsked(b->handle, ASK_TREES, 0); // at once, so that the first question is answered
		IRawElementProviderSimple *root = element_new(b, ROOT_ID);
		if (root) {
			LRESULT out = b->answer(window, w, l, root);
			IRawElementProviderSimple_Release(root);
			return out;
		}
	}
	if (message == b->asked) {
		if (b->handle) uiaAsked(b->handle, (int32_t)w, (uint32_t)l);
		return 0;
	}
	if (message == WM_NCDESTROY) {
		if (b->answer) b->answer(window, 0, 0, NULL);
		uia_show(b, NULL, 0, NULL, 0);
		leave(b, follow);
		return CallWindowProcW(before, window, message, w, l);
	}
	return CallWindowProcW(before, window, message, w, l);
}

uia_bridge *uia_open(uintptr_t window, uintptr_t handle) {
	uia_bridge *b = calloc(1, sizeof *b);
	if (!b) return NULL;
	b->references = 2; // the Go side's and the window's
	b->window = (HWND)window;
	b->handle = handle;
	InitializeSRWLock(&b->lock);
	b->asked = RegisterWindowMessageW(property);
	b->before = (WNDPROC)GetWindowLongPtrW(b->window, GWLP_WNDPROC);
	if (!b->asked || !b->before || GetPropW(b->window, property) || !SetPropW(b->window, property, b)) {
		free(b);
		return NULL;
	}
	SetWindowLongPtrW(b->window, GWLP_WNDPROC, (LONG_PTR)follow);
	return b;
}

void uia_close(uia_bridge *b) {
	b->handle = 0;
	uia_show(b, NULL, 0, NULL, 0);
	if (IsWindow(b->window) && GetPropW(b->window, property) == b) {
		if (b->answer) b->answer(b->window, 0, 0, NULL);
		leave(b, follow);
	}
}

void uia_release(uia_bridge *b) { bridge_release(b); }

int uia_listening(uia_bridge *b) { return b->core && b->listening && b->listening(); }

void uia_tell_event(uia_bridge *b, uint32_t id, int32_t event) {
	IRawElementProviderSimple *e = b->raise ? element_new(b, id) : NULL;
	if (!e) return;
	b->raise(e, event);
	IRawElementProviderSimple_Release(e);
}

void uia_tell_property(uia_bridge *b, uint32_t id, int32_t changed) {
	VARIANT before, now;
	IRawElementProviderSimple *e = b->raise_property ? element_new(b, id) : NULL;
	if (!e) return;
	VariantInit(&before);
	if (element_property(b, id, changed, &now) == S_OK && now.vt != VT_EMPTY) b->raise_property(e, changed, before, now);
	VariantClear(&now);
	IRawElementProviderSimple_Release(e);
}

void uia_tell_structure(uia_bridge *b) {
	enum { CHILDREN_INVALIDATED = 2 };
	IRawElementProviderSimple *e = b->raise_structure ? element_new(b, ROOT_ID) : NULL;
	if (!e) return;
	b->raise_structure(e, CHILDREN_INVALIDATED, NULL, 0);
	IRawElementProviderSimple_Release(e);
}

void uia_tell_text(uia_bridge *b, const uint16_t *text, uint32_t units, int urgent) {
	enum { KIND_OTHER = 4, PROCESS_IMPORTANT_ALL = 0, PROCESS_ALL = 2 };
	IRawElementProviderSimple *e = b->raise_text ? element_new(b, ROOT_ID) : NULL;
	if (!e) return;
	BSTR say = SysAllocStringLen(text, units), activity = SysAllocString(property);
	if (say && activity) b->raise_text(e, KIND_OTHER, urgent ? PROCESS_IMPORTANT_ALL : PROCESS_ALL, say, activity);
	SysFreeString(say);
	SysFreeString(activity);
	IRawElementProviderSimple_Release(e);
}
