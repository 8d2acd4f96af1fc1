/* titles: one text in several languages, as it stands in a manifest: {"ro": "..", "en": ".."}.
 *
 * 1 to languages_max languages, each 2 to 8 characters of a-z and "-"; texts of clean UTF-8, 1
 * to title_bytes_max bytes. The order of the manifest is kept: the first one is shown where a
 * language is missing. */
#ifndef TALLY_CAMPAIGN_TITLES_H
#define TALLY_CAMPAIGN_TITLES_H

#include "campaign/node.h"

/* The member "titles" of `owner`; no titles after a fault. */
struct manifest_titles
titles_read(const struct node *owner);

#endif
