#include "ed25519/abreast.h"

#include "ed25519/point.h"
#include "ed25519/pointx.h"
#include "ed25519/sha512x.h"
#include "ed25519/steps.h"

/* What the sums of a group add, row by row of the base's table and then of their keys' tables. */
struct rows {
	const uint8_t *entry[STEPS_MAX + STEPS_AHEAD][LANES_COUNT];
	uint8_t negative[STEPS_MAX]; /* a mask */
};

struct group {
	struct pointx_result point;
	struct fieldx before; /* the product of twice_z of the groups before */
};

/* Items [0, count) of a batch that can be genuine, in the order of the lanes. */
struct work {
	struct ed25519_item *item[ED25519_BATCH_MAX];
	struct sha512x_message message[ED25519_BATCH_MAX];
	struct group group[ABREAST_GROUPS_MAX];
	size_t count;
};

static void
work_admit(struct work *work, struct ed25519_item *items, size_t count)
{
	work->count = 0;
	for (size_t i = 0; i < count; i++)
		items[i].genuine = scalar_is_canonical(items[i].signature + ED25519_S) &&
				   !point_small_order(items[i].signature);
	for (unsigned w = KEYTABLE_WINDOW_LEAST; w <= KEYTABLE_WINDOW_MAX; w++) {
		for (size_t i = 0; i < count; i++) {
			if (items[i].genuine && items[i].key->window == w)
				work->item[work->count++] = &items[i];
		}
	}
	for (size_t i = 0; i < count; i++)
		items[i].genuine = false; /* until it has been compared */
}

static void
work_hash(struct work *work)
{
	for (size_t i = 0; i < work->count; i++) {
		work->message[i].first = work->item[i]->signature;
		work->message[i].second = work->item[i]->key->key;
		work->message[i].rest = work->item[i]->message;
	}
	sha512x(work->message, work->count);
}

/* Lists the additions of the items of a group; returns how many there are: the first has most, its
 * window being the least. */
static unsigned
rows_list(struct rows *rows, const struct keytable *base, const struct work *work, size_t first)
{
	const unsigned count = base->rows + work->item[first]->key->rows;

	memset(rows->negative, 0, count);
	for (unsigned i = 0; i < count + STEPS_AHEAD; i++) {
		for (unsigned lane = 0; lane < LANES_COUNT; lane++)
			rows->entry[i][lane] = base->entries; /* the identity */
	}
	for (unsigned lane = 0; lane < LANES_COUNT && first + lane < work->count; lane++) {
		const struct ed25519_item *item = work->item[first + lane];
		uint8_t k[SCALAR_SIZE];

		scalar_reduce(k, work->message[first + lane].digest);
		steps_list(&rows->entry[0][lane], LANES_COUNT, rows->negative, lane, base,
			   item->signature + ED25519_S);
		steps_list(&rows->entry[base->rows][lane], LANES_COUNT,
			   rows->negative + base->rows, lane, item->key, k);
	}
	return count;
}

static inline __attribute__((always_inline)) void
fetch(const uint8_t *const entry[LANES_COUNT])
{
	LANES_UNROLL
	for (unsigned lane = 0; lane < LANES_COUNT; lane++)
		steps_fetch(entry[lane]);
}

/* [S]B - [k]A in each lane. */
static struct pointx_result
rows_sum(const struct rows *rows, unsigned count)
{
	struct pointx sum = pointx_identity();

	for (unsigned i = 0; i < STEPS_AHEAD; i++)
		fetch(rows->entry[i]);
	for (unsigned i = 0; i < count; i++) {
		fetch(rows->entry[i + STEPS_AHEAD]);
		sum = pointx_add(sum, pointx_load(rows->entry[i], rows->negative[i]));
	}
	return pointx_finish(sum);
}

/* Lanes whose point is encoded by the first half of the item's signature. */
static uint8_t
lanes_genuine(const struct work *work, size_t first, struct pointx_result point,
	      struct fieldx inverse)
{
	struct lanes x[4], y[4], r[4];
	const uint8_t *signature[LANES_COUNT];
	uint8_t mask = LANES_ALL;

	for (unsigned lane = 0; lane < LANES_COUNT; lane++)
		signature[lane] =
		    work->item[first + lane < work->count ? first + lane : first]->signature;
	lanes_load_columns(signature, r);
	fieldx_words(fieldx_carry(fieldx_multiply(point.twice_x, inverse)), x);
	fieldx_words(fieldx_carry(fieldx_multiply(point.twice_y, inverse)), y);
	y[3] = lanes_or(y[3], lanes_left(x[0], 63));
	for (unsigned i = 0; i < 4; i++)
		mask &= lanes_equal(y[i], r[i]);
	return mask;
}

static void
work_compare(struct work *work, size_t groups, struct fieldx product)
{
	struct fieldx inverse = fieldx_invert(product);

	for (size_t g = groups; g-- > 0;) {
		const struct group *group = &work->group[g];
		struct fieldx own = fieldx_carry(fieldx_multiply(inverse, group->before));
		size_t first = g * LANES_COUNT;
		uint8_t mask = lanes_genuine(work, first, group->point, own);

		inverse = fieldx_carry(fieldx_multiply(inverse, group->point.twice_z));
		for (size_t i = first; i < first + LANES_COUNT && i < work->count; i++)
			work->item[i]->genuine = (mask >> (i - first) & 1) != 0;
	}
}

static __attribute__((noinline)) void
batch(const struct keytable *base, struct ed25519_item *items, size_t count)
{
	struct fieldx product = fieldx_small(1);
	STEPS_SCRATCH struct work work;
	STEPS_SCRATCH struct rows rows;
	size_t groups = 0;

	work_admit(&work, items, count);
	if (work.count == 0)
		return;
	work_hash(&work);
	for (; groups * LANES_COUNT < work.count; groups++) {
		unsigned additions = rows_list(&rows, base, &work, groups * LANES_COUNT);
		struct group *group = &work.group[groups];

		group->point = rows_sum(&rows, additions);
		group->before = product;
		product = fieldx_carry(fieldx_multiply(product, group->point.twice_z));
	}
	work_compare(&work, groups, product);
}

void
LANES_NAME(ed25519)(const struct keytable *base, struct ed25519_item *items, size_t count)
{
	const unsigned entered = lanes_enter();

	for (size_t done = 0; done < count; done += ED25519_BATCH_MAX) {
		size_t left = count - done;

		batch(base, items + done, left < ED25519_BATCH_MAX ? left : ED25519_BATCH_MAX);
	}
	lanes_leave(entered);
}
