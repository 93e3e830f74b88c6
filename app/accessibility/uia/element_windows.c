//go:build windows && cgo

// The objects that a reader holds. Each is an ID and a count of references:
// it asks what is shown whenever it is asked, and is freed by the last Release
// alone, however often the window has changed meanwhile.
#include "internal_windows.h"

// What mingw-w64's headers lack.
typedef struct IInvoke { const struct IInvokeVtbl *lpVtbl; } IInvoke;
typedef struct IToggle { const struct IToggleVtbl *lpVtbl; } IToggle;
typedef struct ISelect { const struct ISelectVtbl *lpVtbl; } ISelect;
typedef struct IValue { const struct IValueVtbl *lpVtbl; } IValue;

#define UNKNOWN_VTBL(type)                                             \
	HRESULT(STDMETHODCALLTYPE *QueryInterface)(type *, REFIID, void **); \
	ULONG(STDMETHODCALLTYPE *AddRef)(type *);                            \
	ULONG(STDMETHODCALLTYPE *Release)(type *);

struct IInvokeVtbl {
	UNKNOWN_VTBL(IInvoke)
	HRESULT(STDMETHODCALLTYPE *Invoke)(IInvoke *);
};
struct IToggleVtbl {
	UNKNOWN_VTBL(IToggle)
	HRESULT(STDMETHODCALLTYPE *Toggle)(IToggle *);
	HRESULT(STDMETHODCALLTYPE *get_ToggleState)(IToggle *, int *);
};
struct ISelectVtbl {
	UNKNOWN_VTBL(ISelect)
	HRESULT(STDMETHODCALLTYPE *Select)(ISelect *);
	HRESULT(STDMETHODCALLTYPE *AddToSelection)(ISelect *);
	HRESULT(STDMETHODCALLTYPE *RemoveFromSelection)(ISelect *);
	HRESULT(STDMETHODCALLTYPE *get_IsSelected)(ISelect *, BOOL *);
	HRESULT(STDMETHODCALLTYPE *get_SelectionContainer)(ISelect *, IRawElementProviderSimple **);
};
struct IValueVtbl {
	UNKNOWN_VTBL(IValue)
	HRESULT(STDMETHODCALLTYPE *SetValue)(IValue *, LPCWSTR);
	HRESULT(STDMETHODCALLTYPE *get_Value)(IValue *, BSTR *);
	HRESULT(STDMETHODCALLTYPE *get_IsReadOnly)(IValue *, BOOL *);
};

static const IID iid_unknown = {0x00000000, 0x0000, 0x0000, {0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
static const IID iid_simple = {0xd6dd68d1, 0x86fd, 0x4332, {0x86, 0x66, 0x9a, 0xbe, 0xde, 0xa2, 0xd2, 0x4c}};
static const IID iid_fragment = {0xf7063da8, 0x8359, 0x439c, {0x92, 0x97, 0xbb, 0xc5, 0x29, 0x9a, 0x7d, 0x87}};
static const IID iid_root = {0x620ce2a5, 0xab8f, 0x40a9, {0x86, 0xcb, 0xde, 0x3c, 0x75, 0x59, 0x9b, 0x58}};
static const IID iid_invoke = {0x54fcb24b, 0xe18e, 0x47a2, {0xb4, 0xd3, 0xec, 0xcb, 0xe7, 0x75, 0x99, 0xa2}};
static const IID iid_toggle = {0x56d00bd0, 0xc4f4, 0x433c, {0xa8, 0x36, 0x1a, 0x52, 0xa5, 0x7e, 0x08, 0x92}};
static const IID iid_select = {0x2acad808, 0xb2d4, 0x452d, {0xa4, 0x07, 0x91, 0xff, 0x1a, 0xd1, 0x67, 0xb2}};
static const IID iid_value = {0xc7935180, 0x6fb3, 0x4201, {0xb1, 0x74, 0x7d, 0xf7, 0x3a, 0xdb, 0xf6, 0x4a}};

typedef struct {
	IRawElementProviderSimple simple;
	IRawElementProviderFragment fragment;
	IRawElementProviderFragmentRoot root;
	IInvoke invoke;
	IToggle toggle;
	ISelect select;
	IValue value;
	LONG references;
	uia_bridge *bridge;
	uint32_t id;
} element;

static HRESULT query(element *e, REFIID iid, void **out) {
	if (!out) return E_POINTER;
	*out = NULL;
	if (IsEqualIID(iid, &iid_unknown) || IsEqualIID(iid, &iid_simple)) *out = &e->simple;
	else if (IsEqualIID(iid, &iid_fragment)) *out = &e->fragment;
	else if (IsEqualIID(iid, &iid_root) && e->id == ROOT_ID) *out = &e->root;
	else if (IsEqualIID(iid, &iid_invoke)) *out = &e->invoke;
	else if (IsEqualIID(iid, &iid_toggle)) *out = &e->toggle;
	else if (IsEqualIID(iid, &iid_select)) *out = &e->select;
	else if (IsEqualIID(iid, &iid_value)) *out = &e->value;
	if (!*out) return E_NOINTERFACE;
	InterlockedIncrement(&e->references);
	return S_OK;
}

static ULONG release(element *e) {
	ULONG left = InterlockedDecrement(&e->references);
	if (left == 0) {
		bridge_release(e->bridge);
		free(e);
	}
	return left;
}

// UNKNOWN makes the three functions that each interface begins with.
#define UNKNOWN(face, type)                                                                                                                   \
	static element *of_##face(type *t) { return CONTAINING_RECORD(t, element, face); }                                                          \
	static HRESULT STDMETHODCALLTYPE face##_query(type *t, REFIID iid, void **out) { return query(of_##face(t), iid, out); }                     \
	static ULONG STDMETHODCALLTYPE face##_add(type *t) { return InterlockedIncrement(&of_##face(t)->references); }                               \
	static ULONG STDMETHODCALLTYPE face##_release(type *t) { return release(of_##face(t)); }

UNKNOWN(simple, IRawElementProviderSimple)
UNKNOWN(fragment, IRawElementProviderFragment)
UNKNOWN(root, IRawElementProviderFragmentRoot)
UNKNOWN(invoke, IInvoke)
UNKNOWN(toggle, IToggle)
UNKNOWN(select, ISelect)
UNKNOWN(value, IValue)

// ask passes on what a reader wants done; the window's thread does it soon.
static HRESULT ask(element *e, int what) {
	uia_node n;
	if (!node_copy(e->bridge, e->id, &n)) return UIA_E_ELEMENTNOTAVAILABLE;
	if (n.flags & FLAG_DISABLED) return UIA_E_ELEMENTNOTENABLED;
	return PostMessageW(e->bridge->window, e->bridge->asked, what, e->id) ? S_OK : UIA_E_ELEMENTNOTAVAILABLE;
}

// flag answers with one of a node's flags.
static HRESULT flag(element *e, uint32_t which, BOOL *out) {
	uia_node n;
	if (!out) return E_POINTER;
	*out = FALSE;
	if (!node_copy(e->bridge, e->id, &n)) return UIA_E_ELEMENTNOTAVAILABLE;
	*out = (n.flags & which) != 0;
	return S_OK;
}

// The provider answers on any thread (no UseComThreading): a window that is busy
// keeps no reader waiting.
static HRESULT STDMETHODCALLTYPE simple_options(IRawElementProviderSimple *t, enum ProviderOptions *out) {
	(void)t;
	if (!out) return E_POINTER;
	*out = ProviderOptions_ServerSideProvider;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE simple_pattern(IRawElementProviderSimple *t, PATTERNID pattern, IUnknown **out) {
	element *e = of_simple(t);
	uia_node n;
	void *face = NULL;
	if (!out) return E_POINTER;
	*out = NULL;
	if (!node_copy(e->bridge, e->id, &n)) return UIA_E_ELEMENTNOTAVAILABLE;
	switch (pattern) {
	case 10000: if (n.flags & FLAG_INVOKE) face = &e->invoke; break;
	case 10002: if (n.flags & FLAG_VALUE) face = &e->value; break;
	case 10010: if (n.flags & FLAG_SELECT) face = &e->select; break;
	case 10015: if (n.flags & FLAG_TOGGLE) face = &e->toggle; break;
	}
	if (face) InterlockedIncrement(&e->references);
	*out = face;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE simple_property(IRawElementProviderSimple *t, PROPERTYID property, VARIANT *out) {
	element *e = of_simple(t);
	if (!out) return E_POINTER;
	return element_property(e->bridge, e->id, property, out);
}

static HRESULT STDMETHODCALLTYPE simple_host(IRawElementProviderSimple *t, IRawElementProviderSimple **out) {
	element *e = of_simple(t);
	if (!out) return E_POINTER;
	*out = NULL;
	return e->id == ROOT_ID ? e->bridge->host(e->bridge->window, out) : S_OK;
}

// give hands out the fragment of a node; of none, nothing.
static HRESULT give(uia_bridge *b, uint32_t id, IRawElementProviderFragment **out) {
	IRawElementProviderSimple *made;
	if (!id) return S_OK;
	if (!(made = element_new(b, id))) return E_OUTOFMEMORY;
	*out = &of_simple(made)->fragment;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE fragment_navigate(IRawElementProviderFragment *t, enum NavigateDirection to, IRawElementProviderFragment **out) {
	element *e = of_fragment(t);
	BOOL there;
	uint32_t id;
	if (!out) return E_POINTER;
	*out = NULL;
	id = node_next(e->bridge, e->id, to, &there);
	return there ? give(e->bridge, id, out) : (HRESULT)UIA_E_ELEMENTNOTAVAILABLE;
}

// The root's number is the window's.
static HRESULT STDMETHODCALLTYPE fragment_number(IRawElementProviderFragment *t, SAFEARRAY **out) {
	element *e = of_fragment(t);
	if (!out) return E_POINTER;
	*out = NULL;
	if (e->id == ROOT_ID) return S_OK;
	if (!(*out = SafeArrayCreateVector(VT_I4, 0, 2))) return E_OUTOFMEMORY;
	int number[2] = {UiaAppendRuntimeId, (int)e->id};
	for (LONG i = 0; i < 2; i++) SafeArrayPutElement(*out, &i, &number[i]);
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE fragment_bounds(IRawElementProviderFragment *t, struct UiaRect *out) {
	element *e = of_fragment(t);
	uia_node n;
	POINT origin = {0, 0};
	if (!out) return E_POINTER;
	ZeroMemory(out, sizeof *out);
	if (!node_copy(e->bridge, e->id, &n)) return UIA_E_ELEMENTNOTAVAILABLE;
	if (!ClientToScreen(e->bridge->window, &origin)) return UIA_E_ELEMENTNOTAVAILABLE;
	out->left = origin.x + n.x;
	out->top = origin.y + n.y;
	out->width = n.width;
	out->height = n.height;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE fragment_embedded(IRawElementProviderFragment *t, SAFEARRAY **out) {
	(void)t;
	if (!out) return E_POINTER;
	*out = NULL;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE fragment_focus(IRawElementProviderFragment *t) {
	element *e = of_fragment(t);
	return e->id == ROOT_ID ? S_OK : ask(e, ASK_FOCUS);
}

static HRESULT STDMETHODCALLTYPE fragment_root(IRawElementProviderFragment *t, IRawElementProviderFragmentRoot **out) {
	IRawElementProviderSimple *made;
	if (!out) return E_POINTER;
	*out = NULL;
	if (!(made = element_new(of_fragment(t)->bridge, ROOT_ID))) return E_OUTOFMEMORY;
	*out = &of_simple(made)->root;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE root_point(IRawElementProviderFragmentRoot *t, double x, double y, IRawElementProviderFragment **out) {
	element *e = of_root(t);
	POINT p = {(LONG)x, (LONG)y};
	if (!out) return E_POINTER;
	*out = NULL;
	if (!ScreenToClient(e->bridge->window, &p)) return UIA_E_ELEMENTNOTAVAILABLE;
	return give(e->bridge, node_at(e->bridge, p.x, p.y), out);
}

static HRESULT STDMETHODCALLTYPE root_focus(IRawElementProviderFragmentRoot *t, IRawElementProviderFragment **out) {
	element *e = of_root(t);
	if (!out) return E_POINTER;
	*out = NULL;
	return give(e->bridge, node_focused(e->bridge), out);
}

static HRESULT STDMETHODCALLTYPE invoke_invoke(IInvoke *t) { return ask(of_invoke(t), ASK_PRESS); }

static HRESULT STDMETHODCALLTYPE toggle_toggle(IToggle *t) { return ask(of_toggle(t), ASK_PRESS); }

static HRESULT STDMETHODCALLTYPE toggle_state(IToggle *t, int *out) { return flag(of_toggle(t), FLAG_CHECKED, out); }

static HRESULT STDMETHODCALLTYPE select_select(ISelect *t) { return ask(of_select(t), ASK_PRESS); }

// One of several is chosen, always.
static HRESULT STDMETHODCALLTYPE select_not(ISelect *t) {
	(void)t;
	return UIA_E_INVALIDOPERATION;
}

static HRESULT STDMETHODCALLTYPE select_is(ISelect *t, BOOL *out) { return flag(of_select(t), FLAG_SELECTED | FLAG_CHECKED, out); }

static HRESULT STDMETHODCALLTYPE select_container(ISelect *t, IRawElementProviderSimple **out) {
	element *e = of_select(t);
	BOOL there;
	uint32_t id;
	if (!out) return E_POINTER;
	*out = NULL;
	id = node_next(e->bridge, e->id, NavigateDirection_Parent, &there);
	if (!there) return UIA_E_ELEMENTNOTAVAILABLE;
	*out = id ? element_new(e->bridge, id) : NULL;
	return S_OK;
}

// Fields are filled in by the keyboard.
static HRESULT STDMETHODCALLTYPE value_set(IValue *t, LPCWSTR text) {
	(void)t, (void)text;
	return UIA_E_INVALIDOPERATION;
}

static HRESULT STDMETHODCALLTYPE value_get(IValue *t, BSTR *out) {
	element *e = of_value(t);
	uia_node n;
	if (!out) return E_POINTER;
	*out = NULL;
	if (!node_copy(e->bridge, e->id, &n)) return UIA_E_ELEMENTNOTAVAILABLE;
	*out = node_text(e->bridge, e->id, TEXT_VALUE);
	return *out ? S_OK : E_OUTOFMEMORY;
}

static HRESULT STDMETHODCALLTYPE value_read_only(IValue *t, BOOL *out) { return flag(of_value(t), FLAG_READ_ONLY, out); }

static const IRawElementProviderSimpleVtbl simple_functions = {simple_query, simple_add, simple_release, simple_options, simple_pattern, simple_property, simple_host};
static const IRawElementProviderFragmentVtbl fragment_functions = {fragment_query, fragment_add, fragment_release, fragment_navigate, fragment_number, fragment_bounds, fragment_embedded, fragment_focus, fragment_root};
static const IRawElementProviderFragmentRootVtbl root_functions = {root_query, root_add, root_release, root_point, root_focus};
static const struct IInvokeVtbl invoke_functions = {invoke_query, invoke_add, invoke_release, invoke_invoke};
static const struct IToggleVtbl toggle_functions = {toggle_query, toggle_add, toggle_release, toggle_toggle, toggle_state};
static const struct ISelectVtbl select_functions = {select_query, select_add, select_release, select_select, select_not, select_not, select_is, select_container};
static const struct IValueVtbl value_functions = {value_query, value_add, value_release, value_set, value_get, value_read_only};

IRawElementProviderSimple *element_new(uia_bridge *b, uint32_t id) {
	element *e = calloc(1, sizeof *e);
	if (!e) return NULL;
	e->simple.lpVtbl = (IRawElementProviderSimpleVtbl *)&simple_functions;
	e->fragment.lpVtbl = (IRawElementProviderFragmentVtbl *)&fragment_functions;
	e->root.lpVtbl = (IRawElementProviderFragmentRootVtbl *)&root_functions;
	e->invoke.lpVtbl = &invoke_functions;
	e->toggle.lpVtbl = &toggle_functions;
	e->select.lpVtbl = &select_functions;
	e->value.lpVtbl = &value_functions;
	e->references = 1;
	e->bridge = b;
	e->id = id;
	bridge_hold(b);
	return &e->simple;
}
