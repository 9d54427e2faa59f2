// Package account is who works here: people's accounts and roles, agencies, invitations, phones and
// browsers, and who is told when somebody's rights change.
package account
