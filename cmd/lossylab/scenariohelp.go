package main

const scenarioWords = `
A SCENARIO.yaml says all of this with the flags' names as keys ("app: bulk", "link: rate 10mbit delay 20ms", or "link:" with
the words rate, delay, up, down and so on below it); flags beside it go before. Files that it names lie beside it. More keys:
  traffic                  a list of what shares one network, each with name, proto, what is sent, and start, client if wanted
  clients                  a list of hosts, each with name, and link: the SPEC of an access link, or up and down of it
  expect                   a list of lines; if one is not so, the exit status is 1. FLOW is udp or tcp, or the name of a traffic:
    tcp.app.lost == 0            FLOW.PATH OP VALUE: a number by its path in results.json; OP is < <= == != >= or >
    tcp.app.goodput_bps > 9mbit  a VALUE may have the unit of the path (_s, _bps, bytes), or be a share: 5%
    udp.app.lost > 2 * tcp.link.up.dropped         or another number, or so many times that
    udp.app.latency_s.p50 == 20ms within 5%        == and !=: up to a share of VALUE, or to a number
    udp.link.up.dropped_by.loss in 10 .. 30        both ends included
  sweep                    for 'lossylab sweep': vary, repeat, metrics, compare
'lossylab schema' prints the JSON Schema for editors; testdata/scenarios has examples of everything.
`
