package report

import (
	"encoding/json"
	"io"
)

// Schema is the version of results.json. Fields are added to it; none is renamed or loses its meaning.
const Schema = 1

// Results is results.json: every number of a run's summary, and nothing of the machine or the hour it ran at, so that two
// runs can be compared byte for byte.
type Results struct {
	Schema     int          `json:"schema"`
	Version    string       `json:"version"` // of lossylab
	Seed       uint64       `json:"seed"`
	Engine     string       `json:"engine"`
	Stack      string       `json:"stack"`
	App        string       `json:"app"`
	Scenario   any          `json:"scenario"`
	Complete   bool         `json:"complete"`       // false: interrupted, or stopped at the time limit
	Note       string       `json:"note,omitempty"` // why it is not complete
	Verdict    string       `json:"verdict"`        // one sentence
	Confidence float64      `json:"confidence"`     // of all intervals, such as 0.95
	Flows      []FlowResult `json:"flows"`
	Untold     []string     `json:"untold,omitempty"` // what captures made elsewhere do not tell
	Expected   []Expected   `json:"expected,omitempty"`

	// Of any programs: how they ended, by host, "client" and "server"; what the links did to all packets, of which the flows
	// are some; and how well time was kept.
	Programs map[string]ProgramResult `json:"programs,omitempty"`
	Link     map[string]*LinkResult   `json:"link,omitempty"`
	Timing   *Timing                  `json:"timing,omitempty"`
}

// ProgramResult is how a program ended.
type ProgramResult struct {
	Status  int  `json:"status"`  // its exit status, or 128 and the number of the signal that ended it
	Stopped bool `json:"stopped"` // it was told to end: a server once the client had ended, or both as the run was cut short
}

// FlowResult is what one protocol did.
type FlowResult struct {
	Name         string                 `json:"name,omitempty"` // of several flows that share a network
	Proto        string                 `json:"proto"`
	Complete     bool                   `json:"complete"`
	Note         string                 `json:"note,omitempty"`
	Notes        []string               `json:"notes,omitempty"`   // what did not go as the scenario expects: faults that met no packet
	Start        float64                `json:"start_s,omitempty"` // when its clients began, or the first packet of any programs was sent: goodput is over the time from then
	Duration     float64                `json:"duration_s"`        // from then to the last thing that the programs did
	App          AppResult              `json:"app"`
	Sender       string                 `json:"sender,omitempty"` // of any programs: "client" or "server", whose data are counted as sent
	Link         map[string]*LinkResult `json:"link"`             // "up": client to server, "down"
	TCP          *TCPResult             `json:"tcp,omitempty"`
	Metrics      *Metrics               `json:"metrics,omitempty"`
	Theory       *Theory                `json:"theory,omitempty"`
	Input        []InputResult          `json:"input,omitempty"`        // by client
	Vantage      string                 `json:"vantage,omitempty"`      // of captures made elsewhere: where they were taken
	Seen         *SeenResult            `json:"seen,omitempty"`         // by one vantage point
	Conversation int                    `json:"conversation,omitempty"` // its number in the captures, where several of one protocol were taken
	Turned       bool                   `json:"turned,omitempty"`       // most data came from its server, and up is the way from there
	Timing       *Timing                `json:"timing,omitempty"`       // of a run in real time
}

// AppResult counts messages as the programs saw them. Stream: the server's receptions; echo: the client's answers.
type AppResult struct {
	Sent       int64      `json:"sent"`
	Received   int64      `json:"received"`   // different messages that came, intact
	Lost       int64      `json:"lost"`       // sent and never received
	Unfinished int64      `json:"unfinished"` // of a run that was cut short: sent after the last one received
	Duplicated int64      `json:"duplicated"` // further receptions of a message
	Reordered  int64      `json:"reordered"`  // received after one that was sent later (RFC 4737 section 3)
	Corrupted  int64      `json:"corrupted"`  // receptions whose content was not what was sent
	InOrder    int64      `json:"in_order"`   // received and not reordered
	Retries    int64      `json:"retries"`    // echo: lines sent again by the program
	Bytes      int64      `json:"bytes"`      // of the messages received, their headers included
	Goodput    float64    `json:"goodput_bps"`
	Latency    *Summary   `json:"latency_s"`            // stream: from the sender's write to the receiver's read; echo: to the answer
	HeadOfLine *Summary   `json:"hol_wait_s"`           // TCP stream: how long messages that had arrived waited for earlier ones
	LostShare  *LostShare `json:"lost_share,omitempty"` // UDP: how sure it is
	HeldBack   int64      `json:"hol_waited"`           // how many of them waited a microsecond or more, in real time a millisecond
}

// LinkResult counts IP packets as a link saw them.
type LinkResult struct {
	Spec       string           `json:"spec"`
	Offered    int64            `json:"offered"`
	Delivered  int64            `json:"delivered"` // duplicates and fragments included
	Dropped    int64            `json:"dropped"`
	DroppedBy  map[string]int64 `json:"dropped_by"` // by the first word of the cause: "loss", "queue"
	Duplicated int64            `json:"duplicated"`
	Corrupted  int64            `json:"corrupted"` // also where no host looks: tc's in the Ethernet header
	Reordered  int64            `json:"reordered"` // delivered after one that was offered later (RFC 4737 section 3)
	Marked     int64            `json:"ce_marked"`
	Fragmented int64            `json:"fragmented"` // cut up because they were too big: fragments of them went on
	Fragments  int64            `json:"fragments"`  // made of those
	Answered   int64            `json:"answered"`   // ICMP messages of the link's own to the sender; in no other count
	Bytes      int64            `json:"bytes"`      // offered, IP headers included
	InFlight   int64            `json:"in_flight"`  // neither delivered nor dropped when the run ended
	Sojourn    *Sojourn         `json:"sojourn_s"`  // time in the queue
	QueueMax   int64            `json:"queue_max"`  // packets in it when it was longest, of the times at which one left it to be transmitted
}

// Sojourn is how long packets waited in a queue, seconds.
type Sojourn struct {
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P95  float64 `json:"p95"`
	Max  float64 `json:"max"`
}

// TCPResult is what the client's TCP counted and what its state was.
type TCPResult struct {
	Segments       int64    `json:"data_segments"` // sent with data, retransmissions included
	Retransmits    uint64   `json:"retransmits"`   // by the stack, SYN and FIN included
	FastRecoveries uint64   `json:"fast_recoveries"`
	Timeouts       uint64   `json:"timeouts"`
	Spurious       int64    `json:"spurious"`        // retransmissions of what had already arrived, or was about to
	SRTT           *Summary `json:"srtt_s"`          // smoothed round-trip time, over its samples
	RTT            *Summary `json:"rtt_s,omitempty"` // of captures: from a segment to its acknowledgment, by Karn's algorithm
	CwndMax        int      `json:"cwnd_max"`        // segments

	// Why segments were sent again, and how the sender came to do so (see Cause and Trigger): each sums to Retransmits.
	Causes   map[string]int64 `json:"causes"`
	Triggers map[string]int64 `json:"triggers"`

	Server *TCPServer `json:"server,omitempty"` // all else here is the client's; the other way round where the server is the sender
}

// InputResult compares what was sent with what arrived.
type InputResult struct {
	Name     string `json:"name"`
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256"`
	Received string `json:"received"`      // the file that was written, relative to the results
	Missing  int64  `json:"missing_bytes"` // holes, filled with zeros
	Arrived  string `json:"received_sha256"`
	Same     bool   `json:"same"`
}

// WriteJSON writes r as results.json is written.
func (r *Results) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}
