/* A screen reader, as far as Wine 8 has one: it asks a window over UI Automation
   from a process of its own, prints what it hears, and never lets go of what it
   has once held. For each line on its standard input it asks for everything
   anew, what it holds included.

     reader TITLE */
#include <stdio.h>
#include <windows.h>
#include <oleauto.h>

typedef void *node;
struct condition { int type; };
struct request { struct condition *view; int scope; int *properties, propertyCount; int *patterns, patternCount; int mode; };

static HRESULT (WINAPI *fromHandle)(HWND, node *);
static HRESULT (WINAPI *propertyOf)(node, int, VARIANT *);
static HRESULT (WINAPI *navigate)(node, int, struct condition *, struct request *, SAFEARRAY **, BSTR *);
static HRESULT (WINAPI *fromVariant)(VARIANT *, node *);
static BOOL (WINAPI *letGo)(node);

static node held[10000];
static int count;

/* say prints what a node says of itself: its type and its name. */
static void say(int depth, node n)
{
    VARIANT name, type;
    char text[4096] = "";
    HRESULT got;
    VariantInit(&name);
    VariantInit(&type);
    got = propertyOf(n, 30005, &name);
    propertyOf(n, 30003, &type);
    if (name.vt == VT_BSTR) WideCharToMultiByte(CP_UTF8, 0, name.bstrVal, -1, text, sizeof text, NULL, NULL);
    for (char *c = text; *c; c++) if (*c == '\n') *c = ' ';
    printf("%*s%d|%s|%lx\n", depth, "", type.vt == VT_I4 ? (int)type.lVal : 0, text, (unsigned long)got);
    VariantClear(&name);
}

static node next(node n, int direction)
{
    static struct condition yes = {0};
    static struct request request = {&yes, 1, NULL, 0, NULL, 0, 1};
    SAFEARRAY *found = NULL;
    BSTR shape = NULL;
    node out = NULL;
    if (navigate(n, direction, &yes, &request, &found, &shape) == S_OK && found && SafeArrayGetDim(found) == 2) {
        LONG first[2] = {0, 0};
        VARIANT v;
        VariantInit(&v);
        if (SafeArrayGetElement(found, first, &v) == S_OK) fromVariant(&v, &out);
    }
    return out;
}

static void walk(int depth, node n)
{
    enum { NEXT = 1, FIRST = 3 };
    say(depth, n);
    if (count < (int)(sizeof held / sizeof *held)) held[count++] = n;
    for (node c = next(n, FIRST); c; c = next(c, NEXT)) walk(depth + 1, c);
}

int wmain(int argc, WCHAR **argv)
{
    char line[16];
    HMODULE core = LoadLibraryA("uiautomationcore.dll");
    if (argc != 2 || !core) return 2;
    fromHandle = (void *)GetProcAddress(core, "UiaNodeFromHandle");
    propertyOf = (void *)GetProcAddress(core, "UiaGetPropertyValue");
    navigate = (void *)GetProcAddress(core, "UiaNavigate");
    fromVariant = (void *)GetProcAddress(core, "UiaHUiaNodeFromVariant");
    letGo = (void *)GetProcAddress(core, "UiaNodeRelease");
    if (!fromHandle) return SendMessageW(FindWindowW(NULL, argv[1]), WM_GETOBJECT, 0, -25) ? 0 : 1; /* core.c's */
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    for (int round = 1;; round++) {
        node root = NULL;
        HWND window = FindWindowW(NULL, argv[1]);
        int before = count;
        for (int i = 0; round == 1 && !window && i < 300; i++) { /* it may not be there yet */
            Sleep(100);
            window = FindWindowW(NULL, argv[1]);
        }
        printf("held\n");
        for (int i = 0; i < before; i++) say(0, held[i]);
        printf("shown\n");
        if (window && fromHandle(window, &root) == S_OK) walk(0, root);
        printf("round %d\n", round);
        fflush(stdout);
        if (!fgets(line, sizeof line, stdin)) break;
        if (*line == 'c') { /* fyne.c's next second */
            PostMessageW(window, WM_APP, 0, 0);
            Sleep(200);
        }
    }
    for (int i = 0; i < count; i++) letGo(held[i]);
    printf("let go of %d\n", count);
    return 0;
}
