/* Stands in for uiautomationcore.dll, which in Wine 8 has nobody to hear events
   and nobody to press: it writes each event into C:\heard.txt, and presses what
   C:\press.txt names, from a thread of its own. */
#define COBJMACROS
#include <stdio.h>
#include <windows.h>
#include <oleauto.h>
#include <uiautomation.h>

#define EXPORT __declspec(dllexport)

static IRawElementProviderSimple *root;

static void hear(const char *what, int number, BSTR text)
{
    static SRWLOCK one = SRWLOCK_INIT;
    char utf8[4096] = "";
    FILE *file;
    if (text) WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, sizeof utf8, NULL, NULL);
    for (char *c = utf8; *c; c++) if (*c == '\n') *c = ' ';
    AcquireSRWLockExclusive(&one);
    if ((file = fopen("C:\\heard.txt", "a"))) {
        fprintf(file, "%s %d %s\n", what, number, utf8);
        fclose(file);
    }
    ReleaseSRWLockExclusive(&one);
}

static BSTR name(IRawElementProviderSimple *p)
{
    VARIANT v;
    VariantInit(&v);
    return IRawElementProviderSimple_GetPropertyValue(p, 30005, &v) == S_OK && v.vt == VT_BSTR ? v.bstrVal : NULL;
}

static const IID fragment = {0xf7063da8, 0x8359, 0x439c, {0x92, 0x97, 0xbb, 0xc5, 0x29, 0x9a, 0x7d, 0x87}};
static const IID simple = {0xd6dd68d1, 0x86fd, 0x4332, {0x86, 0x66, 0x9a, 0xbe, 0xde, 0xa2, 0xd2, 0x4c}};

/* press invokes the first of f's children that has a name. */
static BOOL press(IRawElementProviderFragment *f, const WCHAR *wanted)
{
    IRawElementProviderFragment *child = NULL, *next;
    BOOL found = FALSE;
    IRawElementProviderFragment_Navigate(f, NavigateDirection_FirstChild, &child);
    for (; child; child = next) {
        IRawElementProviderSimple *s = NULL;
        IUnknown *face = NULL;
        BSTR called;
        IRawElementProviderFragment_QueryInterface(child, &simple, (void **)&s);
        called = name(s);
        if (!found && called && !wcscmp(called, wanted)) {
            found = TRUE;
            IRawElementProviderSimple_GetPatternProvider(s, 10000, &face);
            if (face) {
                HRESULT (STDMETHODCALLTYPE *invoke)(IUnknown *) = ((void **)face->lpVtbl)[3];
                hear("pressed", invoke(face), called);
                IUnknown_Release(face);
            }
        }
        found = found || press(child, wanted);
        SysFreeString(called);
        IRawElementProviderSimple_Release(s);
        next = NULL;
        if (!found) IRawElementProviderFragment_Navigate(child, NavigateDirection_NextSibling, &next);
        IRawElementProviderFragment_Release(child);
    }
    return found;
}

static DWORD WINAPI hand(void *unused)
{
    (void)unused;
    for (;; Sleep(20)) {
        char text[256] = "";
        WCHAR wanted[256];
        IRawElementProviderFragment *f = NULL;
        FILE *file = fopen("C:\\press.txt", "rb");
        if (!file) continue;
        fread(text, 1, sizeof text - 1, file);
        fclose(file);
        remove("C:\\press.txt");
        MultiByteToWideChar(CP_UTF8, 0, text, -1, wanted, 256);
        IRawElementProviderSimple_QueryInterface(root, &fragment, (void **)&f);
        if (!press(f, wanted)) hear("not there", 0, wanted);
        IRawElementProviderFragment_Release(f);
    }
}

EXPORT LRESULT WINAPI UiaReturnRawElementProvider(HWND window, WPARAM w, LPARAM l, IRawElementProviderSimple *p)
{
    (void)window, (void)w, (void)l;
    if (p && !root) {
        root = p;
        IRawElementProviderSimple_AddRef(p);
        CreateThread(NULL, 0, hand, NULL, 0, NULL);
    }
    return p != NULL;
}

EXPORT HRESULT WINAPI UiaHostProviderFromHwnd(HWND window, IRawElementProviderSimple **out)
{
    (void)window;
    *out = NULL;
    return S_OK;
}

EXPORT BOOL WINAPI UiaClientsAreListening(void) { return TRUE; }

EXPORT HRESULT WINAPI UiaRaiseAutomationEvent(IRawElementProviderSimple *p, EVENTID event)
{
    hear("event", event, name(p));
    return S_OK;
}

EXPORT HRESULT WINAPI UiaRaiseAutomationPropertyChangedEvent(IRawElementProviderSimple *p, PROPERTYID property, VARIANT before, VARIANT now)
{
    (void)p, (void)before;
    hear("property", property, now.vt == VT_BSTR ? now.bstrVal : NULL);
    return S_OK;
}

EXPORT HRESULT WINAPI UiaRaiseStructureChangedEvent(IRawElementProviderSimple *p, int kind, int *number, int count)
{
    (void)p, (void)number, (void)count;
    hear("structure", kind, NULL);
    return S_OK;
}

EXPORT HRESULT WINAPI UiaRaiseNotificationEvent(IRawElementProviderSimple *p, int kind, int processing, BSTR text, BSTR activity)
{
    (void)p, (void)kind, (void)activity;
    hear("say", processing, text);
    return S_OK;
}
