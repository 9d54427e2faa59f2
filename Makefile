# make demo   a filled Fellmoor on http://127.0.0.1:8090 (PORT=8100: on another port)
# make test   every test; it installs what it needs
# make quick  what a change breaks first: engines, contract, rooms; seconds
# make race   the race detector over store, sync, uploads and devices (SEEDS=200, FROM=1)
# make sabotage   each guard taken away in turn, and the test that must turn red (CUTS=store)
# make look   a picture of every page, wide and narrow, in a folder that it names
# make bench, make soak, make simulate SEEDS=1000   long measurements and long soaks

PORT = 8090
SEEDS ?= 1000
FROM ?= 1
SIMULATOR := ^TestSimulatedPhonesLoseNothing$$
export GOFLAGS := -mod=readonly

.PHONY: demo test assets phone fonts tusjs powersync browser published client look letters generate bench simulate soak quick race sabotage

demo: assets phone fonts
	go run ./server serve --demo --http 127.0.0.1:$(PORT)

# Web assets are fetched and built, never committed. Without npm the pages are plain.
assets:
	@if command -v npm >/dev/null 2>&1; then \
		cd server/coordinate/assets && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm run --silent build; \
	else echo "npm is not installed: the coordinators' pages will be plain"; fi

# The app for phones and desks. It wears what assets has built of GOV.UK Frontend.
phone: assets
	@if command -v npm >/dev/null 2>&1; then \
		cd mobile-contract/phone && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && GOVUK_CSS=$(CURDIR)/server/coordinate/assets/built/govuk.css npm run --silent build; \
	else echo "npm is not installed: there is no app at /, and its page says so"; fi

# The type for names in Arabic, Urdu, Chinese, Korean, Thai, Ethiopic and the scripts of
# India: some 70 MB to fetch once, 15 MB of it kept.
# Without npm the paper writes names in Latin, Greek, Cyrillic and Hebrew letters only.
fonts:
	@if command -v npm >/dev/null 2>&1; then \
		cd hooks/typeface/fonts && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm run --silent build; \
	else echo "npm is not installed: letters are printed to names in Latin, Greek, Cyrillic and Hebrew letters only"; fi

# A tus client that somebody else wrote, for one test of the upload room.
tusjs:
	@if command -v npm >/dev/null 2>&1; then \
		cd server/upload/tusjs && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; \
	else echo "npm is not installed: the upload lane is not tried with tus-js-client"; fi

# PowerSync's library, for tests of its stream; better-sqlite3 in it is built here.
powersync:
	@if command -v npm >/dev/null 2>&1; then \
		cd server/sync/powersync/sdk && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm rebuild better-sqlite3 --loglevel=error; \
	else echo "npm is not installed: the stream is not tried with PowerSync's library"; fi

# What drives Chromium and reads its pages; the browser itself is the machine's own.
browser:
	@if command -v npm >/dev/null 2>&1; then \
		cd server/browser && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; \
	else echo "npm is not installed: the pages are not tried in a browser"; fi

# Other people's validators, for what the contract publishes.
published:
	@if command -v npm >/dev/null 2>&1; then \
		cd server/published && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; \
	else echo "npm is not installed: the contract is not held to other people's validators"; fi

# What builds the contract's client and its tests; it needs nothing when it runs.
client:
	@if command -v npm >/dev/null 2>&1; then \
		cd mobile-contract/ts && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; \
	else echo "npm is not installed: the contract's client is not run"; fi

# The simulator has the machine to itself: its 200 seeds are to take 3 minutes at most,
# and what stands behind its "ok" is what they took. Then everything else.
test: assets phone fonts tusjs powersync browser published client
	go vet ./...
	go test -timeout 30m ./server/sync -run '$(SIMULATOR)'
	go test -timeout 60m ./... -skip '$(SIMULATOR)'

# What needs no server and no store: the pure engines, the contract, what imports what, and
# that each of sabotage's cuts still applies. The first time it compiles.
quick:
	go vet ./mobile-contract ./collections ./hooks ./server/sync
	go test ./mobile-contract ./collections ./collections/packs ./hooks/champion ./hooks/chronology ./hooks/clock ./hooks/identifier ./hooks/knownas ./hooks/lettertext ./hooks/store ./hooks/tally ./hooks/workday ./server/sabotage
	go test ./hooks/pathway -rapid.checks=20
	go test ./server -run 'TestImportsPointOneWay|TestEveryPackageHasItsSign|TestNoHandWrittenFileIsLong'

# Nightly, and before a release: some ten times as slow as without.
race: SEEDS = 200
race:
	go test -race -timeout 60m ./hooks/store ./hooks/quicker ./server/upload/... ./server/devices -skip 'TestMemory|Soak'
	HOLDFAST_FROM=$(FROM) HOLDFAST_SEEDS=$(SEEDS) go test -race -timeout 170m ./server/sync -skip 'Bench'

CUTS ?= .
sabotage:
	go run ./server/sabotage -cuts '$(CUTS)'

look: assets phone fonts browser
	@LOOK=$$(mktemp -d) && HOLDFAST_LOOK=$$LOOK go test ./server -run 'BrowserPages|BrowserPhone' -count=1; echo "The pictures are in $$LOOK"

# Every kind of letter to names in nine scripts at two addresses, and with all that strains it.
letters: fonts
	@LOOK=$$(mktemp -d) && HOLDFAST_LETTERS=$$LOOK go test ./hooks/letterpage -run 'EveryKindIsWritten|HardestLetter' -count=1; echo "The letters are in $$LOOK"

generate:
	go generate ./...

bench:
	HOLDFAST_BENCH=1 go test ./server/sync -run BenchTable -count=1 -timeout 60m -v
	HOLDFAST_BENCH=1 go test ./server/coordinate ./server/ops -run Quick -count=1 -v
	HOLDFAST_BENCH=1 go test ./server -run BenchPhone -count=1 -timeout 30m -v
	go test ./server/sync ./server/upload ./server/devices ./hooks/letterpage ./hooks/pathway -run '^$$' -bench . -timeout 60m

simulate:
	HOLDFAST_FROM=$(FROM) HOLDFAST_SEEDS=$(SEEDS) go test ./server/sync -run Simulated -count=1 -timeout 170m -v

soak:
	HOLDFAST_SOAK=1 go test ./server/soak -run Soak -count=1 -timeout 60m -v
	HOLDFAST_SOAK=1 go test ./server/sync -run 'Fuzzed|Strange' -count=1 -timeout 60m -v
	HOLDFAST_SOAK=1 go test ./hooks/pathway ./hooks -run 'I14|StoredSteps' -count=1 -timeout 60m -v
	HOLDFAST_SOAK=1 go test ./server ./server/gate -run 'EachRead|Canary|NoPath' -count=1 -timeout 60m -v
