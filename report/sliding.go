package report

// slide appends x to a list that loses elements at its front, and lies in all. Where there is no room left behind it, it moves
// to the beginning of its memory if it fills half of that at most: append would take new memory, again and again.
func slide[T any](list, all *[]T, x T) {
	switch full := len(*list) == cap(*list); {
	case full && 2*len(*list) > cap(*all):
		*list = append(*list, x)
		*all = *list
		return
	case full:
		*list = (*all)[:copy((*all)[:cap(*all)], *list)]
	}
	*list = append(*list, x)
}
