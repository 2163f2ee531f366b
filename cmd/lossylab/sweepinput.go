package main

import (
	"crypto/sha256"
	"encoding/hex"
)

// inputOf returns the file that an axis such as traffic.call.input names, and the SHA-256 of what was read from it.
func (s *scenario) inputOf(key string) (name, sum string, ok bool) {
	if s.mix == nil {
		return "", "", false
	}
	for i := range s.mix.Traffic {
		if p := &s.mix.Traffic[i]; key == "traffic."+p.Name+".input" {
			h := sha256.Sum256(p.input)
			return p.Input, hex.EncodeToString(h[:]), true
		}
	}
	return "", "", false
}

// shareInput takes the input of another cell, which was read from path. An echo sends it line by line.
func (s *scenario) shareInput(from *scenario, path string) error {
	s.Input, s.input = from.Input, from.input
	if s.App == "echo" {
		return s.cutLines(path)
	}
	return nil
}
