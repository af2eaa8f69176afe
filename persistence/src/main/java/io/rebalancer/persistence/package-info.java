/** The factory for journals. Code outside this module does not depend on which journal a process uses. */
@NullMarked
package io.rebalancer.persistence;

import org.jspecify.annotations.NullMarked;
