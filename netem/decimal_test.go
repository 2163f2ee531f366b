package netem

import (
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// scaleShort says what scale says, or nothing.
func TestScaleShort(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	said := 0
	for range 20_000 {
		number := strconv.FormatUint(rng.Uint64()>>rng.IntN(64), 10)
		if i := rng.IntN(2 * len(number)); i <= len(number) {
			number = number[:i] + "." + number[i:]
		}
		if rng.IntN(9) == 0 {
			number = "+" + number
		}
		unit := int64(1)
		for range rng.IntN(13) {
			unit *= int64(1 + rng.IntN(10))
		}
		n, whole, ok := scaleShort(number, unit)
		if !ok {
			continue
		}
		said++
		r, _ := new(big.Rat).SetString(number)
		r.Mul(r, new(big.Rat).SetInt64(unit))
		twice := new(big.Rat).Add(new(big.Rat).Add(r, r), big.NewRat(1, 1))
		want := new(big.Int).Div(twice.Num(), new(big.Int).Mul(twice.Denom(), big.NewInt(2)))
		if !want.IsInt64() || want.Int64() != n || whole != r.IsInt() {
			t.Fatalf("%s times %d is %d, whole %v; want %v, %v", number, unit, n, whole, want, r.IsInt())
		}
	}
	if said < 5000 {
		t.Errorf("only %d of 20,000 were short", said)
	}
	for _, bad := range []string{"-1", "1e3", "0x1", "1_0", strings.Repeat("1", 40)} {
		if _, _, ok := scaleShort(bad, 1); ok {
			t.Errorf("%s is taken for short", bad)
		}
	}
}
