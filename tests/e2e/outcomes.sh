#!/bin/bash
# Real elections (Pabulib files), every rule whose winners somebody else has worked out: those of
# another program (oracle/, ties by ids as strings) and those the city elected (`selected`). A line
# for each file and rule. FULL=1: the second implementation of the rules is tried as well.

. "$(dirname "$0")/common.bash"

# outcomes FILE [slow]: every line of the program is something checked.
outcomes() {
	local file=$DATA/pabulib/$1.pb oracle=$DATA/pabulib/oracle/$1.json what=$1${2:+ ($2)}
	local started=$SECONDS word rest
	"$OUT/tests/e2e/outcomes" "$file" "$oracle" ${2:+"$2"} > "$WORK/lines" 2> "$WORK/said"
	[ $? -le 1 ] || not_ok "$what: the program ended otherwise"
	[ -s "$WORK/lines" ] || not_ok "$what: nothing was compared"
	while read -r word rest; do
		if [ "$word" = agree ]; then
			ok "$what: $rest"
		else
			not_ok "$what: $word $rest"
		fi
	done < "$WORK/lines"
	echo "# $what: $((SECONDS - started)) s"
}

if [ ! -d "$DATA/pabulib/oracle" ]; then
	skipped "$DATA/pabulib/oracle is not there"
	exit 0
fi
for file in "$DATA"/pabulib/*.pb; do
	outcomes "$(basename "$file" .pb)"
done
outcomes Poland_Gdynia_2020 slow
if [ -n "$FULL" ]; then
	outcomes Netherlands_Assen_2024 slow
	outcomes Switzerland_Zurich_S5R slow
	outcomes Poland_Katowice_2024_Murcki slow
	outcomes Poland_Wieliczka_2023_Green_Budget slow
	outcomes Poland_Warszawa_2023_Ursus slow
fi
