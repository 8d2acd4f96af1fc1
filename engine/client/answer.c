#include "client/answer.h"

#include "tree/proof.h"

/* The request at the front of the lane if the correlation is its. */
static struct machine_request *
lane_front(struct machine_lane *lane, uint32_t correlation)
{
	struct machine_request *front = &lane->ring[lane->first];

	return lane->count > 0 && front->correlation == correlation ? front : NULL;
}

static void
lane_pop(struct machine_lane *lane)
{
	lane->first = (lane->first + 1) % lane->capacity;
	lane->count--;
}

/* Takes the answered request off its lane; false if none is answered by this frame. */
static bool
settle(struct tally_client *client, uint32_t correlation, struct machine_request *request)
{
	struct machine_lane *lane = &client->requests;
	struct machine_request *front = lane_front(lane, correlation);

	if (front == NULL) {
		lane = &client->reads;
		front = lane_front(lane, correlation);
	}
	if (front == NULL)
		return false;
	*request = *front;
	lane_pop(lane);
	return true;
}

/* What was asked for is an entry, or a cosignature: then "accepted" is all there is to say. */
static bool
may_be_accepted(uint8_t message)
{
	return message == TALLY_MESSAGE_SUBMIT || message == TALLY_MESSAGE_NOTICE ||
	       message == TALLY_MESSAGE_SHEET || message == TALLY_MESSAGE_COSIGN;
}

static int
answer_verdict(struct tally_client *client, const struct machine_request *request,
	       struct bytes payload, struct tally_client_event *event)
{
	struct frame_verdict verdict;

	(void)client;
	if (!frame_verdict_parse(payload, &verdict))
		return TALLY_CLIENT_BAD_SHAPE;
	if (verdict.verdict == TALLY_ACCEPTED && !may_be_accepted(request->message))
		return TALLY_CLIENT_UNEXPECTED;
	event->kind = TALLY_CLIENT_EVENT_VERDICT;
	event->verdict = verdict.verdict;
	event->class = (enum tally_class)verdict.class;
	event->index = verdict.index;
	event->text = (const char *)verdict.sentence.data;
	event->text_size = verdict.sentence.size;
	return TALLY_CLIENT_FINE;
}

static int
answer_status(struct tally_client *client, const struct machine_request *request,
	      struct bytes payload, struct tally_client_event *event)
{
	struct frame_status status;

	(void)client;
	(void)request;
	if (!frame_status_parse(payload, &status))
		return TALLY_CLIENT_BAD_SHAPE;
	event->kind = TALLY_CLIENT_EVENT_STATUS;
	event->known = status.known;
	event->revision = status.revision;
	event->index = status.known ? status.index : TALLY_CLIENT_NO_INDEX;
	return TALLY_CLIENT_FINE;
}

static int
answer_receipt(struct tally_client *client, const struct machine_request *request,
	       struct bytes payload, struct tally_client_event *event)
{
	struct frame_receipt frame;
	struct receipt receipt;
	struct checkpoint checkpoint;
	int status;

	if (!frame_receipt_parse(payload, &frame))
		return TALLY_CLIENT_BAD_SHAPE;
	if (!receipt_parse(frame.text, &receipt) || frame.index != request->asked ||
	    receipt.index != request->asked)
		return TALLY_CLIENT_BAD_RECEIPT;
	status = machine_checkpoint(client, receipt.checkpoint, &checkpoint);
	if (status != TALLY_CLIENT_FINE)
		return status;
	if (receipt.index >= checkpoint.size)
		return TALLY_CLIENT_BAD_RECEIPT;
	event->kind = TALLY_CLIENT_EVENT_RECEIPT;
	event->index = receipt.index;
	event->tree_size = checkpoint.size;
	event->text = (const char *)frame.text.data;
	event->text_size = frame.text.size;
	return TALLY_CLIENT_FINE;
}

static int
answer_checkpoint(struct tally_client *client, const struct machine_request *request,
		  struct bytes payload, struct tally_client_event *event)
{
	struct checkpoint checkpoint;
	int status = machine_checkpoint(client, payload, &checkpoint);

	(void)request;
	if (status != TALLY_CLIENT_FINE)
		return status;
	event->kind = TALLY_CLIENT_EVENT_CHECKPOINT;
	event->tree_size = checkpoint.size;
	event->text = (const char *)payload.data;
	event->text_size = payload.size;
	return TALLY_CLIENT_FINE;
}

static int
answer_results(struct tally_client *client, const struct machine_request *request,
	       struct bytes payload, struct tally_client_event *event)
{
	struct frame_results results;

	(void)client;
	if (!frame_results_parse(payload, &results) || results.contest != request->asked)
		return TALLY_CLIENT_BAD_SHAPE;
	event->kind = TALLY_CLIENT_EVENT_RESULTS;
	event->results = (struct tally_client_results){
	    results.covered,   results.ballots,         results.replaced,
	    results.voided,    results.in_tree,         results.contests_count,
	    results.contest,   results.contest_ballots, results.blank,
	    results.abstained, results.options_count,   results.options.data,
	};
	return TALLY_CLIENT_FINE;
}

static int
answer_entries(struct tally_client *client, const struct machine_request *request,
	       struct bytes payload, struct tally_client_event *event)
{
	struct frame_entries entries;

	(void)client;
	if (!frame_entries_parse(payload, &entries) || entries.first != request->asked)
		return TALLY_CLIENT_BAD_SHAPE;
	event->kind = TALLY_CLIENT_EVENT_ENTRIES;
	event->entries = (struct tally_client_entries){
	    entries.first, entries.count, entries.entries.data, entries.entries.size};
	return TALLY_CLIENT_FINE;
}

static int
answer_state(struct tally_client *client, const struct machine_request *request,
	     struct bytes payload, struct tally_client_event *event)
{
	struct frame_state state;

	(void)client;
	(void)request;
	if (!frame_state_parse(payload, &state))
		return TALLY_CLIENT_BAD_SHAPE;
	event->kind = TALLY_CLIENT_EVENT_STATE;
	event->state = (struct tally_client_state){
	    (enum tally_phase)state.phase,
	    state.notices_count,
	    state.opens,
	    state.closes,
	    state.size,
	    state.notice_hash,
	};
	return TALLY_CLIENT_FINE;
}

/* Which message answers which request; request 0: any. */
struct answer {
	uint8_t message;
	uint8_t request;
	int (*take)(struct tally_client *client, const struct machine_request *request,
		    struct bytes payload, struct tally_client_event *event);
};

static const struct answer answers[] = {
    {TALLY_MESSAGE_VERDICT, 0, answer_verdict},
    {TALLY_MESSAGE_STATUS_IS, TALLY_MESSAGE_STATUS, answer_status},
    {TALLY_MESSAGE_RECEIPT_IS, TALLY_MESSAGE_RECEIPT, answer_receipt},
    {TALLY_MESSAGE_CHECKPOINT_IS, TALLY_MESSAGE_CHECKPOINT, answer_checkpoint},
    {TALLY_MESSAGE_RESULTS_ARE, TALLY_MESSAGE_RESULTS, answer_results},
    {TALLY_MESSAGE_STATE_IS, TALLY_MESSAGE_STATE, answer_state},
    {TALLY_MESSAGE_ENTRIES_ARE, TALLY_MESSAGE_ENTRIES, answer_entries},
};

static const struct answer *
answer_find(uint8_t message)
{
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (answers[i].message == message)
			return &answers[i];
	return NULL;
}

int
answer_take(struct tally_client *client, const struct frame *frame,
	    struct tally_client_event *event)
{
	const struct answer *answer = answer_find(frame->message);
	struct machine_request request;

	if (answer == NULL)
		return TALLY_CLIENT_UNEXPECTED;
	if (!settle(client, frame->correlation, &request))
		return TALLY_CLIENT_OUT_OF_ORDER;
	if (answer->request != 0 && answer->request != request.message)
		return TALLY_CLIENT_UNEXPECTED;
	event->request = (enum tally_message)request.message;
	event->correlation = request.correlation;
	return answer->take(client, &request, frame->payload, event);
}
