package scenariofile

import "slices"

// Kind is what stands at a place: a word, a list or keys with values.
type Kind uint8

// The kinds.
const (
	Word Kind = iota // a scalar: text, a number, true or false
	List
	Map
)

// String returns the kind for people.
func (k Kind) String() string { return [...]string{"a value", "a list", "keys with values"}[k] }

// Type is what a word has to look like.
type Type uint8

// The types of words.
const (
	Text    Type = iota // anything: it is for who asks to say what it means
	Integer             // a whole number
	Number              // any number
	Boolean             // true or false
)

// Shape says what may stand at a place of a file.
type Shape struct {
	Kind Kind
	Doc  string // a sentence or two, for editors

	// Word.
	Type    Type
	Enum    []string // if there are but a few words
	Example string

	// List: what its elements look like.
	Items *Shape

	// Map: its keys in the order in which a person would write them, and what other keys' values look like, nil if there
	// are no others.
	Keys   []Key
	Others *Shape

	// What else may stand there: shapes of other kinds. It is Doc that tells of them.
	Or []Shape
}

// Key is a key of a map.
type Key struct {
	Name string
	Shape
	Required bool
}

// key returns the shape of the value of a key, nil if there is no such key.
func (s *Shape) key(name string) *Shape {
	if i := slices.IndexFunc(s.Keys, func(k Key) bool { return k.Name == name }); i >= 0 {
		return &s.Keys[i].Shape
	}
	return s.Others
}

// of returns the shape of that kind which may stand there, nil if none.
func (s *Shape) of(k Kind) *Shape {
	if s.Kind == k {
		return s
	}
	if i := slices.IndexFunc(s.Or, func(o Shape) bool { return o.Kind == k }); i >= 0 {
		return &s.Or[i]
	}
	return nil
}

// kinds names what may stand there: "a value or a list".
func (s *Shape) kinds() string {
	text := s.Kind.String()
	for _, o := range s.Or {
		text += " or " + o.Kind.String()
	}
	return text
}

// names returns the names of the keys.
func (s *Shape) names() (names []string) {
	for _, k := range s.Keys {
		names = append(names, k.Name)
	}
	return names
}
