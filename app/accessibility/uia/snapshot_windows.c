//go:build windows && cgo

// What is shown, and questions about it. They come from any thread; each holds
// the lock for as long as it copies something small.
#include "internal_windows.h"

// find is the place of an ID's node, -1 if it is not shown. Under the lock.
static int32_t find(const snapshot *s, uint32_t id) {
	if (s)
		for (int32_t i = 0; i < s->count; i++)
			if (s->nodes[i].id == id) return i;
	return -1;
}

// id_of is the ID of the node at a place. Under the lock.
static uint32_t id_of(const snapshot *s, int32_t i) { return i >= 0 && i < s->count ? s->nodes[i].id : 0; }

BOOL node_copy(uia_bridge *b, uint32_t id, uia_node *out) {
	bridge_asked(b);
	AcquireSRWLockShared(&b->lock);
	int32_t i = find(b->shown, id);
	if (i >= 0) *out = b->shown->nodes[i];
	ReleaseSRWLockShared(&b->lock);
	return i >= 0;
}

BSTR node_text(uia_bridge *b, uint32_t id, int which) {
	BSTR out = NULL;
	AcquireSRWLockShared(&b->lock);
	int32_t i = find(b->shown, id);
	if (i >= 0) {
		const uia_node *n = &b->shown->nodes[i];
		uint32_t at = which == TEXT_NAME ? n->name : which == TEXT_DESCRIPTION ? n->description : n->value;
		if (at < b->shown->units) out = SysAllocString(b->shown->text + at);
	}
	ReleaseSRWLockShared(&b->lock);
	return out ? out : SysAllocString(L"");
}

uint32_t node_next(uia_bridge *b, uint32_t id, enum NavigateDirection direction, BOOL *there) {
	uint32_t out = 0;
	bridge_asked(b);
	AcquireSRWLockShared(&b->lock);
	int32_t i = find(b->shown, id);
	*there = i >= 0;
	if (i >= 0) {
		const uia_node *n = &b->shown->nodes[i];
		switch (direction) {
		case NavigateDirection_Parent: out = id_of(b->shown, n->parent); break;
		case NavigateDirection_NextSibling: out = id_of(b->shown, n->next); break;
		case NavigateDirection_PreviousSibling: out = id_of(b->shown, n->previous); break;
		case NavigateDirection_FirstChild: out = id_of(b->shown, n->first); break;
		case NavigateDirection_LastChild: out = id_of(b->shown, n->last); break;
		}
	}
	ReleaseSRWLockShared(&b->lock);
	return out;
}

uint32_t node_at(uia_bridge *b, LONG x, LONG y) {
	uint32_t out = 0;
	bridge_asked(b);
	AcquireSRWLockShared(&b->lock);
	for (int32_t i = 0; b->shown && i < b->shown->count; i++) {
		const uia_node *n = &b->shown->nodes[i];
		if (x >= n->x && y >= n->y && x < n->x + n->width && y < n->y + n->height && !(n->flags & FLAG_OFFSCREEN)) out = n->id;
	}
	ReleaseSRWLockShared(&b->lock);
	return out;
}

uint32_t node_focused(uia_bridge *b) {
	uint32_t out = 0;
	bridge_asked(b);
	AcquireSRWLockShared(&b->lock);
	for (int32_t i = 0; b->shown && i < b->shown->count && !out; i++)
		if (b->shown->nodes[i].flags & FLAG_FOCUSED) out = b->shown->nodes[i].id;
	ReleaseSRWLockShared(&b->lock);
	return out;
}

// show puts a snapshot, or NULL, in the place of the one before.
static void show(uia_bridge *b, snapshot *s) {
	AcquireSRWLockExclusive(&b->lock);
	snapshot *old = b->shown;
	b->shown = s;
	ReleaseSRWLockExclusive(&b->lock);
	free(old);
}

void uia_show(uia_bridge *b, const uia_node *nodes, int32_t count, const uint16_t *text, uint32_t units) {
	if (count == 0) {
		show(b, NULL);
		return;
	}
	// One piece of memory: the snapshot, its nodes, its texts.
	size_t size = sizeof(snapshot) + count * sizeof *nodes + units * sizeof *text;
	snapshot *s = malloc(size);
	if (!s) return;
	uia_node *n = (uia_node *)(s + 1);
	WCHAR *t = (WCHAR *)(n + count);
	memcpy(n, nodes, count * sizeof *nodes);
	memcpy(t, text, units * sizeof *text);
	*s = (snapshot){count, units, n, t};
	show(b, s);
}

// The numbers are Windows' own (uiautomationclient.h).
enum {
	PROPERTY_CONTROL = 30003,
	PROPERTY_NAME = 30005,
	PROPERTY_HAS_FOCUS = 30008,
	PROPERTY_FOCUSABLE = 30009,
	PROPERTY_ENABLED = 30010,
	PROPERTY_AUTOMATION_ID = 30011,
	PROPERTY_HELP_TEXT = 30013,
	PROPERTY_CONTROL_ELEMENT = 30016,
	PROPERTY_CONTENT_ELEMENT = 30017,
	PROPERTY_PASSWORD = 30019,
	PROPERTY_OFFSCREEN = 30022,
	PROPERTY_FRAMEWORK = 30024,
	PROPERTY_VALUE_VALUE = 30045,
	PROPERTY_VALUE_READ_ONLY = 30046,
	PROPERTY_IS_SELECTED = 30079,
	PROPERTY_TOGGLE_STATE = 30086,
	PROPERTY_ARIA = 30102,
	PROPERTY_LIVE = 30135,
	PROPERTY_POSITION = 30152,
	PROPERTY_SIZE = 30153,
	PROPERTY_HEADING = 30173,
};

static void put_bool(VARIANT *out, uint32_t on) {
	out->vt = VT_BOOL;
	out->boolVal = on ? VARIANT_TRUE : VARIANT_FALSE;
}

static void put_number(VARIANT *out, int32_t n) {
	out->vt = VT_I4;
	out->lVal = n;
}

static void put_text(VARIANT *out, BSTR s) {
	out->vt = s ? VT_BSTR : VT_EMPTY;
	out->bstrVal = s;
}

HRESULT element_property(uia_bridge *b, uint32_t id, int property, VARIANT *out) {
	uia_node n;
	WCHAR digits[12];
	VariantInit(out);
	if (!node_copy(b, id, &n)) return UIA_E_ELEMENTNOTAVAILABLE;
	if (property == PROPERTY_FRAMEWORK) put_text(out, SysAllocString(L"Fyne"));
	if (id == ROOT_ID) return S_OK; // Windows knows the rest of a window
	switch (property) {
	case PROPERTY_CONTROL: put_number(out, n.control); break;
	case PROPERTY_NAME: put_text(out, node_text(b, id, TEXT_NAME)); break;
	case PROPERTY_HELP_TEXT: put_text(out, node_text(b, id, TEXT_DESCRIPTION)); break;
	case PROPERTY_HAS_FOCUS: put_bool(out, (n.flags & FLAG_FOCUSED) && GetForegroundWindow() == b->window); break;
	case PROPERTY_FOCUSABLE: put_bool(out, n.flags & FLAG_FOCUSABLE); break;
	case PROPERTY_ENABLED: put_bool(out, !(n.flags & FLAG_DISABLED)); break;
	case PROPERTY_AUTOMATION_ID:
		wsprintfW(digits, L"%u", n.id);
		put_text(out, SysAllocString(digits));
		break;
	case PROPERTY_CONTROL_ELEMENT:
	case PROPERTY_CONTENT_ELEMENT: put_bool(out, 1); break;
	case PROPERTY_PASSWORD: put_bool(out, n.flags & FLAG_PASSWORD); break;
	case PROPERTY_OFFSCREEN: put_bool(out, n.flags & FLAG_OFFSCREEN); break;
	case PROPERTY_VALUE_VALUE: if (n.flags & FLAG_VALUE) put_text(out, node_text(b, id, TEXT_VALUE)); break;
	case PROPERTY_VALUE_READ_ONLY: if (n.flags & FLAG_VALUE) put_bool(out, n.flags & FLAG_READ_ONLY); break;
	case PROPERTY_IS_SELECTED: if (n.flags & FLAG_SELECT) put_bool(out, n.flags & (FLAG_SELECTED | FLAG_CHECKED)); break;
	case PROPERTY_TOGGLE_STATE: if (n.flags & FLAG_TOGGLE) put_number(out, (n.flags & FLAG_CHECKED) != 0); break;
	case PROPERTY_ARIA: if (n.flags & FLAG_BUSY) put_text(out, SysAllocString(L"busy=true")); break;
	case PROPERTY_LIVE: put_number(out, n.live); break;
	case PROPERTY_POSITION: if (n.size) put_number(out, n.position); break;
	case PROPERTY_SIZE: if (n.size) put_number(out, n.size); break;
	case PROPERTY_HEADING: if (n.level) put_number(out, 80050 + n.level); break;
	}
	return S_OK;
}
