package app_test

import (
	"bytes"
	"testing"

	"lossylab/sim/app"
)

func TestTransformations(t *testing.T) {
	for _, c := range []struct{ name, in, out string }{
		{"upper", "hello, Grüße\n", "HELLO, GRÜßE\n"},
		{"upper", "a\xffb\x00\xc3", "A\xffB\x00\xc3"}, // bytes that are no letters
		{"upper", "", ""},
		{"lower", "HELLO, ÄÖÜ\r\n", "hello, äöü\r\n"},
		{"reverse", "hello\nworld", "olleh\ndlrow"},
		{"reverse", "grüß\r\n", "ßürg\r\n"},
		{"reverse", "a\xff\xc3\xbc", "\xc3\xbc\xffa"},
		{"rot13", "Hello, Zorro; ü 1", "Uryyb, Mbeeb; ü 1"},
		{"title", "it's a dog's life\nand a cat's", "It's A Dog's Life\nAnd A Cat's"},
		{"none", "any\x00\xff\n", "any\x00\xff\n"},
	} {
		f, ok := app.FindTransformation(c.name)
		if !ok {
			t.Fatalf("no %s", c.name)
		}
		if got := f.Apply([]byte(c.in)); string(got) != c.out {
			t.Errorf("%s of %q is %q, want %q", c.name, c.in, got, c.out)
		}
	}
	if _, ok := app.FindTransformation("shout"); ok {
		t.Error("there is a shout")
	}
}

// None changes the bytes that it is given, and the first is what a Server does that is told nothing.
func TestTransformationsLeaveTheirInput(t *testing.T) {
	in := []byte("Hello, World\nägain\n")
	for _, f := range app.Transformations {
		b := bytes.Clone(in)
		f.Apply(b)
		if !bytes.Equal(b, in) {
			t.Errorf("%s changed its input", f.Name)
		}
	}
	var zero app.Transformation
	if got := zero.Apply(in); !bytes.Equal(got, app.Transformations[0].Apply(in)) {
		t.Errorf("nothing said: %q", got)
	}
}
