#include "tests/lib/stagesocket.h"

#include "tree/proof.h"

enum {
	PIECE_MAX = 3000
};

static void
check_receipt(const struct stage *stage, const struct frame *frame)
{
	struct frame_receipt answer;
	struct receipt receipt;
	struct checkpoint checkpoint;
	struct tree_hash root;

	assert_true(frame_receipt_parse(frame->payload, &answer));
	assert_true(answer.index < stage->entries_count); /* L1 */
	assert_true(receipt_parse(answer.text, &receipt));
	assert_int_equal(receipt.index, answer.index);
	assert_true(checkpoint_open(receipt.checkpoint, &stage->campaign.log.key, &checkpoint));
	assert_true(checkpoint.size <= stage->remembered.size); /* L5 */
	memcpy(root.bytes, checkpoint.root, sizeof root.bytes);
	assert_true(proof_inclusion_verify(&receipt.proof, receipt.index, checkpoint.size,
					   &stage->leaves[answer.index], &root));
}

/* Only a cosignature is accepted without an entry. */
static bool
is_entry(const struct stage *stage, uint64_t index)
{
	return index < stage->entries_count ||
	       (index == FRAME_NO_INDEX && stage->campaign.manifest->witnesses_count > 0);
}

/* Whatever names an entry, names one that is on disk (L1). */
static void
check_frame(const struct stage *stage, const struct frame *frame)
{
	struct frame_verdict verdict;
	struct frame_status status;
	struct frame_state state;
	struct frame_results results;

	switch (frame->message) {
	case TALLY_MESSAGE_VERDICT:
		assert_true(frame_verdict_parse(frame->payload, &verdict));
		assert_true(verdict.verdict != TALLY_ACCEPTED ||
			    is_entry(stage, verdict.index));
		break;
	case TALLY_MESSAGE_STATUS_IS:
		assert_true(frame_status_parse(frame->payload, &status));
		assert_true(!status.known || status.index == FRAME_NO_INDEX ||
			    status.index < stage->entries_count);
		break;
	case TALLY_MESSAGE_STATE_IS:
		assert_true(frame_state_parse(frame->payload, &state));
		assert_true(state.size <= stage->entries_count);
		break;
	case TALLY_MESSAGE_RESULTS_ARE:
		assert_true(frame_results_parse(frame->payload, &results));
		assert_true(results.covered <= stage->entries_count);
		assert_false(stage_is_sealed(stage, stage->entries_count)); /* R1 */
		assert_int_equal(results.ballots + results.replaced + results.voided,
				 results.in_tree); /* T2 */
		break;
	case TALLY_MESSAGE_RECEIPT_IS:
		check_receipt(stage, frame);
		break;
	default:
		break;
	}
}

static void
check_output(const struct stage *stage, unsigned number, struct stage_socket *socket)
{
	struct frame frame;
	long used;

	while ((used = frame_next(bytes_make(socket->out + socket->out_checked,
					     socket->out_end - socket->out_checked),
				  &frame)) > 0) {
		check_frame(stage, &frame);
		if (stage->watch != NULL)
			stage->watch(stage->watcher, number, &frame);
		socket->out_checked += (size_t)used;
	}
	assert_int_equal(used, 0);
}

static void
put(uint8_t **memory, size_t *end, size_t *capacity, struct bytes bytes)
{
	if (*end + bytes.size > *capacity) {
		*capacity = 2 * (*end + bytes.size);
		*memory = realloc(*memory, *capacity);
		assert_non_null(*memory);
	}
	memcpy(*memory + *end, bytes.data, bytes.size);
	*end += bytes.size;
}

void
stagesocket_collect(struct stage *stage, unsigned number)
{
	struct stage_socket *socket = &stage->sockets[number];
	struct bytes output = station_output(stage->station, number);
	size_t size = output.size;

	socket->sending = false;
	if (!socket->open || socket->closing)
		return;
	assert_true(size > 0);
	if (stage->wish.pieces)
		size = 1 + (size_t)test_random_below(&stage->random, size);
	if (socket->slow && size > socket->budget)
		size = socket->budget;
	if (size == 0) {
		socket->sending = true;
		return;
	}
	if (socket->slow)
		socket->budget -= size;
	put(&socket->out, &socket->out_end, &socket->out_capacity,
	    bytes_make(output.data, size));
	check_output(stage, number, socket);
	stage->sent[stage->sent_count] = number;
	stage->sent_sizes[stage->sent_count++] = size;
}

static bool
disconnected(struct stage *stage, unsigned number)
{
	struct stage_socket *socket = &stage->sockets[number];

	socket->open = false;
	stage_step(stage,
		   (struct station_event){.kind = STATION_DISCONNECTED, .connection = number});
	return true;
}

bool
stagesocket_move(struct stage *stage, unsigned number)
{
	struct stage_socket *socket = &stage->sockets[number];
	size_t size = socket->in_end - socket->in_first;
	struct writer room;

	if (!socket->open)
		return false;
	if (socket->closing)
		return disconnected(stage, number);
	if (socket->sending && socket->budget > 0) {
		stagesocket_collect(stage, number);
		if (stage->sent_count > 0) {
			size_t sent = stage->sent_sizes[--stage->sent_count];

			stage_step(stage, (struct station_event){.kind = STATION_SENT,
								 .connection = number,
								 .size = sent});
		}
		return true;
	}
	if (size == 0 || socket->paused)
		return false;
	room = station_receive_room(stage->station, number);
	if (room.capacity == 0) {
		socket->paused = true;
		return false;
	}
	if (stage->wish.pieces)
		size = 1 + (size_t)test_random_below(&stage->random,
						     size < PIECE_MAX ? size : PIECE_MAX);
	if (size > room.capacity)
		size = room.capacity;
	memcpy(room.data, socket->in + socket->in_first, size);
	socket->in_first += size;
	stage_step(stage, (struct station_event){
			      .kind = STATION_RECEIVED, .connection = number, .size = size});
	return true;
}

int
stage_connect(struct stage *stage)
{
	uint8_t nonce[TALLY_NONCE_SIZE];

	for (unsigned i = 0; i < connections_max; i++) {
		struct stage_socket *socket = &stage->sockets[i];

		if (socket->open)
			continue;
		if (i >= stage->sockets_used)
			stage->sockets_used = i + 1;
		socket->open = true;
		socket->closing = false;
		socket->paused = false;
		socket->sending = false;
		socket->slow = false;
		socket->opened++;
		socket->in_first = socket->in_end = 0;
		socket->out_first = socket->out_end = socket->out_checked = 0;
		test_random_fill(&stage->random, nonce, sizeof nonce);
		stage_step(stage, (struct station_event){.kind = STATION_CONNECTED,
							 .connection = i,
							 .nonce = nonce});
		return (int)i;
	}
	return -1;
}

void
stage_send(struct stage *stage, unsigned number, struct bytes bytes)
{
	struct stage_socket *socket = &stage->sockets[number];

	if (socket->in_first == socket->in_end)
		socket->in_first = socket->in_end = 0;
	put(&socket->in, &socket->in_end, &socket->in_capacity, bytes);
}

void
stage_disconnect(struct stage *stage, unsigned number)
{
	if (stage->sockets[number].open)
		disconnected(stage, number);
}

struct bytes
stage_received(const struct stage *stage, unsigned number)
{
	const struct stage_socket *socket = &stage->sockets[number];

	return bytes_make(socket->out + socket->out_first, socket->out_end - socket->out_first);
}

void
stage_take(struct stage *stage, unsigned number, size_t size)
{
	struct stage_socket *socket = &stage->sockets[number];

	assert_true(size <= socket->out_end - socket->out_first);
	socket->out_first += size;
}
