// Package acceptance drives the built product as its users do: real processes,
// real engines, fake networks, and nothing but HTTP between. It holds only
// tests.
package acceptance
