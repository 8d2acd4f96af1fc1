# The table of side_by_side.sh: musts and aims, and what was seen. Reads lines of round, what was
# measured, quantity, value (tabs). Variables: ifma = 1 where the processor has AVX-512 IFMA.
#
# A row is a formula over the figures of one round. Of all rounds the better one counts; the range
# is shown beside it.
BEGIN {
	FS = "\t"
}
{
	value[$2, $3, $1] = $4
	if (!($2 in known)) {
		known[$2] = ++names_count
		names[names_count] = $2
	}
	if ($1 > rounds)
		rounds = $1
}

function has(what, quantity, round) {
	return (what, quantity, round) in value
}

# Sets `count`, `least` and `most` over the rounds in which all that `kind` needs was measured:
#   ratio      a's q / b's q                beyond   a's q less b's
#   is         a's q
function gather(kind, a, b, q,    r, v) {
	count = 0
	for (r = 1; r <= rounds; r++) {
		if (!has(a, q, r) || (b != "" && !has(b, q, r)))
			continue
		if (kind == "is")
			v = value[a, q, r]
		else if (kind == "beyond")
			v = value[a, q, r] - value[b, q, r]
		else if (value[b, q, r] > 0)
			v = value[a, q, r] / value[b, q, r]
		else
			continue
		if (count++ == 0)
			least = most = v
		if (v < least)
			least = v
		if (v > most)
			most = v
	}
}

function number(v) {
	return sprintf((v >= 100 ? "%.0f" : (v >= 10 ? "%.1f" : "%.2f")), v)
}

# better: "more" or "less" of it.
function row(what, must, aim, better, unit,    best, mark) {
	if (count == 0) {
		printf "| %s | %s%s | %s%s | not measured | |\n", what, must, unit, aim, unit
		return
	}
	best = better == "more" ? most : least
	mark = "missed"
	if (better == "more" ? best >= must : best <= must)
		mark = "must"
	if (better == "more" ? best >= aim : best <= aim)
		mark = "aim"
	if (best < 0)
		mark = "noise"
	printf "| %s | %s%s | %s%s | %s%s%s | %s |\n", what, must, unit, aim, unit,
		number(best), unit,
		(count > 1 ? " (" number(least) " to " number(most) ")" : ""), mark
}

function ratio(what, must, aim, a, b) {
	gather("ratio", a, b, "rate")
	row(what, must, aim, "more", "")
}

# As ratio, of the eight lanes.
function ratio_ifma(what, must, aim, a, b) {
	if (ifma)
		ratio(what, must, aim, a, b)
	else
		printf "| %s | %s | %s | not on this machine | |\n", what, must, aim
}

# What explains the row above: nothing is asked of it.
function beside(what, a, b) {
	gather("ratio", a, b, "rate")
	printf "| - %s | | | %s | |\n", what, count ? number(least) \
		(count > 1 ? " to " number(most) : "") : "not measured"
}

function least_of(what, must, aim, a, q, unit) {
	gather("is", a, "", q)
	row(what, must, aim, "less", unit)
}

# Least to most of the rounds; nothing where it was not measured.
function range(what, quantity) {
	gather("is", what, "", quantity)
	if (count == 0)
		return ""
	return number(least) (count > 1 ? " to " number(most) : "")
}

function figures(    i) {
	print "\n| figure | a second | p50 ms | p99 ms | server us | sender us | late % |"
	print "|---|---|---|---|---|---|---|"
	for (i = 1; i <= names_count; i++)
		printf "| %s | %s | %s | %s | %s | %s | %s |\n", names[i], range(names[i], "rate"),
			range(names[i], "p50_ms"), range(names[i], "p99_ms"),
			range(names[i], "server_us"), range(names[i], "client_us"),
			range(names[i], "late")
}

END {
	best = ifma ? "ifma" : "portable"
	print "| what | must | aim | seen | |"
	print "|---|---|---|---|---|"
	ratio("ingest, libsodium, voters' own keys / the probe, the same batches", 0.85, 0.95,
		"tallyd-libsodium-voter", "probe-libsodium-voter")
	# By processor time, which neighbours disturb less than the clock on the wall.
	gather("ratio", "bare-libsodium", "bare-portable", "server_us")
	row("verify rate by tables / libsodium one by one: portable, batch 64", 5.5, 7.5, "more", "")
	gather("ratio", "bare-libsodium", "bare-ifma", "server_us")
	if (ifma)
		row("the same: IFMA", 20, 32, "more", "")
	else
		ratio_ifma("the same: IFMA", 20, 32)
	ratio("saturated ingest, frontend keys / the probe without verification: portable",
		0.35, 0.5, "tallyd-portable", "probe-none")
	ratio_ifma("the same: IFMA", 0.6, 0.85, "tallyd-ifma", "probe-none")
	beside("bare verification on all cores / the probe without: the most that row could be",
		"bare-" best "-all", "probe-none")
	beside("the same ingest / bare verification on all cores", "tallyd-" best,
		"bare-" best "-all")
	beside("the same ingest / the probe with the same tables", "tallyd-" best,
		"probe-" best)
	ratio("the same / PostgreSQL, a ballot a transaction, 32 clients: portable", 8, 15,
		"tallyd-portable", "postgres-single")
	ratio_ifma("the same: IFMA", 15, 30, "tallyd-ifma", "postgres-single")
	ratio_ifma("the same / PostgreSQL, unnest of 256 with counters: IFMA", 3, 6, "tallyd-ifma",
		"postgres-unnest")
	ratio_ifma("the same / Redis, always, 50 x 16: IFMA", 1.5, 3, "tallyd-ifma", "redis")
	gather("beyond", "tallyd-" best, "bare-" best "-all", "server_us")
	row("processor time a ballot beyond verification (bare, on all cores at once)", 5, 3, "less", " us")
	least_of("open loop at 50 % of saturation, p99 from the intended time", 20, 12, "open-50",
		"p99_ms", " ms")
	least_of("open loop at 70 %, p99", 100, 30, "open-70", "p99_ms", " ms")
	least_of("a lone ballot, p50", 2, 0.7, "lone", "p50_ms", " ms")
	ratio("1 % forged in the stream / none", 0.85, 0.97, "forged", "tallyd-" best)
	ratio("tally-verify, all cores / libsodium, all cores", 0.9, 0.97, "audit", "audit-bare")
	ratio("the same with --fast", 2.5, 10, "audit-fast", "audit-fast-bare")
	figures()
}
