package scenariofile

import (
	"bytes"
	"encoding/json"
)

// Schema returns the shape as a JSON Schema (draft 2020-12), for editors that complete and check YAML.
func (s *Shape) Schema(title string) []byte {
	top := append(object{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}}, s.schema()...)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(top); err != nil {
		panic(err) // it is made of texts alone
	}
	return b.Bytes()
}

// object is a JSON object whose keys keep their order.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, part := range []any{m.key, m.value} {
			if j > 0 {
				b.WriteByte(':')
			}
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			if err := e.Encode(part); err != nil {
				return nil, err
			}
			b.Truncate(b.Len() - 1) // the end of the line
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (s *Shape) schema() object {
	var o object
	if s.Doc != "" {
		o = append(o, member{"description", s.Doc})
	}
	if len(s.Or) == 0 {
		return append(o, s.plain()...)
	}
	all := []object{s.plain()}
	for i := range s.Or {
		all = append(all, s.Or[i].schema())
	}
	return append(o, member{"anyOf", all})
}

// plain is the schema of one kind, without words about it.
func (s *Shape) plain() object {
	switch s.Kind {
	case List:
		return object{{"type", "array"}, {"minItems", 1}, {"items", s.Items.schema()}}
	case Map:
		return s.properties()
	}
	o := s.word()
	if s.Example != "" {
		o = append(o, member{"examples", []any{s.sample()}})
	}
	return o
}

// word is the schema of a scalar. Text may be written as YAML's numbers and truths too: 0.05 is a probability.
func (s *Shape) word() object {
	switch {
	case len(s.Enum) > 0:
		return object{{"enum", s.Enum}}
	case s.Type == Integer:
		return object{{"type", "integer"}}
	case s.Type == Number:
		return object{{"type", "number"}}
	case s.Type == Boolean:
		return object{{"type", "boolean"}}
	}
	return object{{"type", []string{"string", "number"}}}
}

func (s *Shape) sample() any {
	if s.Type == Text {
		return s.Example
	}
	return json.RawMessage(s.Example)
}

func (s *Shape) properties() object {
	var properties object
	var required []string
	for i := range s.Keys {
		k := &s.Keys[i]
		properties = append(properties, member{k.Name, k.Shape.schema()})
		if k.Required {
			required = append(required, k.Name)
		}
	}
	o := object{{"type", "object"}, {"properties", properties}}
	if len(required) > 0 {
		o = append(o, member{"required", required})
	}
	if s.Others != nil {
		return append(o, member{"additionalProperties", s.Others.schema()})
	}
	return append(o, member{"additionalProperties", false})
}
