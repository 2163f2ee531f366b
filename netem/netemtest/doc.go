// Package netemtest tests implementations of netem's interfaces: every Model, Queue and Stage must pass.
//
//	func TestMyModel(t *testing.T) {
//		netemtest.TestModel(t, func() netem.Model { return &MyModel{…} })
//	}
//
// Each kit makes as many of the thing as it needs, feeds them with made-up traffic from fixed seeds, and reports every
// broken sentence of the contract as a test of its own.
package netemtest
