package collections

//go:generate go run holdfast/collections/generate
