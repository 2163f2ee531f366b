# Reads `go test -v ./...` and prints a line for each package with the number of its tests, and everything of a package
# that failed. Fails if a test failed, or was skipped without a line in the file `skips`, or if none ran. Writes the
# counts to the file `total`. Subtests count.

BEGIN {
  while ((getline line < skips) > 0)
    if (line !~ /^(#|$)/) {
      split(line, word, " ")
      allowed[word[1] " " word[2]] = 1
    }
}

/^=== / { speaker = $3; next }
{ said[++n] = $0 }

/^ *--- PASS: / { passed++; here++ }
/^ *--- FAIL: / { failed++ }
/^ *--- SKIP: / { skipped++; skip[++s] = $3 }
!/^ *--- / { last[speaker] = $0 } # of a test that skips itself: why

/^ok  \t/ { print $0 "\t" here + 0 " passed"; package($2) }
/^\?   \t/ { print; package($2) }
/^FAIL\t/ {
  for (i = 1; i <= n; i++) if (said[i] !~ /^ *--- PASS: /) print said[i]
  bad = 1
  package($2)
}

# package ends the part of a package.
function package(name,    i) {
  for (i = 1; i <= s; i++) {
    if ((name " " skip[i]) in allowed)
      continue
    print "skipped, which .ci/skips does not allow: " name " " skip[i] ":" last[skip[i]]
    bad = 1
  }
  n = here = s = 0
  split("", last)
}

END {
  printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped > total
  if (n > 0 && !(n == 1 && said[1] == "FAIL")) { # output without a package to it
    for (i = 1; i <= n; i++) print said[i]
    bad = 1
  }
  if (passed == 0) {
    print "no test has passed"
    bad = 1
  }
  exit bad || failed > 0
}
