package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"lossylab/netem"
)

// why lists the retransmissions as "offset+length: cause, trigger".
func (f *follower) why() string {
	var b strings.Builder
	for _, r := range f.again {
		fmt.Fprintf(&b, "; %d+%d: %s, %s", r.Offset, r.Len, r.Cause, r.Trigger)
		if r.By != "" {
			fmt.Fprintf(&b, " (%s)", r.By)
		}
		if r.DupAcks > 0 {
			fmt.Fprintf(&b, " after %d", r.DupAcks)
		}
	}
	return strings.TrimPrefix(b.String(), "; ")
}

// sack has an acknowledgment sent that tells of a block.
func (s *story) sack(ack, from, to uint32) *netem.Packet {
	block := make([]byte, 8)
	for i := range 4 {
		block[i], block[4+i] = byte(from>>(24-8*i)), byte(to>>(24-8*i))
	}
	return s.send(down, &layers.TCP{SrcPort: 80, DstPort: layers.TCPPort(s.port), Seq: 5000, Ack: ack, ACK: true, Window: 65535,
		Options: []layers.TCPOption{{OptionType: layers.TCPOptionKindNop}, {OptionType: layers.TCPOptionKindNop},
			{OptionType: layers.TCPOptionKindSACK, OptionLength: 10, OptionData: block}}}, 0)
}

// Each story is told from a sequence number behind which the numbers start again at 0, and from another.
func TestCauses(t *testing.T) {
	type teller struct {
		*story
		f     *follower
		first uint32
	}
	data := func(s teller, offset uint32) *netem.Packet { return s.tcp(up, s.first+offset, 5000, "A", 100) }
	ack := func(s teller, offset uint32) *netem.Packet { return s.tcp(down, 5000, s.first+offset, "A", 0) }
	again := func(s teller, offset uint32, p phase) *netem.Packet {
		at := s.now
		packet := data(s, offset)
		s.f.told(s.port, at, p)
		return packet
	}
	for _, test := range []struct {
		name, want string
		tell       func(s teller)
	}{
		{"lost, and three duplicate acknowledgments", "0+100: data_lost, fast_retransmit (loss 3%) after 3", func(s teller) {
			s.drop(data(s, 0), "loss 3%")
			for i := range uint32(3) {
				s.arrive(data(s, 100*(i+1)), ack(s, 0))
			}
			s.arrive(again(s, 0, recovering), ack(s, 400))
		}},
		{"damaged", "0+100: data_lost, timeout (corrupt 1%)", func(s teller) {
			s.arrive(s.corrupt(data(s, 0), "corrupt 1%", 500), again(s, 0, timedOut))
		}},
		{"lost twice", "0+100: data_lost, fast_retransmit (loss 3%); 0+100: data_lost, timeout (queue limit 9)", func(s teller) {
			s.drop(data(s, 0), "loss 3%")
			s.drop(again(s, 0, recovering), "queue limit 9")
			s.arrive(again(s, 0, timedOut))
		}},
		{"the acknowledgment is lost", "0+100: ack_lost, timeout", func(s teller) {
			s.arrive(data(s, 0))
			s.drop(ack(s, 100), "loss 3%")
			s.arrive(again(s, 0, timedOut))
		}},
		{"the acknowledgment is damaged", "0+100: ack_lost, timeout", func(s teller) {
			s.arrive(data(s, 0))
			s.arrive(s.corrupt(ack(s, 100), "corrupt 1%", 300), again(s, 0, timedOut))
		}},
		{"a block is lost", "0+100: data_lost, fast_retransmit (loss 3%); 100+100: ack_lost, fast_retransmit", func(s teller) {
			s.drop(data(s, 0), "loss 3%")
			s.arrive(data(s, 100))
			s.drop(s.sack(s.first, s.first+100, s.first+200), "loss 3%")
			s.arrive(again(s, 0, recovering), again(s, 100, recovering))
		}},
		{"an older acknowledgment is lost, which would not have helped", "100+100: timeout, timeout", func(s teller) {
			s.arrive(data(s, 0))
			s.drop(ack(s, 100), "loss 3%")
			s.arrive(data(s, 100), again(s, 100, timedOut))
		}},
		{"overtaken", "0+100: reordering, fast_retransmit after 3", func(s teller) {
			late := data(s, 0)
			for i := range uint32(3) {
				s.arrive(data(s, 100*(i+1)), ack(s, 0))
			}
			s.arrive(late, again(s, 0, recovering))
		}},
		{"overtaken, also by what is sent again", "0+100: reordering, fast_retransmit", func(s teller) {
			late := data(s, 0)
			s.arrive(again(s, 0, recovering), late)
		}},
		{"slow", "0+100: timeout, timeout", func(s teller) {
			late := data(s, 0)
			first := again(s, 0, timedOut)
			s.arrive(late, first)
		}},
		{"a probe for what was lost", "0+100: data_lost, tail_loss_probe (loss 3%)", func(s teller) {
			s.drop(data(s, 0), "loss 3%")
			s.arrive(again(s, 0, calm))
		}},
		{"a probe for nothing", "0+100: tail_loss_probe, tail_loss_probe", func(s teller) {
			late := data(s, 0)
			probe := again(s, 0, calm)
			s.arrive(late, probe)
		}},
		{"twice in a row", "0+100: data_lost, fast_retransmit (loss 3%); 0+100: other, fast_retransmit", func(s teller) {
			s.drop(data(s, 0), "loss 3%")
			one, two := again(s, 0, recovering), again(s, 0, recovering)
			s.arrive(one, two)
		}},
		{"one lost, sent again in two pieces", "0+60: data_lost, timeout (mtu 60); 60+40: data_lost, timeout (mtu 60)", func(s teller) {
			s.drop(data(s, 0), "mtu 60")
			s.arrive(data(s, 100))
			s.f.told(s.port, 0, timedOut)
			s.arrive(s.tcp(up, s.first, 5000, "A", 60), s.tcp(up, s.first+60, 5000, "A", 40))
		}},
		{"a FIN", "100+0: data_lost, tail_loss_probe (loss 3%); 100+0: ack_lost, timeout", func(s teller) {
			s.arrive(data(s, 0), ack(s, 100))
			s.drop(s.tcp(up, s.first+100, 5000, "FA", 0), "loss 3%")
			s.arrive(s.tcp(up, s.first+100, 5000, "FA", 0))
			s.drop(ack(s, 101), "loss 3%")
			at := s.now
			fin := s.tcp(up, s.first+100, 5000, "FA", 0)
			s.f.told(s.port, at, timedOut)
			s.arrive(fin)
		}},
		{"still under way at the end", "0+100: other, fast_retransmit", func(s teller) {
			data(s, 0)
			again(s, 0, recovering)
		}},
	} {
		for _, first := range []uint32{1000, ^uint32(0) - 120} {
			s, f := follow(t)
			s.open(first)
			test.tell(teller{s, f, first})
			f.finish()
			if got := f.why(); got != test.want {
				t.Errorf("%s, from %d:\n got %s\nwant %s", test.name, first, got, test.want)
			}
			sums := [2]int64{}
			for _, n := range f.causes {
				sums[0] += n
			}
			for _, n := range f.triggers {
				sums[1] += n
			}
			if n := int64(len(f.again)); sums != [2]int64{n, n} {
				t.Errorf("%s: %d retransmissions, %d causes, %d triggers", test.name, n, sums[0], sums[1])
			}
		}
	}
}

// A SYN is sent again by a timer; either its own loss or that of the answer is the cause.
func TestCausesOfSYN(t *testing.T) {
	s, f := follow(t)
	s.drop(s.tcp(up, 999, 0, "S", 0), "loss 3%")
	s.arrive(s.tcp(up, 999, 0, "S", 0))
	s.drop(s.tcp(down, 4999, 1000, "SA", 0), "loss 3%")
	s.arrive(s.tcp(up, 999, 0, "S", 0))
	f.finish()
	if got, want := f.why(), "-1+0: data_lost, timeout (loss 3%); -1+0: ack_lost, timeout"; got != want || f.synAgain != 2 {
		t.Errorf("got %s, %d times SYN again; want %s", got, f.synAgain, want)
	}
}

// A message that waited is put down to the retransmission that it waited for.
func TestHeldMessages(t *testing.T) {
	s, f := follow(t)
	s.open(1000)
	s.drop(s.tcp(up, 1000, 5000, "A", 100), "loss 3%")
	s.arrive(s.tcp(up, 1100, 5000, "A", 100))
	p := s.tcp(up, 1000, 5000, "A", 100)
	at := s.now
	s.arrive(p)
	f.waited(0, at, 5e6)
	f.waited(0, at, 7e6)
	f.waited(0, at+1, 9e6) // for something else
	f.waited(1, at, 9e6)   // another client
	f.finish()
	if r := f.again[0]; r.Held != 2 || r.HeldFor != 7e6 {
		t.Errorf("%d messages were held for %v, want 2 for 7ms", r.Held, r.HeldFor)
	}
}

// The client's capture says how the sender came to send again, also where that is told after the packet.
func TestCommentsNameTheTrigger(t *testing.T) {
	var l listing
	c := NewCapture(&l, Client, time.Unix(0, 0))
	s := newStory(t, c)
	s.open(1000)
	s.drop(s.tcp(up, 1000, 5000, "A", 100), "loss 3%")
	c.State([2]uint16{40000}, State{At: s.now, Recovery: true})
	s.drop(s.tcp(up, 1000, 5000, "A", 100), "loss 3%")
	at := s.now
	p := s.tcp(up, 1000, 5000, "A", 100)
	c.State([2]uint16{40000}, State{At: at, Timeout: true})
	s.arrive(p)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"|retransmission of frame 4 (fast retransmit), which never arrived (loss 3%); lost: loss 3%. Consequence: retransmit after a timeout in frame 6\n",
		"|lost: loss 3%. Consequence: fast retransmit in frame 5, which never arrived\n",
		"|retransmission of frame 5 (timeout), which never arrived (loss 3%)\n"} {
		if !strings.Contains(l.String(), want) {
			t.Errorf("the capture lacks %q:\n%s", want, &l)
		}
	}
}
