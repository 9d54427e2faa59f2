// Package lettertext turns a letter template and the facts of one family into the text of one letter.
//
// It is a pure engine: no app, no clock, no randomness, standard library only.
// The parse is part of the contract: mobile-contract/vectors/letter.json holds
// the cases that this package and any phone must answer alike.
//
// # Markup
//
// A template is UTF-8 text of at most MaxSource bytes, read line by line.
//
//	@language cy             first lines only; en (the default) or cy
//	@print large             first lines only; standard (the default) or large
//	# Subject                a heading; ## is a subheading
//	- item                   a bullet
//	plain text               a paragraph; the next plain line carries it on
//	(blank line)             ends a paragraph or bullet
//	**words**                bold, closed within its block
//	{{contact.name}}         a field of the Catalogue
//	{{#missed}}              alone on its line: what follows is repeated for each item
//	- {{date}}: {{kind}}     inside, only the item's own fields are named
//	{{/missed}}              alone on its line: ends the list
//	\{ \} \* \# \- \@ \\     the character itself
//
// Lists do not nest, there are no conditions, no includes and no raw output.
// One omission is built in: a paragraph, bullet or heading that names an
// optional field without a value is left out whole.
//
// # Why
//
// A letter that goes to the wrong hands or says the wrong thing can get someone
// hurt (domain reference 3.4), so the language has no power to spare: it cannot
// compute, cannot hide text by a condition, and the closed catalogue has no
// field for anybody's address but the recipient's own. Values are put in after
// parsing and are never parsed: a name that looks like markup is printed as it
// looks. goldmark was set aside because a second implementation in TypeScript
// has to agree with this one to the byte, and Markdown is too large for that.
package lettertext
