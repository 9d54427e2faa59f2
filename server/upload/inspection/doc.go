// Package inspection looks into a file that came: what it is by its content, whether it
// holds anything that runs, and a picture of it. It is the only place where bytes that
// anybody may have sent are unpacked, so that its bounds stand in one file.
//
// Why it knows no request and no database row but the one it is asked about: what a file
// turns out to be must not depend on who asks, or when.
package inspection
