package main

import (
	"os"

	"github.com/spf13/cobra"

	"holdfast/server/demo"
	"holdfast/server/tour"
)

// tourCommand walks the first thread through a running demo server.
func tourCommand() *cobra.Command {
	var at string
	c := &cobra.Command{
		Use:   "tour",
		Short: "Walks the first thread through a running demo server, step by step",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if !tour.Walk(os.Stdout, at, demo.Password) {
				return errWrong
			}
			return nil
		},
	}
	c.Flags().StringVar(&at, "at", "http://127.0.0.1:8090", "the demo server's address")
	return c
}
