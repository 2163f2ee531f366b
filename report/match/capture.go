package match

import (
	"fmt"

	"lossylab/report/capturefile"
)

// Capture is a capture file that can be read several times.
type Capture struct {
	Name string
	Open func() (*capturefile.Reader, error) // from its beginning; an earlier Reader is not used afterwards
}

func (c *Capture) open() (*capturefile.Reader, error) {
	r, err := c.Open()
	if err != nil {
		return nil, c.fault(err)
	}
	return r, nil
}

// fault says which file an error is about.
func (c *Capture) fault(err error) error { return fmt.Errorf("%s: %w", c.Name, err) }
