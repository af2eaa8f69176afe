/** Assignments of copy tasks to one storage agent, and the reasons for unmoved records. */
@NullMarked
package io.rebalancer.core.assignment;

import org.jspecify.annotations.NullMarked;
