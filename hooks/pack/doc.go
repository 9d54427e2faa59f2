// Package pack installs, versions and publishes what is content and not code: templates of
// pathways and letters, the letters' rules, evidence policies and calendars. What is published stays;
// what was compiled of it is kept by its hash.
package pack
