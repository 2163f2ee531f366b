// Package report turns what happened in a run into what a person hands in: captures, figures, tables and pages. It is
// told of events and samples, and knows neither how they came about nor which engine made them.
package report
