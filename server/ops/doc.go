// Package ops keeps the doors that the house has and closes those it must not
// have: the SQL console's route, zip backups, file caches, query strings in logs.
package ops
