/* Fyne's own provider for readers (build tag accessibility), in a window of which
   one text counts down. What Wine 8 lacks does nothing, and the window's thread
   joins the multi-threaded apartment, for Wine deadlocks otherwise. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

static HRESULT WINAPI nothing(void *p, int a, int *b, int c)
{
    (void)p, (void)a, (void)b, (void)c;
    return S_OK;
}

static FARPROC present(HMODULE module, const char *name)
{
    return strcmp(name, "UiaRaiseStructureChangedEvent") ? GetProcAddress(module, name) : (FARPROC)nothing;
}

#define GetProcAddress present
#include "accessibility_windows.c"
#undef GetProcAddress

static void show(int left)
{
    char text[32];
    sprintf(text, "%d seconds left", left);
    WinAccessibilityClearElements();
    WinAccessibilityAddElement("Waiting for your browser", WinAccessibilityRoleText, 10, 10, 200, 20);
    WinAccessibilityAddElement(text, WinAccessibilityRoleText, 10, 40, 200, 20);
    WinAccessibilityAddElement("Cancel", WinAccessibilityRoleButton, 10, 80, 200, 20);
    WinAccessibilityUpdate();
}

int main(void)
{
    WNDCLASSW class = {.lpfnWndProc = DefWindowProcW, .lpszClassName = L"countdown"};
    MSG message;
    int left = 1000;
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    RegisterClassW(&class);
    HWND window = CreateWindowW(L"countdown", L"Countdown", WS_OVERLAPPEDWINDOW | WS_VISIBLE, 10, 10, 400, 300, NULL, NULL, NULL, NULL);
    WinAccessibilitySetWindow(window);
    show(left);
    while (GetMessageW(&message, NULL, 0, 0) > 0) {
        if (message.message == WM_APP) show(--left); /* told to by the test, through reader.c */
        DispatchMessageW(&message);
    }
    return 0;
}
