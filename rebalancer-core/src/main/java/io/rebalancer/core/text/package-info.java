/** Text that people and machines read: one-line messages, stable words of enums. */
@NullMarked
package io.rebalancer.core.text;

import org.jspecify.annotations.NullMarked;
