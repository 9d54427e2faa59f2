package collections

//go:generate go run holdfast/collections/list
//go:generate go run holdfast/collections/generate
