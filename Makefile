.PHONY: build test check update ci

build: ; go build ./cmd/lossylab
test: ; go test ./...
check: ; go run ./cmd/check

# Writes every golden file anew: read the diff.
update:
	go test $$(grep -rl --include='*_test.go' 'flag.Bool("update"' . | xargs -n 1 dirname | sort -u) -update

ci: ; .ci/run
