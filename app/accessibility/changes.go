package accessibility

// Changes are what happened to a window between two Trees.
type Changes struct {
	Removed []Placed // children before their parents, the last child first
	Added   []Placed // parents before their children, the first child first
	Renamed []ID     // another Name
	Valued  []ID     // another Value or Caret
	Stated  []ID     // other States; focus apart
	Moved   []ID     // other Bounds, or scrolled out of or into sight
	// Focus is what has the keyboard now, and Blurred what had it and is still
	// there, where that changed; else 0.
	Focus, Blurred ID
	// Say is what a reader is to be told, in this order.
	Say []Announcement
}

// Placed is a child of a node: in the old Tree if it was removed, in the new one
// if it was added.
type Placed struct {
	Parent ID
	Index  int
	ID     ID
}

// Announcement is a text to be spoken that nobody asked for.
type Announcement struct {
	Text string
	// Urgent: it may interrupt.
	Urgent bool
	// Screen: it is the name of the screen that is shown now.
	Screen bool
}

// maxSay is how many announcements one change may make.
const maxSay = 5

// indexed are the nodes of a Tree by ID.
type indexed struct {
	node   *Node
	parent ID
	index  int
}

func index(t *Tree) map[ID]indexed {
	out := map[ID]indexed{}
	var put func(n *Node, parent ID, i int)
	put = func(n *Node, parent ID, i int) {
		out[n.ID] = indexed{n, parent, i}
		for c := range n.Children {
			put(&n.Children[c], n.ID, c)
		}
	}
	if t.Root.ID != 0 {
		put(&t.Root, 0, 0)
	}
	return out
}

// Compare tells what happened between before and after.
func Compare(before, after Tree) Changes {
	var c Changes
	old, now := index(&before), index(&after)
	before.Walk(func(n *Node, _ ID) bool {
		was, is := old[n.ID], now[n.ID]
		if is.node == nil || is.parent != was.parent {
			c.Removed = append([]Placed{{was.parent, was.index, n.ID}}, c.Removed...)
		}
		return true
	})
	after.Walk(func(n *Node, parent ID) bool {
		was := old[n.ID]
		if was.node == nil || was.parent != parent {
			c.Added = append(c.Added, Placed{parent, now[n.ID].index, n.ID})
		}
		if was.node != nil {
			c.compare(was.node, n)
		}
		return true
	})
	c.focus(before.Focused(), after.Focused(), now)
	c.say(&before, &after, old)
	return c
}

func (c *Changes) compare(was, is *Node) {
	if was.Name != is.Name {
		c.Renamed = append(c.Renamed, is.ID)
	}
	if was.Value != is.Value || was.Caret != is.Caret {
		c.Valued = append(c.Valued, is.ID)
	}
	a, b := was.States, is.States
	if was.Bounds != is.Bounds || a.Offscreen != b.Offscreen {
		c.Moved = append(c.Moved, is.ID)
	}
	a.Focused, a.Offscreen = b.Focused, b.Offscreen
	if a != b {
		c.Stated = append(c.Stated, is.ID)
	}
}

func (c *Changes) focus(was, is *Node, now map[ID]indexed) {
	var from, to ID
	if was != nil {
		from = was.ID
	}
	if is != nil {
		to = is.ID
	}
	if from == to {
		return
	}
	c.Focus = to
	if now[from].node != nil {
		c.Blurred = from
	}
}

// say gathers what is told unasked: that another screen is shown, by its
// heading, and live texts that appeared or changed. Of a screen that is new
// altogether only what went wrong is told. The first Tree says nothing: a reader reads a new window itself.
func (c *Changes) say(before, after *Tree, old map[ID]indexed) {
	if before.Root.ID == 0 || after.Modal {
		return
	}
	turned := after.Screen != "" && after.Screen != before.Screen
	if turned {
		c.add(Announcement{Text: after.Screen, Screen: true})
	}
	after.Walk(func(n *Node, _ ID) bool {
		was := old[n.ID].node
		appeared := was == nil
		switch {
		case n.Live == LiveOff, n.Name == "":
		case appeared && turned && n.Live != LiveAssertive: // it is read as the person goes through the screen
		case appeared && before.Modal && !turned: // it was there below
		case appeared || was.Name != n.Name:
			c.add(Announcement{Text: n.Name, Urgent: n.Live == LiveAssertive})
		}
		return true
	})
}

func (c *Changes) add(a Announcement) {
	if len(c.Say) < maxSay {
		a.Text = clean(a.Text, maxName)
		c.Say = append(c.Say, a)
	}
}
