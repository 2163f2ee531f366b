package main

import (
	"fmt"
	"strings"

	"lossylab/sim/sweep"
)

// How many stretches and parts of what is missing are named.
const (
	missingStretches = 10
	missingParts     = 20
)

// complete refuses journals in which runs are missing, and says which, and of which parts.
func (w *sweepWriter) complete(partial bool) error {
	var stretches []string
	n, more := 0, 0
	for r, err := range w.reader.Missing() {
		if err != nil {
			return err
		}
		n += r.Last - r.First + 1
		if len(stretches) == missingStretches {
			more++
			continue
		}
		text := w.plan.Describe(r.First)
		if r.Last > r.First {
			text += " to " + w.plan.Describe(r.Last)
		}
		stretches = append(stretches, text)
	}
	if n == 0 || partial {
		return nil
	}
	if more > 0 {
		stretches = append(stretches, fmt.Sprintf("and %d more stretches", more))
	}
	lacking, err := w.reader.Lacking()
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%d of %s missing: ", n, counted(w.plan.Jobs(), "run")+" are")
	remedy := "give the command of the sweep again, which goes on where it was,"
	if len(lacking) > 0 && lacking[0].Shard.Count > 1 {
		text += partsLacking(lacking) + "; these: "
		remedy = "run these parts again, which go on where they were,"
	}
	text += strings.Join(stretches, "; ")
	if damaged := w.reader.Damaged(); damaged > 0 {
		text += fmt.Sprintf("; %s of the journals cannot be read", counted(damaged, "line"))
	}
	return fmt.Errorf("%s: %s or add --partial to do without", text, remedy)
}

// partsLacking names parts: "all 10 runs of part 3/4, 2 of part 4/4".
func partsLacking(lacking []sweep.Lack) string {
	var parts []string
	for i, l := range lacking {
		if i == missingParts {
			parts = append(parts, fmt.Sprintf("and of %d more parts", len(lacking)-i))
			break
		}
		text := fmt.Sprintf("%d of part %s", l.Missing, l.Shard)
		if l.Missing == l.Of {
			text = "all " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}
