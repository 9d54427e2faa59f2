package letterpage

import "slices"

// pictures are drawn here, for easy read: lettertext.Pictures names them.
var pictures = map[string]picture{
	"calendar": {"A calendar", "Calendr", []stroke{
		{white, box(14, 20, 72, 66)}, {strong, box(14, 20, 72, 17)},
		{bare, segment(32, 12, 32, 26)}, {bare, segment(68, 12, 68, 26)},
		{pale, box(24, 46, 13, 12)}, {pale, box(44, 46, 13, 12)}, {pale, box(64, 46, 13, 12)},
		{pale, box(24, 66, 13, 12)}, {strong, box(44, 66, 13, 12)}, {pale, box(64, 66, 13, 12)},
	}},
	"change": {"Two arrows: it can be changed", "Dwy saeth: gellir ei newid", []stroke{
		{strong, path("M", 12, 32, "L", 64, 32, "L", 64, 18, "L", 90, 38, "L", 64, 58, "L", 64, 44, "L", 12, 44, "Z")},
		{pale, path("M", 88, 68, "L", 36, 68, "L", 36, 56, "L", 10, 75, "L", 36, 94, "L", 36, 80, "L", 88, 80, "Z")},
	}},
	"clock": {"A clock", "Cloc", []stroke{
		{white, circle(50, 50, 38)}, {bare, segment(50, 50, 50, 24)}, {bare, segment(50, 50, 68, 58)}, {strong, circle(50, 50, 3)},
		{bare, segment(50, 12, 50, 18)}, {bare, segment(50, 82, 50, 88)}, {bare, segment(12, 50, 18, 50)}, {bare, segment(82, 50, 88, 50)},
	}},
	"friend": {"Two people side by side", "Dau berson ochr yn ochr", append(person(34, 36, 22, pale), person(68, 36, 22, strong)...)},
	"help": {"A hand that holds a heart", "Llaw yn dal calon", []stroke{
		{strong, path("M", 50, 56, "C", 20, 38, 22, 12, 38, 12, "C", 45, 12, 49, 17, 50, 22, "C", 51, 17, 55, 12, 62, 12, "C", 78, 12, 80, 38, 50, 56, "Z")},
		{pale, path("M", 8, 66, "L", 24, 60, "C", 34, 60, 38, 68, 50, 68, "C", 60, 68, 60, 76, 50, 76, "L", 40, 76, "L", 54, 78, "L", 82, 62, "C", 92, 58, 94, 66, 88, 71, "L", 58, 90, "L", 8, 88, "Z")},
	}},
	"house": {"A house", "Tŷ", []stroke{
		{white, box(22, 46, 56, 42)}, {strong, path("M", 10, 50, "L", 50, 14, "L", 90, 50, "Z")},
		{pale, box(42, 60, 16, 28)}, {pale, box(27, 56, 11, 11)}, {pale, box(62, 56, 11, 11)},
	}},
	"interpreter": {"Two people with different words", "Dau berson â geiriau gwahanol", slices.Concat(
		person(24, 66, 14, pale), person(76, 66, 14, strong), []stroke{
			{white, path("M", 6, 10, "L", 46, 10, "L", 46, 40, "L", 30, 40, "L", 24, 50, "L", 22, 40, "L", 6, 40, "Z")},
			{white, path("M", 54, 10, "L", 94, 10, "L", 94, 40, "L", 78, 40, "L", 76, 50, "L", 70, 40, "L", 54, 40, "Z")},
			{bare, path("M", 18, 34, "L", 26, 16, "L", 34, 34)}, {bare, segment(21, 28, 31, 28)},
			{bare, segment(64, 20, 84, 20)}, {bare, segment(74, 14, 74, 20)}, {bare, path("M", 80, 20, "C", 78, 28, 72, 33, 65, 35)}, {bare, path("M", 68, 20, "C", 70, 28, 76, 33, 83, 35)},
		})},
	"letter": {"A letter", "Llythyr", []stroke{
		{white, box(10, 24, 80, 54)}, {pale, path("M", 10, 24, "L", 50, 56, "L", 90, 24, "Z")},
	}},
	"meeting": {"People around a table", "Pobl o gwmpas bwrdd", slices.Concat(
		person(22, 34, 14, pale), person(50, 26, 14, strong), person(78, 34, 14, pale), []stroke{
			{white, path("M", 8, 66, "C", 8, 52, 92, 52, 92, 66, "C", 92, 82, 8, 82, 8, 66, "Z")},
		})},
	"missed": {"A closed door with a card on it", "Drws ar gau â cherdyn arno", []stroke{
		{pale, box(26, 10, 48, 80)}, {bare, segment(12, 90, 88, 90)}, {strong, circle(66, 54, 3)},
		{white, box(36, 24, 24, 17)}, {bare, segment(41, 30, 55, 30)}, {bare, segment(41, 35, 51, 35)},
	}},
	"phone": {"A telephone", "Ffôn", []stroke{
		{strong, path("M", 32, 10, "L", 68, 10, "C", 72, 10, 74, 12, 74, 16, "L", 74, 84, "C", 74, 88, 72, 90, 68, 90, "L", 32, 90, "C", 28, 90, 26, 88, 26, 84, "L", 26, 16, "C", 26, 12, 28, 10, 32, 10, "Z")},
		{white, box(32, 20, 36, 54)}, {white, circle(50, 82, 4)},
		{bare, path("M", 40, 34, "C", 40, 52, 50, 60, 60, 60, "L", 62, 54, "L", 55, 50, "L", 52, 53, "C", 48, 50, 47, 47, 46, 44, "L", 49, 41, "L", 46, 34, "Z")},
	}},
	"question": {"A question mark", "Marc cwestiwn", []stroke{
		{pale, circle(50, 50, 40)},
		{bare, path("M", 36, 40, "C", 36, 20, 66, 20, 65, 40, "C", 64, 52, 50, 50, 50, 64)}, {strong, circle(50, 76, 3)},
	}},
	"school": {"A school", "Ysgol", []stroke{
		{white, box(10, 50, 80, 38)}, {strong, path("M", 30, 50, "L", 50, 32, "L", 70, 50, "Z")}, {bare, segment(50, 32, 50, 10)},
		{strong, path("M", 50, 10, "L", 68, 15, "L", 50, 20, "Z")}, {pale, box(43, 66, 14, 22)}, {pale, box(18, 60, 12, 12)}, {pale, box(70, 60, 12, 12)},
	}},
	"stop": {"A stop sign", "Arwydd stop", []stroke{
		{strong, path("M", 34, 10, "L", 66, 10, "L", 90, 34, "L", 90, 66, "L", 66, 90, "L", 34, 90, "L", 10, 66, "L", 10, 34, "Z")}, {white, box(26, 43, 48, 14)},
	}},
	"talk": {"Two people who talk", "Dau berson yn siarad", slices.Concat(
		person(24, 60, 17, pale), person(76, 60, 17, strong), []stroke{
			{white, path("M", 26, 8, "L", 74, 8, "L", 74, 34, "L", 44, 34, "L", 34, 44, "L", 35, 34, "L", 26, 34, "Z")},
			{bare, segment(36, 17, 64, 17)}, {bare, segment(36, 25, 58, 25)},
		})},
	"thumbs_up": {"A thumb that points up", "Bawd yn pwyntio i fyny", []stroke{
		{strong, box(12, 44, 18, 44)},
		{pale, path("M", 30, 48, "L", 46, 40, "L", 50, 14, "C", 52, 6, 64, 8, 64, 18, "L", 62, 40, "L", 84, 40, "C", 92, 40, 92, 52, 86, 53, "C", 92, 55, 91, 65, 84, 66, "C", 89, 69, 87, 78, 80, 78, "C", 83, 82, 81, 88, 74, 88, "L", 40, 88, "L", 30, 82, "Z")},
	}},
}
