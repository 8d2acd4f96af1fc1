#include "tests/lib/merkle.h"

/* The largest power of two below n. */
static uint64_t
split(uint64_t n)
{
	uint64_t k = 1;

	while (2 * k < n)
		k *= 2;
	return k;
}

struct tree_hash
merkle_root(const struct tree_hash *d, uint64_t n)
{
	struct tree_hash left, right, root;

	if (n == 1)
		return d[0];
	left = merkle_root(d, split(n));
	right = merkle_root(d + split(n), n - split(n));
	tree_node(&left, &right, &root);
	return root;
}

void
merkle_path(uint64_t m, const struct tree_hash *d, uint64_t n, struct proof *out)
{
	uint64_t k = split(n);

	if (n == 1)
		return;
	if (m < k) {
		merkle_path(m, d, k, out);
		out->hashes[out->count++] = merkle_root(d + k, n - k);
	} else {
		merkle_path(m - k, d + k, n - k, out);
		out->hashes[out->count++] = merkle_root(d, k);
	}
}

void
merkle_subproof(uint64_t m, const struct tree_hash *d, uint64_t n, bool whole,
		struct proof *out)
{
	uint64_t k = split(n);

	if (m == n) {
		if (!whole)
			out->hashes[out->count++] = merkle_root(d, n);
	} else if (m <= k) {
		merkle_subproof(m, d, k, whole, out);
		out->hashes[out->count++] = merkle_root(d + k, n - k);
	} else {
		merkle_subproof(m - k, d + k, n - k, false, out);
		out->hashes[out->count++] = merkle_root(d, k);
	}
}
