/** What a person sees at the terminal: lines, progress, sizes, and faults with their remedy. */
@NullMarked
package io.rebalancer.playground.console;

import org.jspecify.annotations.NullMarked;
