package netem

// Expect returns what the link does to t in the long run. Of plain words nothing is computed here.
func (s Spec) Expect(t Traffic) Expectation {
	if s.TC != nil {
		return s.TC.Expect(t)
	}
	return noExpectation()
}
