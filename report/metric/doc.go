// Package metric measures what a path did to a stream of packets, as RFCs and textbooks define it: which packets were lost
// and in what runs, how many were overtaken and how far, how long they took, and how sure one can be of such numbers.
//
// Each noun has a file, and each type's comment names the definition that it follows. Types that take packets one by one
// are ready as their zero value and need little memory however long the stream is. A number that has no meaning, such as
// the mean length of no losses at all, is NaN.
package metric
