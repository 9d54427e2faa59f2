package pathway

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// unknownMembers finds members that the form has no place for: a word misspelt
// must not silently drop a guard. It also finds values of the wrong shape.
func unknownMembers(f *faults, at string, tree any, form any) {
	walk(f, at, tree, reflect.TypeOf(form))
}

func walk(f *faults, at string, tree any, form reflect.Type) {
	for form.Kind() == reflect.Pointer {
		form = form.Elem()
	}
	switch form.Kind() {
	case reflect.Struct:
		object, ok := tree.(map[string]any)
		if !ok {
			f.add(place(at), "should be an object")
			return
		}
		fields := membersOf(form)
		for _, name := range sortedKeys(object) {
			field, known := fields[name]
			if !known {
				f.add(place(join(at, name)), "is not a member here")
				continue
			}
			walk(f, join(at, name), object[name], field)
		}
	case reflect.Slice:
		list, ok := tree.([]any)
		if !ok {
			f.add(place(at), "should be a list")
			return
		}
		for i, one := range list {
			walk(f, fmt.Sprintf("%s[%d]", at, i), one, form.Elem())
		}
	case reflect.Map:
		object, ok := tree.(map[string]any)
		if !ok {
			f.add(place(at), "should be an object")
			return
		}
		for _, name := range sortedKeys(object) {
			walk(f, join(at, name), object[name], form.Elem())
		}
	case reflect.String:
		if _, ok := tree.(string); !ok {
			f.add(place(at), "should be text")
		}
	case reflect.Bool:
		if _, ok := tree.(bool); !ok {
			f.add(place(at), "should be true or false")
		}
	case reflect.Int:
		n, ok := tree.(float64)
		if !ok || n != float64(int32(n)) {
			f.add(place(at), "should be a whole number")
		}
	}
}

func membersOf(form reflect.Type) map[string]reflect.Type {
	m := make(map[string]reflect.Type)
	for i := range form.NumField() {
		field := form.Field(i)
		if !field.IsExported() {
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		m[name] = field.Type
	}
	return m
}

func sortedKeys[V any](object map[string]V) []string {
	return slices.Sorted(maps.Keys(object))
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

func place(at string) string {
	if at == "" {
		return "body"
	}
	return at
}
