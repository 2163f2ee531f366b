// Package app has the client and server programs of the laboratory: ordinary blocking socket code, the same over UDP and
// TCP wherever the socket API lets it be. They run on any sim.Host and cannot tell whether its time is virtual.
//
//   - Stream sends numbered, time-stamped, checksummed messages at a steady pace, and its server checks what arrives;
//     as a bulk transfer it sends as fast as the connection takes them, or at a given rate over UDP;
//   - Echo sends lines; its server returns each one in upper case, and the client checks the answer.
//
// What the programs see of their messages they tell an Observer.
package app
