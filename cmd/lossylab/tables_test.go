package main

import (
	"context"
	"encoding/csv"
	"math"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// table reads a table of a run's results: a map from column to cell for each row.
func table(t *testing.T, dir, name string) (rows []map[string]string) {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(string(read(t, filepath.Join(dir, "tables", name+".csv"))))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, cell := range line {
			row[lines[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

// The clients' lines add up to what results.json says, also of a run that ends in the middle; and what each model did, to what the
// links counted.
func TestTablesAddUp(t *testing.T) {
	for name, args := range map[string][]string{
		"default": nil,
		"clients": {"--flows", "3", "--messages", "100", "--loss", "10%", "--delay", "20ms"},
		"bulk":    {"--app", "bulk", "--duration", "1s", "--rate", "5mbit", "--queue", "20", "--delay", "20ms", "--loss", "1%"},
		"echo":    {"--app", "echo", "--loss", "20%", "--flows", "2", "--delay", "10ms"},
		"cut":     {"--time-limit", "2s", "--loss", "10%"},
		"syn":     {"--up", "delay 20ms drop syn loss 1%", "--down", "delay 20ms"},
		"tc":      {"--link", `tc "delay 20ms loss 5% duplicate 3%"`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			output(t, context.Background(), exitDone, append([]string{"run", "--quiet", "--figures", "none", "--capture", "none", "--tables", "csv", "--out", dir}, args...)...)
			for _, f := range results(t, dir).Flows {
				total := map[string]int64{}
				for _, row := range table(t, dir, "summary") {
					if row["proto"] != f.Proto || row["client"] == "sum" {
						continue
					}
					for _, column := range []string{"bytes", "lost", "total", "retransmits"} {
						n, _ := strconv.ParseInt(row[column], 10, 64)
						total[column] += n
					}
				}
				again := int64(0)
				if f.TCP != nil {
					again = int64(f.TCP.Retransmits)
				}
				if total["bytes"] != f.App.Bytes || total["lost"] != f.App.Lost || total["total"] != f.App.Sent || total["retransmits"] != again {
					t.Errorf("%s: %v, want %d bytes, %d of %d lost and %d sent again", f.Proto, total, f.App.Bytes, f.App.Lost, f.App.Sent, again)
				}
				done := map[string]int64{}
				for _, row := range table(t, dir, "impairments") {
					if n, _ := strconv.ParseInt(row["counted"], 10, 64); row["proto"] == f.Proto {
						done[row["link"]+" "+row["effect"]] += n
					}
				}
				for _, link := range []string{"up", "down"} {
					if l := f.Link[link]; name == "tc" {
						// A copy that is lost is neither: it is both dropped and duplicated in the link's counts.
						if l.DroppedBy["loss"]-done[link+" lost"] != l.Duplicated-done[link+" duplicated"] {
							t.Errorf("%s, %s: %v, but %v were dropped and %d duplicated", f.Proto, link, done, l.DroppedBy, l.Duplicated)
						}
					} else if done[link+" lost"] != l.DroppedBy["loss"] || done[link+" duplicated"] != l.Duplicated {
						t.Errorf("%s, %s: %v, but %v were dropped and %d duplicated", f.Proto, link, done, l.DroppedBy, l.Duplicated)
					}
				}
			}
		})
	}
}

// The frames of the table of round-trip times are those that Wireshark shows, and so is each sample but those of segments
// that an acknowledgment of a later one acknowledged too.
func TestRoundTripTableNamesFrames(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("no tshark here: install it to have Wireshark's opinion")
	}
	dir := filepath.Join(t.TempDir(), "out")
	output(t, context.Background(), exitDone, "run", "--quiet", "--proto", "tcp", "--figures", "none", "--flows", "2", "--out", dir)
	frames := dissect(t, filepath.Join(dir, "tcp", "client.pcapng"))
	rows := table(t, dir, "rtt")
	if len(rows) != 6 {
		t.Fatalf("%d segments", len(rows))
	}
	agree := 0
	for _, row := range rows {
		number := func(column string) int {
			n, err := strconv.Atoi(row[column])
			if err != nil {
				t.Fatalf("%s: %v", column, err)
			}
			return n
		}
		sent, acked := frames[number("sent_frame")-1], frames[number("ack_frame")-1]
		sample, _ := strconv.ParseFloat(row["sample_rtt_ms"], 64)
		if sent.seq != uint32(number("seq")) || sent.len != number("bytes") || sent.stream != acked.stream || after(sent.seq+uint32(sent.len), acked.ack) {
			t.Errorf("%v: frames %+v and %+v", row, sent, acked)
		}
		if math.Abs(sample*1e6-float64(acked.at-sent.at)) > .5 {
			t.Errorf("%v: sent at %d ns, acknowledged at %d ns", row, sent.at, acked.at)
		}
		if sent.seq+uint32(sent.len) == acked.ack && math.Abs(sample*1e6-float64(acked.rtt)) < .5 {
			agree++
		}
	}
	if agree < 3 {
		t.Errorf("%d of %d samples are Wireshark's", agree, len(rows))
	}
}
