// Package shrink finds the few of many circumstances that make something happen. It is the algorithm ddmin of A. Zeller and
// R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE Transactions on Software Engineering 28(2), 2002,
// section 3: halves are tried, then quarters and all but a quarter, and so on down to single circumstances.
//
//	▓▓▓▓░░░░  half of them: not any more
//	░░░░▓▓▓▓  the other half: not any more
//	▓▓▓▓▓▓░░  all but a quarter: still happens, and goes on from here
//	▓▓  ▓▓    …
//
// What is left is 1-minimal: take any one of them away, and it does not happen. That need not be the smallest set of all: to find
// that one takes 2^n trials. Nothing is assumed of how circumstances work together.
package shrink
