package scenariofile

// Node is what stands at a place of a file, checked against its Shape.
type Node struct {
	Place
	Kind  Kind
	Text  string  // Word: as it was written, quotes taken off
	Items []*Node // List
	Keys  []Entry // Map, in the order of the file
}

// Entry is a key and its value.
type Entry struct {
	Place // of the key
	Name  string
	Value *Node
}

// Get returns the value of a key, nil if it is not there. A nil Node has no keys.
func (n *Node) Get(name string) *Node {
	if n == nil {
		return nil
	}
	for _, e := range n.Keys {
		if e.Name == name {
			return e.Value
		}
	}
	return nil
}

// Words returns the texts of a list of words, or of one word by itself.
func (n *Node) Words() []*Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == List:
		return n.Items
	}
	return []*Node{n}
}
