/* SPDX-License-Identifier: MIT */
/*
 * The life of a back end with MoneyKit in one go: every operation, each fed with what those before
 * it answered, and after each a look at what it should have changed.
 */
#ifndef MK_TESTS_WALK_H
#define MK_TESTS_WALK_H

#include "support/client.h"

/*
 * For a client that has made no call yet; leaves it all the replies. Moves the world's clock, but
 * asks for no seed, clock or transport in particular. Any thread.
 */
void walk(struct client *client);

#endif
