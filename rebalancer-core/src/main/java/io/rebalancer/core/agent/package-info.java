/** What a storage agent remembers: the assignments it took and the copies it finished. */
@NullMarked
package io.rebalancer.core.agent;

import org.jspecify.annotations.NullMarked;
