package netem

import "math"

// The Pareto distribution of shape 3 and least value 1 has mean 3/2 and standard deviation √3/2; a number of it is
// u^(-1/3) for a uniform u. Its tail is heavy: one number in a thousand is beyond 9.8 standard deviations, and moments from
// the third up are infinite.

// pareto makes a draw u Pareto of shape 3, shifted and stretched to mean 0 and standard deviation 1. Its least value is
// -1/√3 = -0.577. (tc-netem's table is stretched by 4/3 instead of 2/√3 and cut off at 4, and so has the standard deviation
// 0.82.)
func pareto(u uint64) float64 { return (heavy(u) - 1.5) * (2 / sqrt3) }

// paretoNormal makes a draw u a quarter of a normal number and three quarters of 4/3 (u^(-1/3) - 3/2), which is how
// tc-netem's table of this name is made: both from the same u, so that they are large together. The sum is divided by its
// standard deviation √(1/16 + 3/4 + c/2), where c is the covariance of the normal number with u^(-1/3). (The table's
// standard deviation is 0.83, as it is cut off.)
func paretoNormal(u uint64) float64 {
	const sd = 1.05177724554164400868 // c = 0.587470748478335423
	return (normal(u)/4 + heavy(u) - 1.5) / sd
}

const sqrt3 = 1.73205080756887729352744634150587

// heavy makes a draw u Pareto of shape 3 and least value 1. It is at the middle of one of 2^52 steps like normal, and
// increases with u.
func heavy(u uint64) float64 {
	return inverseCubeRoot((1<<52 - 0.5 - float64(u>>12)) / (1 << 52))
}

// inverseCubeRoot returns x^(-1/3) for x > 0. A guess within a tenth comes from the bits, which are nearly a logarithm: so
// many thirds of its exponent's zero less a third of x. Twice (1-e)^(-1/3) = 1 + e/3 + 2e²/9 + 14e³/81 + …, where e is what is
// missing, makes it as exact as a float64 is.
func inverseCubeRoot(x float64) float64 {
	const guess = 0x553ef0ff289dd796
	y := math.Float64frombits(guess - math.Float64bits(x)/3)
	for range 2 {
		e := 1 - float64(x*float64(y*float64(y*y)))
		y += float64(float64(y*e) * (1./3 + float64(e*(2./9+float64(e*(14./81))))))
	}
	return y
}
