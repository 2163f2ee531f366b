package report

import "strconv"

// byConversation makes a table of the flows, or where several are of one protocol, a table of each and joins them: a column
// before the others says which conversation a row is of.
func byConversation(flows []*Flow, r *Results, make func([]*Flow, *Results) Table) Table {
	if len(flows) == 0 || flows[0].Conversation == 0 {
		return make(flows, r)
	}
	var joined Table
	for i, f := range flows {
		one := *r
		one.Flows = r.Flows[i : i+1]
		t := make(flows[i:i+1], &one)
		rows := joined.Rows
		for _, row := range t.Rows {
			n := strconv.Itoa(f.Conversation)
			rows = append(rows, append([]Cell{{n, n}}, row...))
		}
		joined = t
		joined.Columns = append([]Column{{"conversation", "conv.", true}}, t.Columns...)
		joined.Rows = rows
	}
	return joined
}
