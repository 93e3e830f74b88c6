// What the Go side of this package and its C side know of each other. Only COM
// is in C: its tables of functions, and arguments in floating point registers.
#ifndef LATCHKEY_UIA_PROVIDER_H
#define LATCHKEY_UIA_PROVIDER_H

#include <stdint.h>

// uia_node is record of flatten.go: every field has four bytes. Nodes are known
// by their place in the array, -1 for none; texts by where they begin.
typedef struct {
	uint32_t id;
	int32_t parent, first, last, next, previous;
	int32_t control, level, live, position, size;
	uint32_t flags;
	int32_t x, y, width, height;
	uint32_t name, description, value;
} uia_node;

// The flags of flatten.go.
enum {
	FLAG_FOCUSABLE = 1 << 0,
	FLAG_FOCUSED = 1 << 1,
	FLAG_DISABLED = 1 << 2,
	FLAG_OFFSCREEN = 1 << 3,
	FLAG_PASSWORD = 1 << 4,
	FLAG_BUSY = 1 << 5,
	FLAG_INVOKE = 1 << 6,
	FLAG_TOGGLE = 1 << 7,
	FLAG_CHECKED = 1 << 8,
	FLAG_SELECT = 1 << 9,
	FLAG_SELECTED = 1 << 10,
	FLAG_VALUE = 1 << 11,
	FLAG_READ_ONLY = 1 << 12,
};

// What a reader asks for.
enum { ASK_TREES = 0, ASK_NO_TREES = 1, ASK_PRESS = 2, ASK_FOCUS = 3 };

typedef struct uia_bridge uia_bridge;

// uia_open follows a window of this thread. Asked are asked of the Go side by
// handle, on this thread too.
uia_bridge *uia_open(uintptr_t window, uintptr_t handle);
// uia_show replaces what is shown, by copies.
void uia_show(uia_bridge *b, const uia_node *nodes, int32_t count, const uint16_t *text, uint32_t units);
// uia_listening: somebody wants to hear of changes.
int uia_listening(uia_bridge *b);
// The changes. They may be told on any thread but the window's, which would wait.
void uia_tell_event(uia_bridge *b, uint32_t id, int32_t event);
void uia_tell_property(uia_bridge *b, uint32_t id, int32_t property);
void uia_tell_structure(uia_bridge *b);
void uia_tell_text(uia_bridge *b, const uint16_t *text, uint32_t units, int urgent);
// uia_rest asks for no more Trees if for so many milliseconds nobody has asked
// anything and nobody listens. The next question asks for them again.
void uia_rest(uia_bridge *b, uint32_t milliseconds);
// uia_close leaves the window, on its thread. What a reader still holds says that
// it is no longer there.
void uia_close(uia_bridge *b);
// uia_release is the end of the Go side's part in it, on any thread.
void uia_release(uia_bridge *b);

#endif
