/** Makes copies: fetches an object, verifies it, makes it durable and gives it its final name. */
@NullMarked
package io.rebalancer.agent.copy;

import org.jspecify.annotations.NullMarked;
