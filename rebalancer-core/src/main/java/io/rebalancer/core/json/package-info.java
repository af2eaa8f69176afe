/** JSON in which each value has exactly one text, so that it can be signed and hashed. */
@NullMarked
package io.rebalancer.core.json;

import org.jspecify.annotations.NullMarked;
