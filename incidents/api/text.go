package api

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/otklik/otklik/internal/fault"
)

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// checkText names every string of an input that no engine can store: Postgres
// refuses NUL and what is not UTF-8.
func checkText(ctx context.Context, in any) error {
	c := textCheck{message: say(ctx, notText)}
	c.walk(reflect.ValueOf(in), "")
	return fault.Fields(c.bad...)
}

const maxBadFields = 50

type textCheck struct {
	message string
	bad     []fault.Field
}

func (c *textCheck) walk(v reflect.Value, path string) {
	if len(c.bad) >= maxBadFields {
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			c.walk(v.Elem(), path)
		}
	case reflect.String:
		if s := v.String(); strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
			c.bad = append(c.bad, fault.Field{Path: path, Message: c.message})
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			c.walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			c.walk(it.Key(), path)
			c.walk(it.Value(), join(path, fmt.Sprint(it.Key())))
		}
	case reflect.Struct:
		t := v.Type()
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				c.walk(v.Field(i), join(path, fieldName(f)))
			}
		}
	}
}

// fieldName is where a field of an input comes from: "query.limit",
// "body", or its name in JSON. An embedded one adds nothing.
func fieldName(f reflect.StructField) string {
	for _, in := range []string{"path", "query", "header"} {
		if name, ok := f.Tag.Lookup(in); ok {
			name, _, _ = strings.Cut(name, ",")
			return in + "." + name
		}
	}
	if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
		return name
	}
	if f.Anonymous {
		return ""
	}
	if f.Name == "Body" {
		return "body"
	}
	return f.Name
}

func join(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "." + name
}
