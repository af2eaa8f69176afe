/** Text for people and machines: one-line messages, and stable words for enum constants. */
@NullMarked
package io.rebalancer.core.text;

import org.jspecify.annotations.NullMarked;
