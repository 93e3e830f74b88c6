// What the C files of this package know of each other.
#ifndef LATCHKEY_UIA_INTERNAL_H
#define LATCHKEY_UIA_INTERNAL_H

#define COBJMACROS
#include <windows.h>
#include <oleauto.h>
#include <uiautomation.h>

#include "provider_windows.h"

enum { ROOT_ID = 1 }; // accessibility.WindowID

// snapshot is what the window shows; it is never changed.
typedef struct {
	int32_t count;
	uint32_t units;
	const uia_node *nodes;
	const WCHAR *text;
} snapshot;

struct uia_bridge {
	LONG references;
	HWND window;
	WNDPROC before; // the window's own
	UINT asked;     // the message by which another thread asks for something
	uintptr_t handle; // of the Go side; 0 when that is closed. The window's thread alone

	LONG resting;           // no Trees come
	volatile LONG64 latest; // question, in milliseconds since Windows was started

	SRWLOCK lock;
	snapshot *shown; // NULL: nothing

	HMODULE core;
	LRESULT(WINAPI *answer)(HWND, WPARAM, LPARAM, IRawElementProviderSimple *);
	HRESULT(WINAPI *host)(HWND, IRawElementProviderSimple **);
	BOOL(WINAPI *listening)(void);
	HRESULT(WINAPI *raise)(IRawElementProviderSimple *, int);
	HRESULT(WINAPI *raise_property)(IRawElementProviderSimple *, int, VARIANT, VARIANT);
	HRESULT(WINAPI *raise_structure)(IRawElementProviderSimple *, int, int *, int);
	HRESULT(WINAPI *raise_text)(IRawElementProviderSimple *, int, int, BSTR, BSTR); // Windows 10 1709
};

void bridge_hold(uia_bridge *b);
void bridge_release(uia_bridge *b);

// bridge_asked notes that a reader has asked something.
void bridge_asked(uia_bridge *b);

// node_copy is the node of an ID; FALSE: it is not shown.
BOOL node_copy(uia_bridge *b, uint32_t id, uia_node *out);
// node_text is a new string from the place of one of a node's texts; "" of a node
// that is not shown.
enum { TEXT_NAME, TEXT_DESCRIPTION, TEXT_VALUE };
BSTR node_text(uia_bridge *b, uint32_t id, int which);
// node_next is the ID of a node's neighbour; 0: there is none. *there tells whether
// the node is.
uint32_t node_next(uia_bridge *b, uint32_t id, enum NavigateDirection direction, BOOL *there);
// node_at is the last node that holds a pixel of the window's; 0: none does.
uint32_t node_at(uia_bridge *b, LONG x, LONG y);
// node_focused is the node with the keyboard; 0: there is none.
uint32_t node_focused(uia_bridge *b);

// element_new is an object for a reader, with one reference; NULL: no memory.
IRawElementProviderSimple *element_new(uia_bridge *b, uint32_t id);
HRESULT element_property(uia_bridge *b, uint32_t id, int property, VARIANT *out);

#endif
