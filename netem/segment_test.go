package netem_test

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"lossylab/netem"
)

// isn is where the sequence numbers of these tests begin: they wrap round after 200 bytes.
const isn = 0xffffffff - 200

// segments writes out packets of one direction in short:
//
//	S A       SYN, SYN-ACK
//	0:100     data: the stream's bytes from 0 to 99; with an F behind it FIN as well
//	F400      FIN behind byte 399, R RST
//	a7        a pure acknowledgment of 7; a7w9 has window 9 (without it 100), a7s a SACK block; a7@300 has sequence number 300
//	u         a datagram, i ICMP, ? no IP packet at all
//
// "2/" in front is another flow than "1/", which may be left out; an n behind S or A begins with other numbers.
func segments(t testing.TB, text string) (all []*netem.Packet) {
	t.Helper()
	for i, word := range strings.Fields(text) {
		port := uint16(1)
		if flow, rest, ok := strings.Cut(word, "/"); ok {
			port, word = uint16(number(t, flow)), rest
		}
		all = append(all, &netem.Packet{ID: uint64(i + 1), Data: segment(t, port, word)})
	}
	return all
}

func segment(t testing.TB, port uint16, word string) []byte {
	t.Helper()
	ports := func(b []byte) []byte {
		binary.BigEndian.PutUint16(b, port)
		return b
	}
	switch word {
	case "u":
		return ip4(netem.ProtoUDP, nil, ports(udp("hello")))
	case "i":
		return ip4(netem.ProtoICMP, nil, []byte("echo"))
	case "?":
		return []byte{0}
	}
	seq, ack, window, flags, n := 0, 0, 100, byte(netem.ACK), 0
	var options []byte
	switch {
	case word == "S" || word == "Sn":
		seq, flags = -1, netem.SYN
	case word == "A" || word == "An":
		seq, flags = -1, netem.SYN|netem.ACK
	case word == "R":
		flags = netem.RST
	case word[0] == 'F':
		seq, flags = number(t, word[1:]), netem.FIN|netem.ACK
	case word[0] == 'a':
		word = word[1:]
		if rest, at, ok := strings.Cut(word, "@"); ok {
			word, seq = rest, number(t, at)
		}
		if rest, ok := strings.CutSuffix(word, "s"); ok {
			word, options = rest, []byte{1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2}
		}
		if rest, w, ok := strings.Cut(word, "w"); ok {
			word, window = rest, number(t, w)
		}
		ack = number(t, word)
	default:
		data, fin := strings.CutSuffix(word, "F")
		from, to, _ := strings.Cut(data, ":")
		seq = number(t, from)
		n = number(t, to) - seq
		if fin {
			flags |= netem.FIN
		}
	}
	b := ports(tcp(flags, options, strings.Repeat("x", n)))
	first := uint32(isn)
	if strings.HasSuffix(word, "n") {
		first += 1000
	}
	binary.BigEndian.PutUint32(b[4:], first+uint32(seq))
	binary.BigEndian.PutUint32(b[8:], uint32(ack))
	binary.BigEndian.PutUint16(b[14:], uint16(window))
	return ip4(netem.ProtoTCP, nil, b)
}

func number(t testing.TB, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// through sends packets through a link called up, one each millisecond, and returns what happened and what did not.
func through(t testing.TB, words string, packets []*netem.Packet) (tape, []netem.Unmet) {
	t.Helper()
	var events tape
	l := newLink(t, words, 1, &events)
	for i, p := range packets {
		fetch(l, netem.Time(i)*ms)
		l.Send(netem.Time(i)*ms, p)
	}
	fetch(l, 1<<62)
	return events, l.Unmet()
}

// which says what was dropped: "3 7" are the third and the seventh packet.
func which(events tape) string {
	var s []string
	for _, e := range events.of(netem.Dropped) {
		s = append(s, fmt.Sprint(e.Packet.ID))
	}
	return strings.Join(s, " ")
}

func TestFaultsMeetWhatTheyName(t *testing.T) {
	for _, c := range []struct{ words, packets, want string }{
		// Connections.
		{"drop syn", "S S a0 0:100", "1"},
		{"drop syn 2", "S S a0 0:100", "2"},
		{"drop syn all", "S S a0 0:100", "1 2"},
		{"drop syn-ack", "A A a5 0:10", "1"},
		{"drop syn-ack", "S", ""},
		{"drop syn", "A", ""},
		{"drop rst", "S 0:9 R R", "3"},
		{"drop fin", "S 0:9 F9 F9", "3"},
		{"drop fin 2", "S 0:9F 0:9F", "3"},

		// Data, over the wrap at byte 200.
		{"drop data 1", "S a0 0:100 100:200 200:300", "3"},
		{"drop data 3", "S a0 0:100 100:200 200:300 300:400", "5"},
		{"drop data 2-3", "S a0 0:100 100:200 200:300 300:400", "4 5"},
		{"drop data 1,3", "S a0 0:100 100:200 200:300 300:400", "3 5"},
		{"drop data 2-", "S 0:100 100:200 0:100 200:300", "3 5"},
		{"drop data 2", "S 0:100 0:100 0:100 100:200 100:200", "5"},                            // the others are sent again
		{"drop data 3", "S 0:100 100:200 100:250 200:250 250:300", "4"},                        // 100:250 ends with new bytes
		{"drop data 4", "S 0:100 100:200 100:250 200:250 250:300", "6"},                        //
		{"drop data 2", "100:200 200:300 200:300", "2"},                                        // no SYN was seen
		{"drop data 2", "S 0:100 300:400 100:300 400:500", "3"},                                // what was never seen is not counted
		{"drop data 2", "S 0:50 50:100F", "3"},                                                 // with FIN on it
		{"drop data 1", "S R a0 a0s F0 F0", ""},                                                // none of these has any
		{"drop data 1 flow 2", "S 2/S 0:100 2/0:100", "4"},                                     //
		{"drop data 1 flow 2-", "S 2/S 3/S 0:100 3/0:100 2/0:100", "5 6"},                      //
		{"drop data 2", "S 2/S 0:100 2/0:100 2/100:200 100:200", "5 6"},                        // each flow counts
		{"drop data 1 flow 2", "u S 0:100 2/u 2/S 2/0:100", "6"},                               // flows of TCP
		{"drop data 1", "S 0:100 Sn 1000:1100", "2 4"},                                         // a new connection between old ports
		{"drop data 1 flow 2", "S 0:100 Sn 1000:1100", "4"},                                    //
		{"drop data 1 flow 2", "0:100 Sn 1000:1100", "3"},                                      // the first was begun before the link
		{"drop data 2 ; drop data 3", "S 0:9 9:18 18:27 27:36", "3 4"},                         //
		{"drop data 2 drop data 2 flow 2", "S 0:9 9:18 2/S 2/0:9 2/9:18 2/9:18", "3 6"},        //
		{"drop data 1 for port 2", "S 2/S 0:100 2/0:100", "4"},                                 //
		{"drop packet 2 for size 60-", "S 0:10 10:30 30:50 50:60", "4"},                        // 50 bytes, 60, 60
		{"drop data 2 for size 60- drop data 2", "S 0:10 10:30 30:50 50:60", "3 4"},            // each counts what it is shown
		{"drop data 1 for udp", "S 0:100", ""},                                                 //
		{"drop data 1 for down", "S 0:100", ""},                                                //
		{"drop data 1 for up", "S 0:100", "2"},                                                 //
		{"loss 100% drop data 1", "S 0:100", "1 2"},                                            //
		{"drop datagram 2", "u u i u 2/u 2/u", "2 6"},                                          //
		{"drop datagram 1", "S i 0:9", ""},                                                     //
		{"drop packet 2", "u i ? S u i 0:100", "5 6 7"},                                        //
		{"drop packet 2 flow 2", "u i ? S u i 0:100", "6"},                                     // of all flows
		{"drop packet 1 for ipv4", "u", "1"},                                                   //
		{"drop packet 1 for ipv6", "u", ""},                                                    //
		{"drop packet 1 for icmp", "u i", "2"},                                                 //
		{"drop packet 1 for udp size 33 port 7", "u", "1"},                                     //
		{"drop packet 1 for udp size 34-", "u", ""},                                            //
		{"drop packet 1 for udp port 2-6", "u", ""},                                            //
		{"drop packet 1 for udp port 1", "u", "1"},                                             //
		{"drop packet 1 for port 7", "i u", "2"},                                               //
		{"drop last-data", "S 0:100 100:200 F200", ""},                                         // it has arrived
		{"delay 5ms drop last-data", "S 0:100 100:200 F200", "3"},                              //
		{"delay 5ms drop last-data", "S 0:100 100:200 F200 100:200 F200 100:200F", "3"},        // once
		{"drop last-data", "S 0:100 100:200F 100:200F", "3"},                                   // FIN and all
		{"delay 5ms drop last-data", "S F0", ""},                                               //
		{"delay 2ms drop last-data", "S 0:100 a0 a0 F100", ""},                                 // too late
		{"delay 5ms drop last-data flow 2", "S 0:9 F9 2/S 2/0:9 2/F9", "5"},                    //
		{"delay 5ms drop last-data drop fin", "S 0:9 F9", "2 3"},                               // though the FIN is lost
		{"delay 5ms drop last-data drop data 1", "S 0:9 F9", "2"},                              //
		{"delay 5ms duplicate data 2 drop last-data", "S 0:9 9:18 F18", "3 3"},                 // with its copy
		{"delay data 2 by 2 drop last-data", "S 0:9 9:18 F18", "3"},                            // while it waits
		{"delay 5ms drop last-data", "S 0:9 9:18 9:18 F18", "3"},                               // not the retransmission
		{"delay 5ms drop last-data for port 2 drop last-data", "2/S 2/0:9 2/F9", "2"},          //
		{"drop retransmission", "S 0:9 9:18 9:18 9:18 0:9", "4"},                               //
		{"drop retransmission 2-3", "S 0:9 9:18 9:18 9:18 0:9", "5 6"},                         //
		{"drop retransmission 1 of data 1", "S 0:9 9:18 9:18 9:18 0:9", "6"},                   //
		{"drop retransmission 2 of data 2", "S 0:9 9:18 9:18 0:9 9:18", "6"},                   //
		{"drop retransmission 1 of data 2-3", "S 0:9 9:18 18:27 27:36 9:18 18:27", "6 7"},      //
		{"drop retransmission 1 of data 3", "S 0:9 9:18 18:27 27:36 9:27 18:27", "6"},          // 9:27 carries segment 3 too
		{"drop retransmission 1 of data 2", "S 0:9 9:27 27:36 18:27 9:18", "6"},                // its first byte counts
		{"drop retransmission 1 of data 2", "S 0:9 9:18 0:18", "4"},                            //
		{"drop retransmission 1 of data 2", "S 0:9 9:18 9:27", "4"},                            // new bytes behind it
		{"drop retransmission all of data 2", "S 0:9 9:18 9:18 9:18", "4 5"},                   //
		{"drop retransmission 1 of data 2 flow 2", "S 0:9 9:18 9:18 2/0:9 2/9:18 2/9:18", "7"}, //

		// Acknowledgments.
		{"drop ack 1", "S a0 0:9 a5", "2"},
		{"drop ack 2-3", "A a5 a7 0:9 a9@9 F9", "3 5"},
		{"drop ack all", "A a5 a7 0:9 a9@9 F9 a9@10", "2 3 5 7"},
		{"drop dup-ack 1", "A a5 a9 a9 a9", "4"},
		{"drop dup-ack 2", "A a5 a9 a9 a9", "5"},
		{"drop dup-ack 1", "A a0", "2"},          // the SYN-ACK acknowledged it already
		{"drop dup-ack 1", "a5 a9 a7 a9w99", ""}, // 7 was acknowledged; another window
		{"drop dup-ack 1", "a5 a9 a9w200s", "3"}, // a SACK block
		{"drop dup-ack 1", "a5 0:9 9:18", ""},
		{"drop window-update", "a5w10 a5w10 a5w9 a5w20 a7w30", "4"},
		{"drop window-update", "a5w10 a5w20s", ""},
		{"drop window-update", "A a0w2000", ""}, // the window of a SYN is not scaled
		{"drop window-probe", "S 0:9 a0@8 a0@9", "3"},
		{"drop window-probe", "S 0:9 a0@9 8:9", "4"},
		{"drop window-probe", "S 0:8 8:9 8:9", ""}, // a segment of one byte, again
		{"drop ack all", "S 0:9 a0@8 a0@9", "4"},
		{"drop retransmission", "S 0:9 8:9 0:9", "4"},
	} {
		events, _ := through(t, c.words, segments(t, c.packets))
		if got := which(events); got != c.want {
			t.Errorf("%s: of %s: dropped %q, want %q", c.words, c.packets, got, c.want)
		}
	}
}
