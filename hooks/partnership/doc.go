// Package partnership is what agencies do with one another about a family: meetings, agreed actions,
// referrals, disagreements and their stages, and handing over the lead.
package partnership
