package metric

// GilbertElliott is the loss of a channel with a good and a bad state, in the stationary state: E. N. Gilbert, "Capacity of
// a Burst-Noise Channel", BSTJ 39 (1960), and E. O. Elliott, BSTJ 42 (1963). The four are tc-netem's p, r, 1-h and 1-k of
// "loss gemodel". Gilbert's simple model has BadLoss 1 and GoodLoss 0.
type GilbertElliott struct {
	P        float64 // probability that bad follows good
	R        float64 // probability that good follows bad
	BadLoss  float64 // 1-h: probability that a packet is lost in the bad state
	GoodLoss float64 // 1-k: the same in the good state
}

// NewGilbert returns the simple Gilbert model with a share of lost packets and a mean burst of lost packets, in packets:
// 0 <= loss < 1, and burst at least 1 and at least loss/(1-loss).
func NewGilbert(loss, burst float64) GilbertElliott {
	return GilbertElliott{P: loss / (burst * (1 - loss)), R: 1 / burst, BadLoss: 1}
}

// Bad returns the share of the packets that meet the bad state, 0 if the states never change.
func (g GilbertElliott) Bad() float64 {
	if g.P+g.R == 0 {
		return 0
	}
	return g.P / (g.P + g.R)
}

// Loss returns the share of the packets that are lost.
func (g GilbertElliott) Loss() float64 {
	bad := g.Bad()
	return float64(bad*g.BadLoss) + float64((1-bad)*g.GoodLoss)
}

// Correlation returns the correlation of the states that a packet and the next one meet, 1-p-r. That of their losses is the
// same in the simple model, and less otherwise: LossCorrelation.
func (g GilbertElliott) Correlation() float64 { return 1 - g.P - g.R }

// MeanBurst returns the mean number of packets lost in a row; 1/r in the simple model. It is 0 if none are lost.
func (g GilbertElliott) MeanBurst() float64 {
	loss := g.Loss()
	if loss == 0 {
		return 0
	}
	return loss / (loss - g.pair())
}

// MeanGap returns the mean number of packets received in a row between lost ones; 1/p in the simple model. It is 0 if none
// are received and +Inf if none are lost.
func (g GilbertElliott) MeanGap() float64 {
	loss := g.Loss()
	if loss == 1 {
		return 0
	}
	return (1 - loss) / (loss - g.pair())
}

// LossCorrelation returns the correlation of the losses of a packet and the next one; 0 if all or none are lost.
func (g GilbertElliott) LossCorrelation() float64 {
	loss := g.Loss()
	if loss == 0 || loss == 1 {
		return 0
	}
	return (g.pair() - float64(loss*loss)) / (loss * (1 - loss))
}

// pair returns the probability that a packet and the next one are both lost.
func (g GilbertElliott) pair() float64 {
	bad := g.Bad()
	afterBad := float64((1-g.R)*g.BadLoss) + float64(g.R*g.GoodLoss)
	afterGood := float64(g.P*g.BadLoss) + float64((1-g.P)*g.GoodLoss)
	return float64(bad*g.BadLoss*afterBad) + float64((1-bad)*g.GoodLoss*afterGood)
}
