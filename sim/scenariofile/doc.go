// Package scenariofile reads scenario files: experiments written down as YAML.
//
// It knows what may stand where (a Shape), and where each word stands (a Node). What the words mean is for the command that
// asks: the same Shape makes the JSON Schema that editors complete from, so that the two cannot differ.
//
//	file ──parse──▶ YAML ──Shape──▶ Node: words with their places      Shape ──▶ JSON Schema
//	                          └───▶ Problems: all of them, each with line, column and remedy
package scenariofile
